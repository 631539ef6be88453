/** A formula with its numbers below the line. */

import { composition, type Atom } from "./structure";

export function Formula({ atoms }: { atoms: readonly Atom[] }) {
  return (
    <span>
      {composition(atoms).map(([element, number]) => (
        <span key={element}>
          {element}
          {number > 1 && <sub>{number}</sub>}
        </span>
      ))}
    </span>
  );
}
