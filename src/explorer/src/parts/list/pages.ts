/** The pages of a list: where each began, so that the way back is known. */

import { viewValue, withView, type Term } from "../../router/selection";

const KEY = "provender-pages";
const KEPT = 400;

/** What the address says of the page of a list. */
export interface PageAt {
  readonly cursor: string | null;
  /** Rows before this page. */
  readonly at: number;
  readonly limit: number;
}

export const LIMITS = [25, 50, 100, 200, 400] as const;
export const LIMIT = 50;

export function pageAt(terms: readonly Term[]): PageAt {
  const limit = Number(viewValue(terms, "limit"));
  const at = Number(viewValue(terms, "at"));
  return {
    cursor: viewValue(terms, "cursor"),
    at: Number.isSafeInteger(at) && at > 0 ? at : 0,
    limit: Number.isSafeInteger(limit) && limit >= 1 && limit <= 400 ? limit : LIMIT,
  };
}

/** The terms of another page of the same list; of the first one without a cursor. */
export function atPage(terms: readonly Term[], cursor: string | null, at: number): Term[] {
  const moved = withView(terms, "cursor", cursor);
  return withView(moved, "at", cursor !== null && at > 0 ? String(at) : null);
}

/** The terms with other filters, order or size: they begin at the first page. */
export function fromStart(terms: readonly Term[]): Term[] {
  return atPage(terms, null, 0);
}

/** The cursor of the next page, from the header `Link`; null on the last page. */
export function nextCursor(headers: Headers | null): string | null {
  const link = /<([^>]*)>;\s*rel="next"/.exec(headers?.get("Link") ?? "")?.[1];
  return link ? (/[?&]cursor=([^&]+)/.exec(link)?.[1] ?? null) : null;
}

/** Keep in this tab from which page a cursor leads on. */
export function remember(next: string, from: string | null): void {
  const known = read();
  if (known[next] === (from ?? "")) return;
  const entries = [...Object.entries(known).filter(([key]) => key !== next), [next, from ?? ""]];
  try {
    sessionStorage.setItem(KEY, JSON.stringify(Object.fromEntries(entries.slice(-KEPT))));
  } catch {
    // storage is full or switched off: Back of the browser still works
  }
}

/** The cursor of the page before: null for the first page, undefined if this tab never saw it. */
export function before(cursor: string): string | null | undefined {
  const known = read();
  return Object.hasOwn(known, cursor) ? known[cursor] || null : undefined;
}

function read(): Record<string, string> {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? "{}") as Record<string, string>;
  } catch {
    return {};
  }
}
