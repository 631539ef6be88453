/** Rows of any shape as a table: one column for each path to a value. */

import type { Json } from "../../api/types";

export type FlatRow = Readonly<Record<string, Json>>;

/** A row whose objects are taken apart: `{a: {b: 1}}` is `{"a.b": 1}`; lists stay lists. */
export function flat(row: Readonly<Record<string, Json>>, above = ""): FlatRow {
  const found: Record<string, Json> = {};
  for (const [key, value] of Object.entries(row)) {
    const path = above ? `${above}.${key}` : key;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) {
      Object.assign(found, flat(value as Readonly<Record<string, Json>>, path));
    } else found[path] = value;
  }
  return found;
}

/** The keys of all rows, in the order in which they come first. */
export function keysIn(rows: readonly FlatRow[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}
