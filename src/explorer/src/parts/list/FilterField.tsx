/** The filters of a list as text, checked by the server before they are taken. */

import { useEffect, useState } from "preact/hooks";

import { get, urlOf, type ApiError } from "../../api/http";
import { asApiError } from "../../api/useAnswer";
import { terms } from "../../router/router";
import { filtersOf, split, termOf, termsOf, textOf, type Term } from "../../router/selection";
import { setFilters } from "./Chips";

/** Filters as they are read and written: not percent-encoded. */
export function written(filters: readonly Term[]): string {
  return filters.map(({ key, operator, value }) => `${key}${operator}${value}`).join("&");
}

/** A text of filters, encoded for a URL; what is no filter is left for the server to complain about. */
export function encoded(text: string): string {
  return split(text)
    .map((one) => {
      const term = termOf(one);
      return term ? textOf([term]) : encodeURIComponent(one);
    })
    .join("&");
}

export function FilterField({ path, id }: { path: string; id: string }) {
  const now = written(filtersOf(terms.value));
  const [text, setText] = useState(now);
  const [error, setError] = useState<ApiError | null>(null);
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    setText(now);
    setError(null);
  }, [now]);
  const apply = async (wanted: string) => {
    const query = encoded(wanted.trim());
    setText(wanted);
    setAsking(true);
    try {
      await get(urlOf(path, [query, "limit=0", "count=none"].filter(Boolean).join("&")));
      setError(null);
      setFilters(filtersOf(termsOf(query)));
    } catch (reason) {
      setError(asApiError(reason));
    } finally {
      setAsking(false);
    }
  };
  return (
    <form
      class="filter-field"
      onSubmit={(event) => {
        event.preventDefault();
        void apply(text);
      }}
    >
      <label for={id}>Filter</label>
      <input
        id={id}
        class="mono"
        value={text}
        spellcheck={false}
        autocomplete="off"
        placeholder={'e.g. label=like="bcc%"&attributes.energy<-5'}
        aria-invalid={error !== null}
        aria-describedby={error ? `${id}-error` : undefined}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <button disabled={isAsking || text === now}>Apply</button>
      {error && <Wrong id={`${id}-error`} error={error} onTake={(hint) => void apply(hint)} />}
    </form>
  );
}

/** What the server says is wrong; a hint that is a whole filter can be taken. */
function Wrong(props: { id: string; error: ApiError; onTake: (hint: string) => void }) {
  const { error } = props;
  const meant = /^Did you mean: (.+?)(?:&limit=0&count=none|&limit=0)?$/.exec(
    error.hint ?? "",
  )?.[1];
  return (
    <div id={props.id} class="filter-error" role="alert">
      <strong>{error.message}</strong>{" "}
      {meant ? (
        <>
          Did you mean{" "}
          <button type="button" class="mono" onClick={() => props.onTake(meant)}>
            {meant}
          </button>
        </>
      ) : (
        error.hint
      )}
    </div>
  );
}
