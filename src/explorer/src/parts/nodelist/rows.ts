/** The rows of a list of nodes: one request for what the columns show, `/nodes/select`. */

import type { Json, JsonObject } from "../../api/types";
import { unquoted } from "../../router/selection";

/** A node as the template asks for it: `attributes` and `extras` hold only what columns show. */
export interface NodeItem {
  readonly uuid: string;
  readonly node_type: string;
  readonly label: string;
  readonly user?: { readonly id: number; readonly first_name: string; readonly last_name: string };
  readonly computer?: { readonly uuid: string; readonly label: string } | null;
  readonly attributes?: JsonObject;
  readonly extras?: JsonObject;
  readonly [key: string]: unknown;
}

export type Template = { [key: string]: string | Template };

/** The parts of a path: `attributes."a.b".0` is `["attributes", "a.b", "0"]`. */
export function pathOf(key: string): string[] {
  return (key.match(/"(?:[^"]|"")*"|[^."]+/g) ?? []).map(unquoted);
}

export function isPath(key: string): boolean {
  return /^(attributes|extras)\../.test(key);
}

/** What columns show beyond what every row has. */
const NEEDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  type: [["attributes", "process_label"]],
  state: [
    ["attributes", "process_state"],
    ["attributes", "exit_status"],
    ["attributes", "paused"],
  ],
  user: [
    ["user", "id"],
    ["user", "first_name"],
    ["user", "last_name"],
  ],
  computer: [
    ["computer", "uuid"],
    ["computer", "label"],
  ],
};

const ALWAYS: readonly (readonly string[])[] = [
  ["uuid"],
  ["node_type"],
  ["label"],
  ["attributes", "process_label"],
  ["attributes", "value"],
];

/** The template of the rows that columns need. */
export function wantOf(columns: readonly string[]): Template {
  const want: Template = {};
  for (const path of ALWAYS) put(want, path);
  for (const column of columns) {
    for (const path of NEEDS[column] ?? [pathOf(column)]) put(want, path);
  }
  return want;
}

function put(want: Template, path: readonly string[]): void {
  let layer = want;
  for (const part of path.slice(0, -1)) {
    const below = layer[part];
    if (below === "*") return;
    layer = typeof below === "object" ? below : (layer[part] = {});
  }
  const last = path[path.length - 1];
  if (last !== undefined) layer[last] = "*";
}

/** The value at a path of a row; null where there is none. */
export function valueAt(row: unknown, path: readonly string[]): Json {
  let value = row;
  for (const part of path) {
    if (value === null || typeof value !== "object") return null;
    if (Array.isArray(value)) value = (value as unknown[]).at(Number(part));
    else value = Object.hasOwn(value, part) ? (value as Record<string, unknown>)[part] : null;
  }
  return (value ?? null) as Json;
}

/** A value of JSON in one short line. */
export function lineOfJson(value: Json, length = 60): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

export function nameOf(user: NodeItem["user"]): string {
  if (!user) return "";
  return `${user.first_name} ${user.last_name}`.trim() || `user ${user.id}`;
}

/** What a node is called in a list: its label, the value of a number or text, what it ran, its type. */
export function titleOf(row: NodeItem, typeName: string): string {
  if (row.label) return row.label;
  if (/^data\.core\.(int|float|bool|str)\./.test(row.node_type)) {
    const value = valueAt(row, ["attributes", "value"]);
    if (value !== null) return lineOfJson(value) || "empty text";
  }
  const label = valueAt(row, ["attributes", "process_label"]);
  return typeof label === "string" && label !== "" ? label : typeName;
}
