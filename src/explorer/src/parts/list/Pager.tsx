/** The way through the pages of a list. */

import { useEffect, useMemo } from "preact/hooks";

import { useKeys } from "../../app/keys";
import { setTerms, terms } from "../../router/router";
import { withView } from "../../router/selection";
import { count } from "../format";
import { atPage, before, fromStart, LIMITS, pageAt, remember } from "./pages";

export interface PagerProps {
  /** Rows of this page. */
  readonly shown: number;
  /** The cursor of the page behind this one; null on the last one. */
  readonly next: string | null;
  /** All rows; null while they are counted, undefined if nobody counts them. */
  readonly total: number | null | undefined;
  readonly noun: string;
  /** Whether the number of rows can be chosen here: of two of them, the one below the list. */
  readonly hasSize?: boolean;
}

export function Pager(props: PagerProps) {
  const { shown, next, hasSize = false } = props;
  const here = terms.value;
  const { cursor, at, limit } = pageAt(here);
  useEffect(() => {
    if (next !== null) remember(next, cursor);
  }, [next, cursor]);
  const previous = cursor === null ? undefined : before(cursor);
  const forward = () => next !== null && go(next, at + shown);
  const back = () => cursor !== null && go(previous ?? null, Math.max(0, at - limit));
  useKeys(
    useMemo(
      () => [
        { keys: "n", what: "next page", run: () => press("next") },
        { keys: "p", what: "page before", run: () => press("previous") },
      ],
      [],
    ),
  );
  return (
    <nav class="pager" aria-label={hasSize ? "Pages" : "Pages, above the list"}>
      <span class="muted" role={hasSize ? undefined : "status"}>
        {rangeOf(props, at)}
      </span>
      <span class="spacer" />
      {hasSize && <Size limit={limit} />}
      {cursor !== null && previous !== null && (
        <button type="button" onClick={() => go(null, 0)}>
          First page
        </button>
      )}
      <button
        type="button"
        data-page="previous"
        disabled={cursor === null || previous === undefined}
        onClick={back}
      >
        ← Previous
      </button>
      <button type="button" data-page="next" disabled={next === null} onClick={forward}>
        Next →
      </button>
    </nav>
  );
}

function Size({ limit }: { limit: number }) {
  return (
    <label class="muted">
      Rows{" "}
      <select
        value={String(limit)}
        onChange={(event) =>
          setTerms(withView(fromStart(terms.value), "limit", event.currentTarget.value))
        }
      >
        {[...new Set([...LIMITS, limit])].map((one) => (
          <option key={one} value={String(one)}>
            {one}
          </option>
        ))}
      </select>
    </label>
  );
}

function go(cursor: string | null, at: number): void {
  setTerms(atPage(terms.value, cursor, at));
  window.scrollTo(0, 0);
}

function press(which: string): void {
  document.querySelector<HTMLButtonElement>(`.pager [data-page="${which}"]`)?.click();
}

function rangeOf(props: PagerProps, at: number): string {
  const { shown, total, noun, next } = props;
  if (shown === 0) return at > 0 ? `No more ${noun}` : "";
  const range = `${count(at + 1)}–${count(at + shown)}`;
  if (total === undefined) return next === null ? `${range} ${noun}` : `${range}, and more`;
  return total === null ? `${range} of …` : `${range} of ${count(total)} ${noun}`;
}
