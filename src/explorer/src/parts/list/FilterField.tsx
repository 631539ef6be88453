/** The filters of a list as text, checked by the server before they are taken. */

import { useEffect, useState } from "preact/hooks";

import type { ApiError } from "../../api/http";
import { asApiError } from "../../api/useAnswer";
import { terms } from "../../router/router";
import { filtersOf, termsOf } from "../../router/selection";
import { setFilters } from "./Chips";
import { check, proposed } from "./check";
import { meant, written } from "./filters";

const EXAMPLES: Readonly<Record<string, string>> = {
  nodes: 'label=like="bcc%"&attributes.energy<-5',
  processes: 'attributes.process_label="MyWorkChain"&exit_status>=300',
  groups: "time>=2026-11-01",
  codes: 'label=like="pw%"',
  computers: 'hostname=like="%.ch"',
};

export interface FilterFieldProps {
  /** The route that checks the filters. */
  readonly path: string;
  readonly id: string;
  /** The key that a text without an operator is looked for in. */
  readonly textKey: string;
}

export function FilterField({ path, id, textKey }: FilterFieldProps) {
  const now = written(filtersOf(terms.value));
  const [text, setText] = useState(now);
  const [error, setError] = useState<ApiError | null>(null);
  const [isAsking, setAsking] = useState(false);
  useEffect(() => {
    setText(now);
    setError(null);
  }, [now]);
  const apply = async (wanted: string) => {
    const query = meant(wanted, textKey);
    setText(wanted);
    setAsking(true);
    try {
      await check(path, query);
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
        placeholder={`Part of a ${textKey.replace("_", " ")}, or a filter like ${EXAMPLES[path] ?? "id<100"}`}
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
  const better = proposed(error);
  return (
    <div id={props.id} class="filter-error" role="alert">
      <strong>{error.message}</strong>{" "}
      {better ? (
        <>
          Did you mean{" "}
          <button type="button" class="mono" onClick={() => props.onTake(better)}>
            {better}
          </button>
        </>
      ) : (
        error.hint
      )}
    </div>
  );
}
