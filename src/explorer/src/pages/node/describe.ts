/** What a node is called on its page, and how it is cited. */

import { absolute } from "../../api/http";
import type { JsonObject, NodeDetail } from "../../api/types";
import { count, exact, short } from "../../parts/format";
import { className } from "../../parts/kinds";
import { hrefOf } from "../../router/router";
import { site } from "../../site";

const LONGEST = 80;

/** The title of a node: its label, process, formula or value; its class where it has none. */
export function titleOf(node: NodeDetail): string {
  return (
    cut(node.label) ||
    textAt(node.attributes, "process_label") ||
    textAt(node.derived_properties, "formula") ||
    valueOf(node) ||
    className(node.node_type)
  );
}

/** The value of a Float, Int, Str, Bool or list of them, as text; empty where a node has none. */
export function valueOf(node: NodeDetail): string {
  const { attributes } = node;
  if (!attributes || !Object.hasOwn(attributes, "value")) return listOf(attributes);
  const value = attributes["value"];
  if (value === null || value === undefined || typeof value === "object") return "";
  if (value === "") return "(empty string)";
  return cut(String(value));
}

function listOf(attributes: JsonObject | null): string {
  const list = attributes?.["list"];
  return Array.isArray(list) ? `List of ${count(list.length)}` : "";
}

/** The text of a key, cut to the length of a title. */
export function textAt(object: JsonObject | null, key: string): string {
  const value = object?.[key];
  return typeof value === "string" ? cut(value) : "";
}

/** The number of a key. */
export function numberAt(object: JsonObject | null, key: string): number | null {
  const value = object?.[key];
  return typeof value === "number" ? value : null;
}

function cut(text: string): string {
  const plain = text.trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)}…` : plain;
}

/** The address of the page of a node, with its host. */
export function addressOf(uuid: string): string {
  return absolute(hrefOf(["nodes", uuid]));
}

/** A sentence that cites a node: what it is, who made it when, in which store, where it is found. */
export function citationOf(node: NodeDetail, today: Date = new Date()): string {
  const who = node.user ? `${node.user.name}: ` : "";
  const title = titleOf(node);
  const what = title === className(node.node_type) ? "" : `“${title}”, `;
  const store = site.profile ? ` of the store “${site.profile}”` : "";
  return (
    `${who}${what}${className(node.node_type)} ${node.uuid}${store}, ` +
    `created ${exact(new Date(node.ctime))}. ${addressOf(node.uuid)} ` +
    `(read ${today.toISOString().slice(0, 10)}).`
  );
}

/** What names a node in a sentence: its title, else its short uuid. */
export function nameOf(node: NodeDetail): string {
  const title = titleOf(node);
  return title === className(node.node_type) ? `${title} ${short(node.uuid)}` : title;
}
