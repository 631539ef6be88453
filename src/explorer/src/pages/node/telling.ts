/** The most telling facts of a node whose type has no picture. */

import type { Json, JsonObject, NodeDetail } from "../../api/types";
import { bytes, count, counted } from "../../parts/format";
import { isProcess } from "../../parts/kinds";

export interface Fact {
  readonly name: string;
  readonly text: string;
}

const SHOWN = 8;
const LONGEST = 200;

/** Keys that say most about a type, in the order in which they are told. */
const TELLING: readonly (readonly [string, readonly string[]])[] = [
  [
    "data.core.code.",
    ["filepath_executable", "remote_exec_path", "image_name", "engine_command", "input_plugin"],
  ],
  ["data.core.remote.", ["remote_path"]],
  ["data.core.singlefile.", ["filename"]],
  ["data.core.enum.", ["name", "value", "identifier"]],
  [
    "process.",
    ["process_label", "exit_message", "exception", "process_status", "parser_name", "job_id"],
  ],
];

/** The facts of a node, from its attributes and files; the most telling ones first. */
export function tellingFacts(node: NodeDetail): readonly Fact[] {
  const attributes = node.attributes ?? {};
  const first = TELLING.filter(([type]) => node.node_type.startsWith(type)).flatMap(
    ([, keys]) => keys,
  );
  const shapes = isProcess(node.node_type) ? [] : shapesOf(attributes);
  const others = isProcess(node.node_type)
    ? []
    : Object.keys(attributes).filter((key) => !key.startsWith("array|") && !first.includes(key));
  const facts = [...first, ...others]
    .filter((key) => Object.hasOwn(attributes, key) && !isNothing(attributes[key]))
    .map((key) => ({ name: key, text: summary(attributes[key] ?? null) }));
  return [...shapes, ...facts, ...filesOf(node)].slice(0, SHOWN);
}

/** What an array node holds: `bands: 4 × 6`. */
function shapesOf(attributes: JsonObject): Fact[] {
  return Object.entries(attributes).flatMap(([key, shape]) =>
    key.startsWith("array|") && Array.isArray(shape)
      ? [{ name: key.slice(6), text: `array of ${shape.map(String).join(" × ") || "one number"}` }]
      : [],
  );
}

function filesOf(node: NodeDetail): Fact[] {
  const files = node.files ?? [];
  if (files.length === 0) return [];
  const names = files.slice(0, 5).map((file) => file.name + (file.type === "FILE" ? "" : "/"));
  const more =
    files.length > names.length ? `, and ${count(files.length - names.length)} more` : "";
  return [{ name: "files", text: names.join(", ") + more }];
}

function isNothing(value: Json | undefined): boolean {
  return value == null || value === "";
}

/** A value in one line: text cut, lists and objects by their size where they are long. */
export function summary(value: Json): string {
  if (typeof value === "string") return cut(value);
  if (value === null || typeof value !== "object") return String(value);
  const text = JSON.stringify(value);
  if (text.length <= 80) return text;
  if (Array.isArray(value)) return `list of ${count(value.length)}`;
  return counted(Object.keys(value).length, "key");
}

function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST)}… (${bytes(text.length)} of text)`;
}
