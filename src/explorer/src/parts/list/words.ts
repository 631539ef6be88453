/** Filters as people say them. */

import { className } from "../kinds";
import { unquoted, type Term } from "../../router/selection";
import { members } from "./facets";

/** A filter in three parts: "type", "is", "Int"; a relation has all in the first two. */
export interface Words {
  readonly what: string;
  readonly how: string;
  readonly value: string;
}

/** Names of things that filters know by number: `{"user": {"3": "Ada Lovelace"}}`. */
export type Names = Readonly<Record<string, Readonly<Record<string, string>>>>;

const KEYS: Readonly<Record<string, string>> = {
  node_type: "type",
  full_type: "type",
  process_type: "process type",
  type_string: "type",
  ctime: "created",
  mtime: "changed",
  id: "pk",
  user: "creator",
  user_id: "creator",
  dbcomputer_id: "computer",
  "attributes.process_state": "state",
  "attributes.exit_status": "exit status",
  "attributes.process_label": "process",
};

const RELATIONS: Readonly<Record<string, string>> = {
  group: "in the group",
  ancestor_of: "ancestors of",
  descendant_of: "descendants of",
  input_of: "inputs of",
  output_of: "outputs of",
  called_by: "called by",
  caller_of: "callers of",
  with_incoming: "with a link from",
  with_outgoing: "with a link to",
};

const SWITCHES: Readonly<Record<string, readonly [string, string]>> = {
  running: ["running now", "not running"],
  failed: ["failed", "not failed"],
  root: ["called by nobody", "called by another"],
};

const HOW: Readonly<Record<string, string>> = {
  "=": "is",
  "!=": "is not",
  "<": "is less than",
  "<=": "is at most",
  ">": "is more than",
  ">=": "is at least",
  "=in=": "is one of",
  "=notin=": "is none of",
  "=like=": "is like",
  "=ilike=": "is like (any case)",
  "=contains=": "contains",
};

const HOW_TIMES: Readonly<Record<string, string>> = {
  "=": "in",
  "!=": "not in",
  "<": "before",
  "<=": "until",
  ">": "after",
  ">=": "from",
};

/** A filter in words. */
export function wordsOf(term: Term, names: Names = {}): Words {
  return ofRelation(term) ?? ofCondition(term, names);
}

function ofRelation(term: Term): Words | null {
  const value = unquoted(term.value);
  if (term.key === "past") return { what: "created in the last", how: "", value };
  const relation = Object.hasOwn(RELATIONS, term.key) ? RELATIONS[term.key] : undefined;
  if (relation) {
    return { what: relation, how: "", value: term.key === "group" ? value : value.slice(0, 8) };
  }
  const both = Object.hasOwn(SWITCHES, term.key) ? SWITCHES[term.key] : undefined;
  return both
    ? { what: both[value === "true" || value === "1" ? 0 : 1], how: "", value: "" }
    : null;
}

function ofCondition(term: Term, names: Names): Words {
  const { key, operator } = term;
  const what = Object.hasOwn(KEYS, key) ? (KEYS[key] ?? key) : key.replace(/^attributes\./, "");
  if (operator === "=exists=") {
    return { what, how: term.value === "true" ? "has a value" : "has no value", value: "" };
  }
  const part = contained(term);
  if (part !== null) return { what, how: "contains", value: part };
  const value = members(term.value)
    .map((one) => valueOf(key, unquoted(one), names))
    .join(", ");
  const isTime = key === "ctime" || key === "mtime";
  const how = (isTime ? HOW_TIMES[operator] : undefined) ?? HOW[operator] ?? operator;
  return { what, how, value };
}

/** The text that a pattern wants somewhere, or null if the pattern wants something else. */
function contained(term: Term): string | null {
  if (!/^=i?like=$/.test(term.operator)) return null;
  const part = /^"%(.*)%"$/s.exec(term.value)?.[1];
  if (part === undefined || /(?<!\\)[%_]/.test(part)) return null;
  return part.replaceAll(/\\([\\%_])/g, "$1").replaceAll('""', '"');
}

/** A filter in one line: "type is Int". */
export function lineOf(term: Term, names: Names = {}): string {
  const { what, how, value } = wordsOf(term, names);
  return [what, how, value].filter((part) => part !== "").join(" ");
}

function valueOf(key: string, value: string, names: Names): string {
  const known = names[key.replace(/^user_id$/, "user").replace(/^dbcomputer_id$/, "computer")];
  if (known && Object.hasOwn(known, value)) return known[value] ?? value;
  if ((key === "node_type" || key === "full_type") && /[.|%]$/.test(value)) return className(value);
  return value === "" ? "empty" : value;
}
