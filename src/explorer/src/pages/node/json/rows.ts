/** The rows of a JSON tree: what is unfolded, what a search finds, what a member is called. */

import { dotted } from "../../../router/selection";
import { Digits, isBranch, Members, sizeOf, writeExact, type Exact } from "../../../parts/exact";

/** Members of one object or list that are shown before the reader asks for more. */
export const STEP = 100_000;
/** Members that a search shows. */
export const FOUND = 2_000;

export interface Row {
  /** Its place: the numbers of the members that lead to it, e.g. `0/3/1`. */
  readonly id: string;
  readonly parent: Row | null;
  /** The name of the member; null for the row that shows more of its parent. */
  readonly key: string | null;
  readonly value: Exact;
  readonly depth: number;
  /** Its number among its siblings, from 0. */
  readonly at: number;
  readonly siblings: number;
}

/** What the rows depend on: unfolded members by id, and how many members are shown of long ones. */
export interface Unfolded {
  readonly open: ReadonlySet<string>;
  readonly shown: ReadonlyMap<string, number>;
}

/** The rows of a tree in the order in which they are seen. */
export function rowsOf(roots: Members, unfolded: Unfolded): Row[] {
  const rows: Row[] = [];
  addMembers(rows, roots, null, unfolded);
  return rows;
}

function addMembers(
  rows: Row[],
  value: Members | readonly Exact[],
  parent: Row | null,
  unfolded: Unfolded,
): void {
  const size = sizeOf(value);
  const most = Math.min(size, (parent && unfolded.shown.get(parent.id)) ?? STEP);
  for (let at = 0; at < most; at++) {
    const row = memberOf(value, parent, at);
    rows.push(row);
    if (isBranch(row.value) && unfolded.open.has(row.id)) {
      addMembers(rows, row.value, row, unfolded);
    }
  }
  if (most < size) {
    const depth = parent ? parent.depth + 1 : 0;
    const id = `${parent?.id ?? ""}/more`;
    rows.push({ id, parent, key: null, value: size - most, depth, at: most, siblings: size });
  }
}

function memberOf(value: Members | readonly Exact[], parent: Row | null, at: number): Row {
  const isObject = value instanceof Members;
  return {
    id: parent ? `${parent.id}/${at}` : String(at),
    parent,
    key: isObject ? (value.keys[at] ?? "") : String(at),
    value: (isObject ? value.values[at] : value[at]) ?? null,
    depth: parent ? parent.depth + 1 : 0,
    at,
    siblings: sizeOf(value),
  };
}

export interface Search {
  /** The members that are found, between those that lead to them. */
  readonly rows: readonly Row[];
  readonly found: ReadonlySet<string>;
  /** How many members there are that fit, also those that are not shown. */
  readonly total: number;
}

/** The members whose key or value has a text, upper and lower case alike. */
export function search(roots: Members, text: string): Search {
  const rows: Row[] = [];
  const found = new Set<string>();
  const wanted = text.toLowerCase();
  let total = 0;
  let last: readonly Row[] = [];
  const show = (row: Row) => {
    const chain = chainOf(row);
    for (const one of chain) if (last[one.depth]?.id !== one.id) rows.push(one);
    last = chain;
  };
  const walk = (value: Members | readonly Exact[], parent: Row | null) => {
    const isObject = value instanceof Members;
    const items = isObject ? value.values : value;
    for (let at = 0; at < items.length; at++) {
      const item = items[at] ?? null;
      const isNamed = isObject && (value.keys[at] ?? "").toLowerCase().includes(wanted);
      const fits = isNamed || (!isBranch(item) && plain(item).toLowerCase().includes(wanted));
      const isShown = fits && found.size < FOUND;
      if (fits) total += 1;
      if (!isShown && !isBranch(item)) continue;
      const row = memberOf(value, parent, at);
      if (isShown) {
        found.add(row.id);
        show(row);
      }
      if (isBranch(item)) walk(item, row);
    }
  };
  walk(roots, null);
  return { rows, found, total };
}

function chainOf(row: Row): Row[] {
  const chain: Row[] = [];
  for (let one: Row | null = row; one; one = one.parent) chain.unshift(one);
  return chain;
}

/** The names that lead to a member, from the column on. */
export function pathOf(row: Row): string[] {
  return chainOf(row).map((one) => one.key ?? "");
}

/** The path of a member as filters write it: `attributes.a."b c".0`. */
export function keyOf(row: Row): string {
  return dotted(pathOf(row));
}

/** The ids of the members that lead to the one with an id: `0/3/1` is below `0` and `0/3`. */
export function above(id: string): string[] {
  const parts = id.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}

/** The id of the member that names lead to; null where there is none. */
export function idOf(roots: Members, path: readonly string[]): string | null {
  let value: Exact = roots;
  const places: number[] = [];
  for (const name of path) {
    const at: number = value instanceof Members ? value.keys.indexOf(name) : Number(name);
    if (!isBranch(value) || !Number.isInteger(at) || at < 0 || at >= sizeOf(value)) return null;
    places.push(at);
    value = (value instanceof Members ? value.values[at] : value[at]) ?? null;
  }
  return places.length > 0 ? places.join("/") : null;
}

/** The names in a path that `dotted` wrote. */
export function namesOf(text: string): string[] {
  const parts = text.match(/"(?:[^"]|"")*"|[^.]+/g) ?? [];
  return parts.map((part) =>
    part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
}

/** A value without members as text; strings without quotes. */
export function plain(value: Exact): string {
  if (value instanceof Digits) return value.text;
  if (typeof value === "string") return value;
  return isBranch(value) ? writeExact(value) : String(value);
}

const PREVIEW = 60;

/** The members of an object or list, as many as fit in a line. */
export function preview(value: Members | readonly Exact[]): string {
  const size = sizeOf(value);
  const parts: string[] = [];
  let length = 0;
  for (let at = 0; at < size && length < PREVIEW; at++) {
    const { key, value: item } = memberOf(value, null, at);
    const text = isBranch(item) ? folded(item) : short(item);
    parts.push(value instanceof Members ? `${key}: ${text}` : text);
    length += (parts[parts.length - 1] ?? "").length + 2;
  }
  return parts.join(", ") + (parts.length < size ? ", …" : "");
}

function folded(value: Members | readonly Exact[]): string {
  const inner = sizeOf(value) > 0 ? "…" : "";
  return value instanceof Members ? `{${inner}}` : `[${inner}]`;
}

function short(value: Exact): string {
  const text = typeof value === "string" ? JSON.stringify(value) : plain(value);
  return text.length > 24 ? `${text.slice(0, 22)}…` : text;
}

/** The filter that finds the nodes with this value; null where no filter can say it. */
export function filterOf(row: Row): { operator: string; value: string } | null {
  const { value } = row;
  if (row.depth === 0 || row.key === null) return null;
  if (value === null || isBranch(value)) return { operator: "=exists=", value: "true" };
  if (typeof value !== "string") return { operator: "=", value: plain(value) };
  return value.length <= 500 ? { operator: "=", value: `"${value.replaceAll('"', '""')}"` } : null;
}
