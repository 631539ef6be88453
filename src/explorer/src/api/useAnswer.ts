/** Data of the API within a component. */

import { useEffect, useState } from "preact/hooks";

import { ApiError, get, type Answer, type Note } from "./http";
import { isPreparing, secondsOf } from "./waiting";

export interface Loading<T> {
  /** The data; that of the request before, while a new one is on its way. */
  readonly data: T | null;
  readonly notes: readonly Note[];
  readonly headers: Headers | null;
  readonly error: ApiError | null;
  /** Why the answer is not there yet: the store is made ready, and asked again by itself. */
  readonly waiting: ApiError | null;
  readonly isLoading: boolean;
  /** Whether `data` belongs to another URL than the one that is asked for now. */
  readonly isStale: boolean;
  readonly retry: () => void;
}

interface State<T> {
  readonly key: string | null;
  readonly answer: Answer<T> | null;
  readonly error: ApiError | null;
  readonly waiting: ApiError | null;
}

const NOTHING = { answer: null, error: null, waiting: null };

/** Ask for a URL while the component is shown; null asks nothing. */
export function useAnswer<T>(url: string | null): Loading<T> {
  return useAsked(url, () => get<T>(url ?? ""));
}

/**
 * Ask while the component is shown, once for each key; null asks nothing.
 *
 * While a store is made ready it is asked again and again, as often as the server says.
 */
export function useAsked<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<Answer<T>>,
): Loading<T> {
  const [state, setState] = useState<State<T>>({ key: null, ...NOTHING });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (key === null) return undefined;
    const ending = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const set = (next: Partial<State<T>>) => {
      if (!ending.signal.aborted) setState({ key, ...NOTHING, ...next });
    };
    const failed = (reason: unknown) => {
      const error = asApiError(reason);
      const seconds = isPreparing(error) ? secondsOf(error) : null;
      set(seconds === null ? { error } : { waiting: error });
      if (seconds !== null && !ending.signal.aborted) timer = setTimeout(start, seconds * 1000);
    };
    const start = () => void ask(ending.signal).then((answer) => set({ answer }), failed);
    start();
    return () => {
      ending.abort();
      clearTimeout(timer);
    };
    // what is asked is known by its key
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, turn]);
  const isStale = state.key !== key;
  return {
    data: state.answer?.data ?? null,
    notes: state.answer?.notes ?? [],
    headers: state.answer?.headers ?? null,
    error: isStale ? null : state.error,
    waiting: isStale ? null : state.waiting,
    isLoading: key !== null && (isStale || state.waiting !== null),
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
