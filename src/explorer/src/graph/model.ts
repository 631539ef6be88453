/**
 * The part of a provenance graph that is known: nodes and links, and how each node was found.
 *
 * A graph is never changed: `merged` gives a new one. Data flows from left to right, along `incoming` and
 * `outgoing`; a workflow stands left of what it called.
 */

import { className, kindOf, outcomeOf, type Kind, type Outcome } from "../parts/kinds";
import { short } from "../parts/format";

export const SIDES = ["incoming", "caller", "outgoing", "called"] as const;
export type Side = (typeof SIDES)[number];

/** A node as `/nodes/select` gives it, with its neighbours, or with their number. */
export interface Row {
  readonly uuid: string;
  readonly label: string;
  readonly node_type: string;
  readonly attributes: Readonly<Record<string, unknown>> | null;
  readonly link_label?: string;
  readonly link_type?: string;
  /** On the last of a list: there are others behind it. */
  readonly more?: boolean;
  readonly incoming?: Neighbours;
  readonly caller?: Neighbours;
  readonly outgoing?: Neighbours;
  readonly called?: Neighbours;
}

export type Neighbours = number | { readonly "*": readonly Row[] };

export interface GraphNode {
  readonly uuid: string;
  readonly title: string;
  readonly subtitle: string;
  readonly type: string;
  readonly kind: Kind;
  /** How a process went; null for data. */
  readonly outcome: Outcome | null;
  readonly exitStatus: number | null;
  /** How many neighbours there are, where it is known. */
  readonly counts: Readonly<Partial<Record<Side, number>>>;
  /** The sides whose neighbours are here: all of them, or the first ones. */
  readonly loaded: ReadonlySet<Side>;
  /** The sides that have more neighbours than were given. */
  readonly cut: ReadonlySet<Side>;
  /** The node by which it was found, and on which side of that; null for the first one. */
  readonly via: { readonly uuid: string; readonly side: Side } | null;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly type: string;
}

export interface Graph {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly edges: ReadonlyMap<string, Edge>;
}

export const EMPTY: Graph = { nodes: new Map(), edges: new Map() };

/** A graph with a row and all that it brings added. */
export function merged(graph: Graph, row: Row): Graph {
  const nodes = new Map(graph.nodes);
  const edges = new Map(graph.edges);
  add(nodes, edges, row, null);
  return { nodes, edges };
}

type Nodes = Map<string, GraphNode>;
type Edges = Map<string, Edge>;

function add(nodes: Nodes, edges: Edges, row: Row, via: GraphNode["via"]): void {
  const known = nodes.get(row.uuid);
  const counts: Partial<Record<Side, number>> = { ...known?.counts };
  const loaded = new Set(known?.loaded);
  const cut = new Set(known?.cut);
  for (const side of SIDES) {
    const given = row[side];
    if (given === undefined) continue;
    if (typeof given === "number") {
      counts[side] = given;
      continue;
    }
    loaded.add(side);
    if (given["*"].at(-1)?.more) cut.add(side);
    else counts[side] = given["*"].length;
  }
  nodes.set(row.uuid, { ...described(row), counts, loaded, cut, via: known ? known.via : via });
  for (const side of SIDES) {
    const given = row[side];
    if (given === undefined || typeof given === "number") continue;
    for (const other of given["*"]) {
      const edge = edgeOf(row.uuid, side, other);
      edges.set(`${edge.from} ${edge.to} ${edge.type} ${edge.label}`, edge);
      add(nodes, edges, other, { uuid: row.uuid, side });
    }
  }
}

function edgeOf(uuid: string, side: Side, other: Row): Edge {
  const isBefore = side === "incoming" || side === "caller";
  const [from, to] = isBefore ? [other.uuid, uuid] : [uuid, other.uuid];
  return { from, to, label: other.link_label ?? "", type: other.link_type ?? "" };
}

function described(row: Row): Omit<GraphNode, "counts" | "loaded" | "cut" | "via"> {
  const { process_state, exit_status } = row.attributes ?? {};
  const kind = kindOf(row.node_type);
  const isProcess = kind === "calculation" || kind === "workflow";
  const exitStatus = typeof exit_status === "number" ? exit_status : null;
  const state = typeof process_state === "string" ? process_state : null;
  const type = className(row.node_type);
  const title = isProcess ? processTitle(row, type) : dataTitle(row, type);
  const other = isProcess ? row.label : type;
  return {
    uuid: row.uuid,
    title: shortened(title, 26),
    subtitle: shortened(other && other !== title ? other : short(row.uuid), 30),
    type: row.node_type,
    kind,
    outcome: isProcess ? outcomeOf(state, exitStatus) : null,
    exitStatus,
  };
}

function processTitle(row: Row, type: string): string {
  const label = row.attributes?.["process_label"];
  return typeof label === "string" && label ? label : type;
}

function dataTitle(row: Row, type: string): string {
  const value = row.attributes?.["value"];
  return row.label || (isSimple(value) ? String(value) : "") || type;
}

function isSimple(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value) && value !== "";
}

export function shortened(text: string, length: number): string {
  const signs = [...text];
  return signs.length <= length ? text : `${signs.slice(0, length - 1).join("")}…`;
}

/** How many neighbours of a node are not in the graph, on both sides; null where nobody counted. */
export function missing(graph: Graph, node: GraphNode, side: Side): number {
  const total = node.counts[side] ?? 0;
  const { before, after } = neighbours(graph, node.uuid);
  const isCall = side === "caller" || side === "called";
  const edges = side === "incoming" || side === "caller" ? before : after;
  const here = edges.filter((edge) => edge.type.startsWith("call") === isCall).length;
  return Math.max(0, total - here);
}

/** The links that end and that begin at a node. */
export function neighbours(graph: Graph, uuid: string): { before: Edge[]; after: Edge[] } {
  const before: Edge[] = [];
  const after: Edge[] = [];
  for (const edge of graph.edges.values()) {
    if (edge.to === uuid) before.push(edge);
    if (edge.from === uuid) after.push(edge);
  }
  return { before, after };
}
