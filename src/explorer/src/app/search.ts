/** What a text in the search box means, and what is suggested for it. */

import { counted } from "../parts/format";
import { className } from "../parts/kinds";
import { meant } from "../parts/list/filters";
import { containing, dotted, literal, split, termOf, type Term } from "../router/selection";

export type Meaning = "nothing" | "pk" | "uuid" | "filter" | "text";

/** What Enter does with a text, unless a suggestion is chosen. */
export function meaningOf(text: string): Meaning {
  const plain = text.trim();
  if (plain === "") return "nothing";
  if (/^#?\d{1,18}$/.test(plain)) return "pk";
  if (isUuid(plain)) return "uuid";
  return isFilter(plain) ? "filter" : "text";
}

/** A uuid, or its beginning: words such as "added" are none, unless a digit is in them. */
function isUuid(text: string): boolean {
  if (!/^[0-9a-f]{6,8}(-[0-9a-f]{0,4}){0,3}(-[0-9a-f]{0,12})?$/i.test(text)) return false;
  return /\d/.test(text);
}

function isFilter(text: string): boolean {
  const parts = split(text);
  return parts.length > 0 && parts.every((part) => termOf(part) !== null);
}

export interface Suggestion {
  readonly field: string;
  readonly value: string | number | boolean;
  readonly count: number | string;
}

export interface Option {
  readonly title: string;
  /** Beside the title: what it is, or how many nodes. */
  readonly detail: string;
  readonly path: readonly string[];
  readonly query: string | readonly Term[];
}

export interface Section {
  readonly title: string;
  readonly options: readonly Option[];
}

/** Looked up in an index, and looked up in a sample of the newest nodes: one request each. */
export const QUICK: readonly string[] = ["label", "node_type", "group"];
export const SAMPLED: readonly string[] = ["process_label", "attributes"];

const TITLES: Readonly<Record<string, string>> = {
  label: "Labels",
  node_type: "Types",
  process_label: "Processes",
  group: "Groups",
  attributes: "Attributes",
};

/** The suggestions in sections, those of the same field together. */
export function sectionsOf(found: readonly Suggestion[]): Section[] {
  return Object.entries(TITLES)
    .map(([field, title]) => ({
      title,
      options: found.filter((one) => one.field === field).map(optionOf),
    }))
    .filter((section) => section.options.length > 0);
}

function optionOf({ field, value, count }: Suggestion): Option {
  const text = String(value);
  const option = {
    title: text,
    detail: typeof count === "number" ? counted(count, "node") : `${count} nodes`,
    path: ["nodes"],
  };
  const where = (key: string, operator = "=", written = literal(value)) => [
    { key, operator, value: written },
  ];
  switch (field) {
    case "node_type":
      return { ...option, title: className(text), query: where("node_type") };
    case "process_label":
      return { ...option, query: where("attributes.process_label") };
    case "attributes": {
      const key = dotted(["attributes", text]);
      const columns = { key: "columns", operator: "=", value: `type,${key},ctime` };
      return { ...option, query: [...where(key, "=exists=", "true"), columns] };
    }
    default:
      return { ...option, query: where(field) };
  }
}

/** What Enter does, in words. */
export function promiseOf(text: string): string {
  const plain = text.trim();
  switch (meaningOf(text)) {
    case "nothing":
      return "";
    case "pk":
      return `Enter opens the node with pk ${plain.replace("#", "")}.`;
    case "uuid":
      return `Enter opens the node whose uuid begins with ${plain}.`;
    case "filter":
      return "Enter lists the nodes that fulfil this filter.";
    case "text":
      return /[=<>!]/.test(plain)
        ? "Enter reads this as a filter."
        : `Enter lists the nodes whose label contains “${plain}”.`;
  }
}

/** The list that a text means: its filters, or the nodes whose label has it. */
export function listOf(text: string): string {
  return meant(text, "label");
}

/** The nodes with a pk, or whose uuid begins so: the query of `/nodes`. */
export function nodesQuery(text: string): string | null {
  const plain = text.trim().toLowerCase();
  const meaning = meaningOf(plain);
  if (meaning === "pk") return `id=${plain.replace("#", "")}&limit=1&count=none`;
  if (!/^[0-9a-f]{4,8}(-|$)/.test(plain)) return null;
  const pattern = encodeURIComponent(containing(plain).replace(/^"%/, '"'));
  return `uuid=like=${pattern}&limit=5&count=none`;
}
