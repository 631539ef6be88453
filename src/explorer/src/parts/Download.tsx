/** A link that downloads a file of the API, also from a store that asks for a token. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError, hasToken } from "../api/http";
import { asApiError } from "../api/useAnswer";
import { take, type File } from "./taking/take";

type State =
  | { readonly is: "idle" }
  | { readonly is: "running" }
  | { readonly is: "waiting"; readonly error: ApiError }
  | { readonly is: "failed"; readonly error: ApiError };

const IDLE: State = { is: "idle" };

export interface DownloadProps extends Omit<File, "body"> {
  readonly body?: File["body"];
  readonly children: ComponentChildren;
}

export function Download({ body = null, children, ...file }: DownloadProps) {
  const [state, setState] = useState<State>(IDLE);
  const ending = useRef<AbortController | null>(null);
  useEffect(() => () => ending.current?.abort(), []);
  const start = (event: Event) => {
    event.preventDefault();
    ending.current?.abort();
    const own = new AbortController();
    ending.current = own;
    const set = (next: State) => own.signal.aborted || setState(next);
    set({ is: "running" });
    take({ ...file, body }, (error) => set({ is: "waiting", error }), own.signal).then(
      () => set(IDLE),
      (reason: unknown) => set({ is: "failed", error: asApiError(reason) }),
    );
  };
  // A plain link where one will do: its address can be copied, and it needs no script.
  const isLink = body === null && !hasToken();
  const isChecked = file.check !== undefined;
  return (
    <>
      {isLink ? (
        <a
          class="button"
          href={file.url}
          download={file.name}
          {...(isChecked ? { onClick: start } : {})}
        >
          {children}
        </a>
      ) : (
        <button type="button" onClick={start}>
          {children}
        </button>
      )}
      <Said state={state} />
    </>
  );
}

function Said({ state }: { state: State }) {
  if (state.is === "idle") return null;
  if (state.is === "running") {
    return (
      <span class="muted said" role="status">
        Asking for it…
      </span>
    );
  }
  if (state.is === "waiting") {
    return (
      <span class="muted said" role="status">
        {state.error.message} It is asked for again by itself.
      </span>
    );
  }
  return (
    <span class="said said-wrong" role="alert">
      {state.error.message} {state.error.hint}
    </span>
  );
}
