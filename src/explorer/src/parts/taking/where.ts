/** Filters as conditions of a body, which has an `or`. */

import type { Json } from "../../api/types";
import { unquoted, type Term } from "../../router/selection";
import { members } from "../list/facets";

const RELATIONS = new Set([
  "group",
  "ancestor_of",
  "descendant_of",
  "input_of",
  "output_of",
  "called_by",
  "caller_of",
  "with_incoming",
  "with_outgoing",
]);

/** The conditions of a body that say the same as filters, and more; all hold. */
export function whereOfAll(filters: readonly Term[], ...more: readonly Json[]): Where {
  const related: Record<string, string[]> = {};
  for (const { key, value } of filters.filter((term) => RELATIONS.has(term.key))) {
    related[key] = [...(related[key] ?? []), unquoted(value)];
  }
  const conditions = filters.filter(({ key }) => !RELATIONS.has(key)).map(whereOf);
  return { ...related, and: [...conditions, ...more] };
}

type Where = { readonly [key: string]: Json };

const OPERATORS: Readonly<Record<string, string>> = {
  "=": "eq",
  "!=": "ne",
  "<>": "ne",
  "<": "lt",
  "<=": "lte",
  ">": "gt",
  ">=": "gte",
};

/** A filter as a condition of a body: `{"ctime": {"gte": "2026-11-20"}}`. */
export function whereOf({ key, operator, value }: Term): Json {
  const name = OPERATORS[operator] ?? operator.replaceAll("=", "").replace("notin", "nin");
  const isList = name === "in" || name === "nin";
  return { [key]: { [name]: isList ? members(value).map(valueOf) : valueOf(value) } };
}

function valueOf(text: string): Json {
  if (text.startsWith('"')) return unquoted(text);
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
}
