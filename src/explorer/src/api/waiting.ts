/** Trying again by itself, when the server says that this will help. */

import { signal as shown } from "@preact/signals";

import type { ApiError } from "./error";

/** How far the store is, in the words of the server, while requests wait for it. */
export const preparing = shown<string | null>(null);

/** What goes by: a store that is made ready, too many requests or streams at a time. */
const PASSING = new Set(["store-preparing", "store-busy", "too-many-requests", "too-many-streams"]);
const MOST = 60;

/** Seconds after which to ask again; null for an error that stays. */
export function secondsOf(error: ApiError): number | null {
  if (error.retryAfter === null || !PASSING.has(error.code ?? "")) return null;
  return Math.min(error.retryAfter, MOST);
}

/** Whether the store is made ready for its first use: all requests wait for that, whatever they are. */
export function isPreparing(error: ApiError): boolean {
  return error.code === "store-preparing" && error.retryAfter !== null;
}

/** Wait, unless the signal ends it, which is an error. */
export function pause(seconds: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("left", "AbortError"));
    });
  });
}
