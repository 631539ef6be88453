/** Asking for a node and its neighbours: one request, whatever their number. */

import { get, urlOf } from "../api/http";
import { quoted } from "../router/selection";
import type { Row, Side } from "./model";

type Template = { [key: string]: string | Template };

const COLUMNS: Template = {
  uuid: "*",
  label: "*",
  node_type: "*",
  attributes: { value: "*", process_label: "*", process_state: "*", exit_status: "*" },
};
const BEFORE: readonly Side[] = ["incoming", "caller"];
const AFTER: readonly Side[] = ["outgoing", "called"];

/** The template of a node with `levels` of neighbours each way, and with numbers behind them. */
export function template(levels: number): Template {
  return { ...COLUMNS, ...towards(BEFORE, AFTER, levels), ...towards(AFTER, BEFORE, levels) };
}

function towards(on: readonly Side[], back: readonly Side[], levels: number): Template {
  if (levels === 0) return counts(on);
  const next: Template = { ...COLUMNS, ...towards(on, back, levels - 1), ...counts(back) };
  return Object.fromEntries(on.map((side) => [side, { "*": next }]));
}

function counts(sides: readonly Side[]): Template {
  return Object.fromEntries(sides.map((side) => [side, "count"]));
}

/** The URL that gives a node with its neighbours. */
export function neighboursUrl(uuid: string, levels: number): string {
  const want = JSON.stringify(template(levels));
  return urlOf("nodes/select", { uuid: quoted(uuid), want });
}

/** A node with its neighbours, or null if there is no such node. */
export async function loadNeighbours(uuid: string, levels: number): Promise<Row | null> {
  const { data } = await get<{ rows: Row[] }>(neighboursUrl(uuid, levels));
  return data.rows[0] ?? null;
}

/** How many links a node has, on the sides that were cut. */
export async function loadTotals(uuid: string): Promise<{ incoming: number; outgoing: number }> {
  const url = urlOf(`nodes/${uuid}`, { include: "link_counts" });
  type Counted = { nodes: { link_counts: { incoming: number; outgoing: number } }[] };
  const { data } = await get<Counted>(url);
  return data.nodes[0]?.link_counts ?? { incoming: 0, outgoing: 0 };
}

const ON_PATHS = 100;

/** The nodes between two nodes, the first of which the second descends from. */
export async function loadBetween(ancestor: string, descendant: string): Promise<Row[]> {
  const query = {
    descendant_of: ancestor,
    ancestor_of: descendant,
    limit: ON_PATHS,
    want: JSON.stringify({ ...COLUMNS, incoming: { "*": COLUMNS }, outgoing: { "*": COLUMNS } }),
  };
  const { data } = await get<{ rows: Row[] }>(urlOf("nodes/select", query));
  return data.rows;
}
