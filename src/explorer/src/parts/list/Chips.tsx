/** The filters of a list as chips that can be taken away. */

import { setTerms, terms } from "../../router/router";
import { filtersOf, VIEW_KEYS, type Term } from "../../router/selection";
import { fromStart } from "./pages";
import { lineOf, wordsOf, type Names } from "./words";

/** Set the filters of the address; what is shown of the list stays, and it begins anew. */
export function setFilters(filters: readonly Term[]): void {
  const view = fromStart(terms.value).filter((term) => VIEW_KEYS.has(term.key));
  setTerms([...filters, ...view]);
}

export function Chips({ names, except = [] }: { names?: Names; except?: readonly string[] }) {
  const filters = filtersOf(terms.value);
  const shown = filters.filter((term) => !except.includes(term.key));
  if (shown.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters">
      {shown.map((term, at) => {
        const { what, how, value } = wordsOf(term, names);
        return (
          <li key={`${term.key}${term.operator}${term.value}${at}`} class="chip">
            <span title={`${term.key}${term.operator}${term.value}`}>
              {what} {how} {value && <strong>{value}</strong>}
            </span>
            <button
              type="button"
              class="plain"
              aria-label={`Remove the filter: ${lineOf(term, names)}`}
              onClick={() => setFilters(filters.filter((other) => other !== term))}
            >
              ×
            </button>
          </li>
        );
      })}
      {shown.length > 1 && (
        <li>
          <button
            type="button"
            class="plain"
            onClick={() => setFilters(filters.filter((term) => except.includes(term.key)))}
          >
            Clear all
          </button>
        </li>
      )}
    </ul>
  );
}
