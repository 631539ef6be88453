/** A list without rows, and the way out. */

import type { ComponentChildren } from "preact";

import { terms } from "../../router/router";
import { filtersOf } from "../../router/selection";
import { Empty } from "../states";
import { setFilters } from "./Chips";
import { lineOf, type Names } from "./words";

export function NoRows(props: { noun: string; names?: Names; children?: ComponentChildren }) {
  const filters = filtersOf(terms.value);
  const last = filters[filters.length - 1];
  if (!last) return <Empty>{props.children ?? <p>This store has no {props.noun}.</p>}</Empty>;
  return (
    <Empty>
      <p>No {props.noun} fulfil all of these filters.</p>
      <button type="button" onClick={() => setFilters(filters.slice(0, -1))}>
        Remove the last one: {lineOf(last, props.names)}
      </button>{" "}
      {filters.length > 1 && (
        <button type="button" onClick={() => setFilters([])}>
          Remove all
        </button>
      )}
    </Empty>
  );
}
