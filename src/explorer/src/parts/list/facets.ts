/** What a click on a facet does to the filters. Only terms: nothing here knows a page. */

import { literal, unquoted, type Term } from "../../router/selection";

export type Value = string | number | boolean;

/** Split the value of a list at commas outside quotes: `"a,b",3` has two members. */
export function members(value: string): string[] {
  return (value.match(/\s*"(?:[^"]|"")*"|[^,]+/g) ?? []).map((one) => one.trim());
}

/** The values of a key that the filters allow, as the grammar writes them. */
export function chosen(terms: readonly Term[], key: string): string[] {
  return terms
    .filter((term) => term.key === key && (term.operator === "=" || term.operator === "=in="))
    .flatMap((term) => members(term.value));
}

export function isChosen(terms: readonly Term[], key: string, value: Value): boolean {
  return chosen(terms, key).some((one) => isSame(one, value));
}

/** The filters with one more allowed value of a key, or without it if it is there. */
export function toggled(terms: readonly Term[], key: string, value: Value): Term[] {
  const allowed = chosen(terms, key);
  const next = allowed.some((one) => isSame(one, value))
    ? allowed.filter((one) => !isSame(one, value))
    : [...allowed, literal(value)];
  const others = terms.filter(
    (term) => term.key !== key || (term.operator !== "=" && term.operator !== "=in="),
  );
  if (next.length === 0) return others;
  return [...others, { key, operator: next.length > 1 ? "=in=" : "=", value: next.join(",") }];
}

/** The filters with a relation, such as `group="paper"`, or without it if it is there. */
export function related(terms: readonly Term[], key: string, value: string): Term[] {
  const others = terms.filter((term) => term.key !== key || unquoted(term.value) !== value);
  if (others.length < terms.length) return others;
  return [...terms, { key, operator: "=", value: literal(value) }];
}

/** The first day of the month after `2026-11`: `2026-12-01`. */
function following(month: string): string {
  const [year = 0, number = 0] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
}

/** The month that the filters on a time choose as a whole, or null. */
export function chosenMonth(terms: readonly Term[], key: string): string | null {
  const own = terms.filter((term) => term.key === key);
  const from = own.find((term) => term.operator === ">=")?.value ?? "";
  const before = own.find((term) => term.operator === "<")?.value;
  const month = /^(\d{4}-\d{2})-01$/.exec(from)?.[1];
  return month && own.length === 2 && before === following(month) ? month : null;
}

/** The filters that choose one month of a time, or any time if that month is chosen already. */
export function withMonth(terms: readonly Term[], key: string, month: string): Term[] {
  const others = terms.filter((term) => term.key !== key);
  if (chosenMonth(terms, key) === month) return others;
  return [
    ...others,
    { key, operator: ">=", value: `${month}-01` },
    { key, operator: "<", value: following(month) },
  ];
}

function isSame(written: string, value: Value): boolean {
  return written === literal(value) || unquoted(written) === String(value);
}
