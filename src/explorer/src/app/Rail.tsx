/** The rail: the pages of a store. On a phone it is a bar at the bottom. */

import { hrefOf, place } from "../router/router";

const PAGES: readonly (readonly [string, string, string])[] = [
  ["", "Home", "⌂"],
  ["nodes", "Nodes", "●"],
  ["processes", "Processes", "▶"],
  ["groups", "Groups", "▣"],
  ["codes", "Codes", "❯"],
  ["computers", "Computers", "▤"],
  ["people", "People", "☺"],
  ["views", "Views", "★"],
  ["api", "API", "{}"],
];

export function Rail() {
  const here = place.value.path[0] ?? "";
  return (
    <nav class="rail" aria-label="Pages">
      <ul>
        {PAGES.map(([name, title, sign]) => (
          <li key={name}>
            <a href={hrefOf(name ? [name] : [])} aria-current={name === here ? "page" : undefined}>
              <span class="sign" aria-hidden="true">
                {sign}
              </span>
              <span class="rail-title">{title}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
