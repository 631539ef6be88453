/** Data of the API within a component. */

import { useEffect, useState } from "preact/hooks";

import { ApiError, get, type Answer, type Note } from "./http";

export interface Loading<T> {
  /** The data; that of the request before, while a new one is on its way. */
  readonly data: T | null;
  readonly notes: readonly Note[];
  readonly headers: Headers | null;
  readonly error: ApiError | null;
  readonly isLoading: boolean;
  /** Whether `data` belongs to another URL than the one that is asked for now. */
  readonly isStale: boolean;
  readonly retry: () => void;
}

interface State<T> {
  readonly key: string | null;
  readonly answer: Answer<T> | null;
  readonly error: ApiError | null;
}

const NOTHING = { answer: null, error: null };

/** Ask for a URL while the component is shown; null asks nothing. */
export function useAnswer<T>(url: string | null): Loading<T> {
  return useAsked(url, () => get<T>(url ?? ""));
}

/** Ask while the component is shown, once for each key; null asks nothing. */
export function useAsked<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<Answer<T>>,
): Loading<T> {
  const [state, setState] = useState<State<T>>({ key: null, ...NOTHING });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (key === null) return undefined;
    const ending = new AbortController();
    const set = (next: Partial<State<T>>) => {
      if (!ending.signal.aborted) setState({ key, ...NOTHING, ...next });
    };
    ask(ending.signal).then(
      (answer) => set({ answer }),
      (error: unknown) => set({ error: asApiError(error) }),
    );
    return () => ending.abort();
    // what is asked is known by its key
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, turn]);
  const isStale = state.key !== key;
  return {
    data: state.answer?.data ?? null,
    notes: state.answer?.notes ?? [],
    headers: state.answer?.headers ?? null,
    error: isStale ? null : state.error,
    isLoading: key !== null && isStale,
    isStale,
    retry: () => {
      setState({ key: null, ...NOTHING });
      setTurn(turn + 1);
    },
  };
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(-1, error instanceof Error ? error.message : String(error));
}
