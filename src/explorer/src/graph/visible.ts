/**
 * What of a graph is drawn: nodes with many neighbours show the first ones, and a bundle for the others.
 */

import { SIDES, type Edge, type Graph, type GraphNode, type Side } from "./model";

/** How many neighbours on a side are drawn before they are bundled. */
export const FIRST = 10;
/** How many more a click on a bundle shows. */
export const STEP = 20;
/** More nodes than this are not drawn. */
export const DRAWN = 500;

export interface Bundle {
  readonly id: string;
  readonly uuid: string;
  readonly side: Side;
  /** How many nodes it stands for; null if nobody counted. */
  readonly count: number | null;
}

export interface Options {
  readonly hidesCodes: boolean;
  readonly hidesCalled: boolean;
  /** How many neighbours are shown, by `bundleId`; `FIRST` without an entry. */
  readonly shown: ReadonlyMap<string, number>;
}

export interface Visible {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly Edge[];
  readonly bundles: readonly Bundle[];
  /** Whether nodes were left out because there are more than `DRAWN`. */
  readonly isCut: boolean;
}

export function bundleId(uuid: string, side: Side): string {
  return `${side} ${uuid}`;
}

/** What is drawn of a graph, from its first node outwards. */
export function visible(graph: Graph, options: Options): Visible {
  const found = byFinder(graph, options);
  const nodes: GraphNode[] = [];
  const bundles: Bundle[] = [];
  const queue = [...graph.nodes.values()].filter((node) => node.via === null);
  let isCut = false;
  for (let node = queue.shift(); node; node = queue.shift()) {
    if (nodes.length >= DRAWN) {
      isCut = true;
      break;
    }
    nodes.push(node);
    for (const side of SIDES) {
      if (options.hidesCalled && side === "called") continue;
      const children = found.get(bundleId(node.uuid, side)) ?? [];
      const limit = options.shown.get(bundleId(node.uuid, side)) ?? FIRST;
      const rest = children.length - limit;
      // One node alone is no bundle: it takes as much room itself.
      const shown = rest === 1 && !node.cut.has(side) ? children : children.slice(0, limit);
      queue.push(...shown);
      const bundle = bundled(node, side, children.length, shown.length);
      if (bundle) bundles.push(bundle);
    }
  }
  const names = new Set(nodes.map((node) => node.uuid));
  const edges = [...graph.edges.values()].filter(
    (edge) => names.has(edge.from) && names.has(edge.to),
  );
  return { nodes, edges, bundles: bundles.filter((bundle) => names.has(bundle.uuid)), isCut };
}

function bundled(node: GraphNode, side: Side, children: number, shown: number): Bundle | null {
  const isCut = node.cut.has(side);
  if (children <= shown && !isCut) return null;
  const total = node.counts[side];
  const count = isCut ? (total === undefined ? null : total - shown) : children - shown;
  return { id: bundleId(node.uuid, side), uuid: node.uuid, side, count };
}

function byFinder(graph: Graph, options: Options): Map<string, GraphNode[]> {
  const found = new Map<string, GraphNode[]>();
  for (const node of graph.nodes.values()) {
    if (node.via === null || (options.hidesCodes && node.kind === "code")) continue;
    const id = bundleId(node.via.uuid, node.via.side);
    const list = found.get(id);
    if (list) list.push(node);
    else found.set(id, [node]);
  }
  return found;
}
