/** How the processes of the list ended, as bars; a click on one narrows the list to it. */

import { terms } from "../../router/router";
import { filtersOf } from "../../router/selection";
import type { Facet } from "../../api/types";
import { count } from "../../parts/format";
import { OUTCOME_WORDS, outcomeOf, type Outcome } from "../../parts/kinds";
import { setFilters } from "../../parts/list/Chips";
import { isChosen, toggled } from "../../parts/list/facets";

interface Bar {
  readonly key: string;
  readonly value: string | number;
  readonly title: string;
  readonly outcome: Outcome;
  readonly count: number;
}

const SHOWN = 12;
const STATE = "attributes.process_state";
const EXIT = "attributes.exit_status";

export function Outcomes({ states, exits }: { states: Facet | null; exits: Facet | null }) {
  const bars = [...ended(exits), ...others(states)].sort((one, two) => two.count - one.count);
  if (bars.length === 0) return null;
  const most = Math.max(...bars.map((bar) => bar.count));
  const filters = filtersOf(terms.value);
  return (
    <section class="outcomes" aria-label="How they ended">
      <h2>How they ended</h2>
      <ul>
        {bars.slice(0, SHOWN).map((bar) => (
          <li key={`${bar.key} ${bar.value}`}>
            <button
              type="button"
              class="outcome"
              aria-pressed={isChosen(filters, bar.key, bar.value)}
              onClick={() => setFilters(toggled(filters, bar.key, bar.value))}
            >
              <span class={`outcome-name state-${bar.outcome}`}>
                <span aria-hidden="true">{OUTCOME_WORDS[bar.outcome].sign}</span> {bar.title}
              </span>
              <span class="outcome-track">
                <span
                  class={`outcome-bar state-${bar.outcome}`}
                  style={{ width: `${Math.max(0.5, (100 * bar.count) / most)}%` }}
                />
              </span>
              <span class="outcome-count">{count(bar.count)}</span>
            </button>
          </li>
        ))}
      </ul>
      {bars.length > SHOWN && (
        <p class="muted">{count(bars.length - SHOWN)} more exit statuses are in the list beside.</p>
      )}
      {exits?.truncated && (
        <p class="muted">Counted in the newest 50,000 only: counting all took too long.</p>
      )}
    </section>
  );
}

function ended(facet: Facet | null): Bar[] {
  return (facet?.buckets ?? []).flatMap(({ value, count: number }) =>
    typeof value === "number"
      ? [
          {
            key: EXIT,
            value,
            title: value === 0 ? "finished, exit 0" : `exit ${value}`,
            outcome: outcomeOf("finished", value),
            count: number,
          },
        ]
      : [],
  );
}

/** States but `finished`, whose processes have an exit status. */
function others(facet: Facet | null): Bar[] {
  return (facet?.buckets ?? []).flatMap(({ value, count: number }) =>
    typeof value === "string" && value.toLowerCase() !== "finished"
      ? [{ key: STATE, value, title: value, outcome: outcomeOf(value, null), count: number }]
      : [],
  );
}
