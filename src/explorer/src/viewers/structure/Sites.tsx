/** The sites of a structure as a table. */

import { count } from "../../parts/format";
import type { Structure } from "./structure";

const SHOWN = 200;

export function Sites({ structure }: { structure: Structure }) {
  const { atoms } = structure;
  return (
    <details>
      <summary>Sites ({count(atoms.length)})</summary>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Kind</th>
            <th scope="col">Element</th>
            <th scope="col" class="number">
              x (Å)
            </th>
            <th scope="col" class="number">
              y (Å)
            </th>
            <th scope="col" class="number">
              z (Å)
            </th>
          </tr>
        </thead>
        <tbody>
          {atoms.slice(0, SHOWN).map((atom, at) => (
            <tr key={at}>
              <th scope="row">{atom.kind}</th>
              <td>{atom.element}</td>
              {atom.position.map((value, axis) => (
                <td key={axis} class="number mono">
                  {value.toFixed(5)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {atoms.length > SHOWN && (
        <p class="muted">
          {SHOWN} of {count(atoms.length)} sites are shown.
        </p>
      )}
    </details>
  );
}
