/** The log of a process: its rows, which of them are shown, and how a row is marked. */

import { urlOf } from "../../../api/http";
import { viewValue, type Term } from "../../../router/selection";

export interface LogRow {
  readonly id: number;
  readonly time: string | null;
  readonly levelname: string | null;
  readonly loggername: string | null;
  readonly message: string | null;
  /** The process that logged it. */
  readonly process: string;
  /** 0 for the process itself, 1 for what it called, and so on. */
  readonly depth: number;
}

export type Stream = "stdout" | "stderr";

/** Levels that one may ask for: this one and above. */
export const LEVELS = ["DEBUG", "INFO", "REPORT", "WARNING", "ERROR", "CRITICAL"] as const;
/** Rows and lines of one answer, the newest ones; a click asks for all. */
export const NEWEST = 1000;

/** What of a log is shown, as the address says it. */
export interface LogView {
  readonly level: string | null;
  /** Whether the logs of called processes are merged in. */
  readonly isDeep: boolean;
  readonly isWhole: boolean;
  readonly find: string;
  /** The id of a row that a link leads to. */
  readonly row: number | null;
  readonly stream: Stream | null;
}

export function logView(terms: readonly Term[]): LogView {
  const level = viewValue(terms, "level")?.toUpperCase() ?? "";
  const stream = viewValue(terms, "stream");
  const row = Number(viewValue(terms, "row") ?? NaN);
  return {
    level: (LEVELS as readonly string[]).includes(level) ? level : null,
    isDeep: viewValue(terms, "deep") === "1",
    isWhole: viewValue(terms, "all") === "1",
    find: viewValue(terms, "find") ?? "",
    row: Number.isSafeInteger(row) ? row : null,
    stream: stream === "stdout" || stream === "stderr" ? stream : null,
  };
}

/** The URL of the rows; `since` asks only for those behind a row that is known. */
export function logUrl(uuid: string, view: LogView, since: number | null = null): string {
  const isWhole = view.isWhole || view.row !== null || since !== null;
  return urlOf(`processes/${uuid}/logs`, {
    ...(view.level ? { level: view.level } : {}),
    ...(view.isDeep ? { recursive: 1 } : {}),
    ...(since === null ? {} : { since }),
    ...(isWhole ? {} : { start: -NEWEST }),
  });
}

export function streamUrl(uuid: string, stream: Stream, isWhole: boolean): string {
  return urlOf(`processes/${uuid}/logs`, { stream, ...(isWhole ? {} : { start: -NEWEST }) });
}

/** The rows with those behind them that are new, each once. */
export function joined(known: readonly LogRow[], found: readonly LogRow[]): readonly LogRow[] {
  const ids = new Set(known.map((row) => row.id));
  const fresh = found.filter((row) => !ids.has(row.id));
  return fresh.length > 0 ? [...known, ...fresh] : known;
}

export function largestId(rows: readonly LogRow[]): number {
  return rows.reduce((most, row) => Math.max(most, row.id), 0);
}

/** Rows that have a text in their message, logger or level, whatever its case. */
export function withText(rows: readonly LogRow[], text: string): readonly LogRow[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return rows;
  return rows.filter((row) =>
    [row.message, row.loggername, row.levelname].some((part) =>
      part?.toLowerCase().includes(wanted),
    ),
  );
}

/** A text cut where another one is found in it: every second part is a find. */
export function cutAt(text: string, find: string): readonly string[] {
  const wanted = find.trim().toLowerCase();
  if (wanted === "") return [text];
  const low = text.toLowerCase();
  if (low.length !== text.length) return [text];
  const parts: string[] = [];
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...parts, text.slice(from)];
}

export function isGrave(levelname: string | null): boolean {
  return levelname === "ERROR" || levelname === "CRITICAL" || levelname === "WARNING";
}
