/** Trying again by itself, when the server says that this will help. */

import type { ApiError } from "./http";

/** What goes by: a store that is made ready, too many requests or streams at a time. */
const PASSING = new Set(["store-preparing", "store-busy", "too-many-requests", "too-many-streams"]);
const MOST = 60;

/** Seconds after which to ask again; null for an error that stays. */
export function secondsOf(error: ApiError): number | null {
  if (error.retryAfter === null || !PASSING.has(error.code ?? "")) return null;
  return Math.min(error.retryAfter, MOST);
}

/** Whether a page should wait for its data: only a store that is made ready says how far it is. */
export function isPreparing(error: ApiError): boolean {
  return error.code === "store-preparing" && error.retryAfter !== null;
}

/** Wait, unless the signal ends it, which is an error. */
export function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("left", "AbortError"));
    });
  });
}
