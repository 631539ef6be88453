/** New rows of the log of a process that runs, until it ends. */

import { useEffect, useState } from "preact/hooks";

import { get, urlOf, type ApiError } from "../../../api/http";
import { asApiError } from "../../../api/useAnswer";
import { joined, largestId, logUrl, type LogRow, type LogView } from "./log";

/** Seconds that the server waits for a change of the state; new rows are seen at the latest then. */
const WAIT = 10;
const PAUSE = 2;

interface Status {
  readonly status: { readonly is_running: boolean };
}

export interface Following {
  readonly rows: readonly LogRow[];
  /** Whether the process had not ended when it was last looked at. */
  readonly isRunning: boolean;
  readonly error: ApiError | null;
}

interface State extends Following {
  readonly key: string;
}

/**
 * The rows of an answer and those that come after them.
 *
 * Nothing is asked while the page is hidden, after the process has ended, or without `isWanted`.
 */
export function useFollow(
  uuid: string,
  view: LogView,
  known: readonly LogRow[] | null,
  isWanted: boolean,
): Following {
  const key = logUrl(uuid, view);
  const [state, setState] = useState<State | null>(null);
  const isKnown = known !== null;
  useEffect(() => {
    if (!isWanted || !isKnown) return undefined;
    const stop = new AbortController();
    void follow(uuid, view, known, stop.signal, (next) => setState({ ...next, key }));
    return () => stop.abort();
    // the rows that were known first are those of the key
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key, isWanted, isKnown]);
  if (state?.key === key) return state;
  return { rows: known ?? [], isRunning: isWanted, error: null };
}

async function follow(
  uuid: string,
  view: LogView,
  known: readonly LogRow[],
  signal: AbortSignal,
  tell: (next: Following) => void,
): Promise<void> {
  let rows = known;
  let isRunning = true;
  const status = urlOf(`processes/${uuid}/status`, { wait: WAIT });
  while (isRunning && !signal.aborted) {
    await shown(signal);
    if (signal.aborted) return;
    try {
      isRunning = (await get<Status>(status)).data.status.is_running;
      const { data } = await get<{ logs: readonly LogRow[] }>(logUrl(uuid, view, largestId(rows)));
      if (signal.aborted) return;
      rows = joined(rows, data.logs);
      tell({ rows, isRunning, error: null });
      await pause(0.2);
    } catch (thrown) {
      const error = asApiError(thrown);
      if (signal.aborted) return;
      tell({ rows, isRunning, error: error.retryAfter === null ? error : null });
      await pause(error.retryAfter ?? 5 * PAUSE);
    }
  }
}

/** Wait until the page is shown, or the end. */
function shown(signal: AbortSignal): Promise<void> {
  if (document.visibilityState === "visible") return Promise.resolve();
  return new Promise((resolve) => {
    const go = () => {
      if (document.visibilityState !== "visible" && !signal.aborted) return;
      document.removeEventListener("visibilitychange", go);
      resolve();
    };
    document.addEventListener("visibilitychange", go);
    signal.addEventListener("abort", go);
  });
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
