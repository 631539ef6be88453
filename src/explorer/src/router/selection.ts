/**
 * A selection as text: the filters of the API, which are also those of the address.
 *
 * The grammar is the server's (`key operator value`, joined by `&`). It is not checked here: terms are
 * taken apart only to show, add and remove them.
 */

import { encode } from "../api/http";

export interface Term {
  readonly key: string;
  /** `=`, `>`, `<`, `>=`, `<=`, `!=`, `=like=`, … */
  readonly operator: string;
  /** As the grammar writes it: quoted strings with their quotes. */
  readonly value: string;
}

/** Keys of an address that say how to show, not what; they never reach the API as filters. */
export const VIEW_KEYS = new Set([
  "columns",
  "orderby",
  "limit",
  "cursor",
  "tab",
  "at",
  "view",
  "find",
  "q",
]);

const OPERATOR = /^(=[a-z]+=|<>|!=|>=|<=|=|>|<)/;

/** Split a query string at `&` outside quotes. */
export function split(query: string): string[] {
  const parts: string[] = [];
  let part = "";
  let isQuoted = false;
  for (let at = 0; at < query.length; at++) {
    const sign = query[at] as string;
    if (sign === "%" && query.slice(at, at + 3).toUpperCase() === "%22") {
      isQuoted = !isQuoted;
      part += query.slice(at, at + 3);
      at += 2;
    } else if (sign === "&" && !isQuoted) {
      parts.push(part);
      part = "";
    } else {
      if (sign === '"') isQuoted = !isQuoted;
      part += sign;
    }
  }
  parts.push(part);
  return parts.filter((one) => one !== "");
}

/** Take one term apart; null if it is none. */
export function termOf(text: string): Term | null {
  const plain = decoded(text);
  const key = keyOf(plain);
  const operator = OPERATOR.exec(plain.slice(key.length))?.[0];
  if (!key || !operator) return null;
  return { key, operator, value: plain.slice(key.length + operator.length) };
}

export function termsOf(query: string): Term[] {
  return split(query)
    .map(termOf)
    .filter((term) => term !== null);
}

/** The query string of terms, encoded so that it can stand in an address. */
export function textOf(terms: readonly Term[]): string {
  return terms
    .map(({ key, operator, value }) => `${encode(key)}${operator}${encode(value)}`)
    .join("&");
}

/** The filters among the terms. */
export function filtersOf(terms: readonly Term[]): Term[] {
  return terms.filter((term) => !VIEW_KEYS.has(term.key));
}

/** The value of a key that says how to show. */
export function viewValue(terms: readonly Term[], key: string): string | null {
  const found = terms.find((term) => term.key === key && term.operator === "=");
  return found ? unquoted(found.value) : null;
}

/** The terms with a key set to a value, or without it if the value is null. */
export function withView(terms: readonly Term[], key: string, value: string | null): Term[] {
  const others = terms.filter((term) => term.key !== key);
  return value === null ? others : [...others, { key, operator: "=", value }];
}

/** A string as the grammar quotes it: a quote inside is written twice. */
export function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** A quoted pattern of all strings that contain a text: `"%100\\%%"`. */
export function containing(text: string): string {
  return quoted(`%${text.replaceAll(/[\\%_]/g, "\\$&")}%`);
}

export function unquoted(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replaceAll('""', '"');
}

/** A value as the grammar writes it: strings quoted, the others as they are. */
export function literal(value: string | number | boolean): string {
  return typeof value === "string" ? quoted(value) : String(value);
}

/** A key with its path, each part quoted where it must be: `attributes."a b".c`. */
export function dotted(path: readonly string[]): string {
  const [first = "", ...rest] = path;
  return [first, ...rest.map((part) => (/^[\w-]+$/.test(part) ? part : quoted(part)))].join(".");
}

function keyOf(text: string): string {
  const found = /^[A-Za-z_]\w*(?:\.(?:"(?:[^"]|"")*"|[^."=<>!]+))*/.exec(text);
  return found?.[0] ?? "";
}

/** Percent-decode as the server does: what is no valid triplet stays as it was typed. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    try {
      return decodeURIComponent(run);
    } catch {
      return run;
    }
  });
}
