/** The filters of a list of processes, as the routes of nodes understand them, which count. */

import { queryOf, encode } from "../../api/http";
import { textOf, unquoted, type Term } from "../../router/selection";
import { members } from "../../parts/list/facets";
import type { Json } from "../../api/types";
import type { Selection } from "../../parts/taking/selection";
import { whereOfAll } from "../../parts/taking/where";

/** Which processes: all, those that have not ended, those that failed. */
export type Which = "all" | "running" | "failed";

export const WINDOWS = ["1d", "7d", "30d", "365d"] as const;
const RUNNING = ["created", "waiting", "running"];
const UNITS: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60 };
const IS_PROCESS: Term = { key: "node_type", operator: "=like=", value: '"process.%"' };

export function isOn(term: Term): boolean {
  return term.operator === "=" && ["1", "true"].includes(term.value.toLowerCase());
}

export function whichOf(filters: readonly Term[]): Which {
  if (filters.some((term) => term.key === "failed" && isOn(term))) return "failed";
  return filters.some((term) => term.key === "running" && isOn(term)) ? "running" : "all";
}

export function withWhich(filters: readonly Term[], which: Which): Term[] {
  const others = filters.filter(({ key }) => key !== "failed" && key !== "running");
  return which === "all" ? others : [...others, { key: which, operator: "=", value: "1" }];
}

/** The window of time of the filters: `7d`; null for any time. */
export function pastOf(filters: readonly Term[]): string | null {
  const term = filters.find(({ key }) => key === "past");
  return term ? unquoted(term.value) : null;
}

export function withPast(filters: readonly Term[], past: string | null): Term[] {
  const others = filters.filter(({ key }) => key !== "past");
  return past === null ? others : [...others, { key: "past", operator: "=", value: past }];
}

/** The beginning of a window, to the minute, as the server reads it; null for what is none. */
export function startOf(past: string, now: Date): string | null {
  const match = /^(\d{1,9})([dhm])$/.exec(past);
  if (!match) return null;
  const seconds = Number(match[1]) * (UNITS[match[2] ?? ""] ?? 0);
  const minute = Math.floor((now.getTime() / 1000 - seconds) / 60) * 60;
  return `${new Date(Math.max(0, minute) * 1000).toISOString().slice(0, 19)}+00:00`;
}

/** A request for facets: a query string, or a body where a query string cannot say it. */
export interface FacetsAsked {
  readonly query: string;
  readonly body: { readonly [key: string]: Json } | null;
}

/**
 * What to ask for the facets of a list of processes.
 */
export function facetsAsked(
  filters: readonly Term[],
  facets: readonly string[],
  size: number,
  now: Date = new Date(),
): FacetsAsked {
  const { query, where } = selectionOf(filters, now);
  if (where) return { query: "", body: { where, facet: facets, size, drop_self: true } };
  const wanted = queryOf({ facet: facets, size, drop_self: 1 });
  return { query: `${query}&${wanted}`, body: null };
}

/**
 * The nodes that filters of processes choose.
 *
 * Failed processes need an `or`, which only a body has.
 */
export function selectionOf(filters: readonly Term[], now: Date = new Date()): Selection {
  const nodes = [IS_PROCESS, ...filters.flatMap((term) => ofNodes(term, now))];
  if (whichOf(filters) === "failed") return { query: "", where: whereOfAll(nodes, FAILED) };
  return { query: textOf(nodes), where: null };
}

/** The same to take away; null if nodes cannot be asked for it. */
export function takenOf(filters: readonly Term[]): Selection | null {
  return filters.some((term) => term.key === "root" && isOn(term)) ? null : selectionOf(filters);
}

const FAILED: Json = {
  or: [
    { "attributes.process_state": { in: ["excepted", "killed"] } },
    { "attributes.exit_status": { gt: 0 } },
    { "attributes.exit_status": { lt: 0 } },
  ],
};

/** A filter of processes as one of nodes; none for what nodes cannot be asked. */
function ofNodes(term: Term, now: Date): Term[] {
  switch (term.key) {
    case "failed":
    case "root":
      return [];
    case "running":
      return isOn(term) ? [stateIn(RUNNING)] : [];
    case "state":
      return [stateIn(members(term.value).map((one) => unquoted(one).toLowerCase()))];
    case "exit_status":
      return [{ ...term, key: "attributes.exit_status" }];
    case "past": {
      const start = startOf(unquoted(term.value), now);
      return start ? [{ key: "ctime", operator: ">=", value: start }] : [];
    }
    default:
      return [term];
  }
}

function stateIn(states: readonly string[]): Term {
  const value = states.map((state) => `"${state}"`).join(",");
  return { key: "attributes.process_state", operator: "=in=", value };
}

/** What a request for facets is known by. */
export function keyOf({ query, body }: FacetsAsked): string {
  return body ? encode(JSON.stringify(body)) : query;
}
