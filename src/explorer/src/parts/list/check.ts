/** Filters that a reader wrote, checked by the server without a row or a count. */

import { ApiError, get, urlOf } from "../../api/http";

const CHEAP = "limit=0&count=none";

/**
 * Let a route read filters.
 *
 * @throws {ApiError} what is wrong with them; `hint` is about the filters alone
 */
export async function check(path: string, query: string): Promise<void> {
  try {
    await get(urlOf(path, query ? `${query}&${CHEAP}` : CHEAP));
  } catch (error) {
    if (!(error instanceof ApiError) || error.hint === null) throw error;
    const { status, message, code, requestId, retryAfter } = error;
    throw new ApiError(status, message, withoutOurs(error.hint), code, requestId, retryAfter);
  }
}

/** A hint without the keys that were added to the filters. */
export function withoutOurs(hint: string): string {
  return hint.replace(/&limit=0(&count=none)?$/, "");
}

/** The filters that a hint proposes; null if it proposes none. */
export function proposed(error: ApiError): string | null {
  return /^Did you mean: (.+)$/s.exec(error.hint ?? "")?.[1] ?? null;
}
