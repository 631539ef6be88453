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
  readonly url: string | null;
  readonly answer: Answer<T> | null;
  readonly error: ApiError | null;
}

/** Ask for a URL while the component is shown; null asks nothing. */
export function useAnswer<T>(url: string | null): Loading<T> {
  const [state, setState] = useState<State<T>>({ url: null, answer: null, error: null });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (url === null) return undefined;
    let isWanted = true;
    get<T>(url).then(
      (answer) => {
        if (isWanted) setState({ url, answer, error: null });
      },
      (error: unknown) => {
        if (isWanted) setState({ url, answer: null, error: asApiError(error) });
      },
    );
    return () => {
      isWanted = false;
    };
  }, [url, turn]);
  const isStale = state.url !== url;
  return {
    data: state.answer?.data ?? null,
    notes: state.answer?.notes ?? [],
    headers: state.answer?.headers ?? null,
    error: isStale ? null : state.error,
    isLoading: url !== null && isStale,
    isStale,
    retry: () => {
      setState({ url: null, answer: null, error: null });
      setTurn(turn + 1);
    },
  };
}

export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(-1, error instanceof Error ? error.message : String(error));
}
