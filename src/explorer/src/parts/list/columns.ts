/** What a column of a list is. */

import type { ComponentChildren } from "preact";

export interface Column<R> {
  /** As in the address: `ctime`, `attributes.energy`. */
  readonly key: string;
  readonly title: string;
  readonly cell: (row: R) => ComponentChildren;
  /** The same as plain text or a number, for files and copies. */
  readonly text: (row: R) => string | number | null;
  /** The key of `orderby`; without it the list cannot be ordered by this column. */
  readonly order?: string;
  /** Whether the first click orders from the largest, as one wants it of times. */
  readonly isDescendingFirst?: boolean;
  readonly isNumeric?: boolean;
}

/** Columns of an address: split at commas outside quotes. */
export function keysOf(text: string): string[] {
  return (text.match(/(?:"(?:[^"]|"")*"|[^,"])+/g) ?? []).map((key) => key.trim()).filter(Boolean);
}

/** The order after a click on a column. */
export function nextOrder(column: Column<never>, current: string | null): string | null {
  const { order } = column;
  if (order === undefined) return current;
  const down = `-${order}`;
  const first = column.isDescendingFirst ? down : order;
  const second = column.isDescendingFirst ? order : down;
  return current === first ? second : first;
}

export function ariaSort(
  column: Column<never>,
  current: string | null,
): "ascending" | "descending" | undefined {
  if (column.order === undefined || current === null) return undefined;
  const first = current.split(",")[0] ?? "";
  if (first === column.order) return "ascending";
  return first === `-${column.order}` ? "descending" : undefined;
}

/** Rows as CSV (RFC 4180). A text that a table program would run as a formula is told to be text. */
export function csvOf<R>(columns: readonly Column<R>[], rows: readonly R[]): string {
  const lines = [columns.map((column) => field(column.key))];
  for (const row of rows) lines.push(columns.map((column) => field(column.text(row))));
  return lines.map((line) => `${line.join(",")}\r\n`).join("");
}

function field(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+@\t\r]|^-(?![\d.])/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
