/** Where everything stands: layers from left to right. */

import { graphlib, layout as place } from "@dagrejs/dagre";

import type { Visible } from "./visible";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

export interface Drawn {
  /** Boxes of nodes by uuid and of bundles by id; `x` and `y` are their middles. */
  readonly boxes: ReadonlyMap<string, Box>;
  /** The points of each link, in the order of `visible.edges`. */
  readonly routes: readonly (readonly Point[])[];
  readonly bundleRoutes: ReadonlyMap<string, readonly Point[]>;
  readonly width: number;
  readonly height: number;
}

export const HEIGHT = 40;
const SIGN = 7.8;
const MARGIN = 24;

/** The width of a box that holds two lines of text. */
export function widthOf(title: string, subtitle: string): number {
  return Math.round(Math.max([...title].length * SIGN, [...subtitle].length * SIGN * 0.86) + 44);
}

export function layout(shown: Visible): Drawn {
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({
    rankdir: "LR",
    ranker: "longest-path",
    nodesep: 14,
    ranksep: 56,
    marginx: MARGIN,
    marginy: MARGIN,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of shown.nodes) {
    graph.setNode(node.uuid, { width: widthOf(node.title, node.subtitle), height: HEIGHT });
  }
  shown.edges.forEach((edge, at) => graph.setEdge(edge.from, edge.to, {}, String(at)));
  for (const bundle of shown.bundles) {
    graph.setNode(bundle.id, { width: 96, height: 30 });
    const isBefore = bundle.side === "incoming" || bundle.side === "caller";
    if (isBefore) graph.setEdge(bundle.id, bundle.uuid, {}, "bundle");
    else graph.setEdge(bundle.uuid, bundle.id, {}, "bundle");
  }
  place(graph);
  const boxes = new Map<string, Box>();
  for (const name of graph.nodes()) boxes.set(name, graph.node(name) as Box);
  const routes = shown.edges.map((edge, at) => pointsOf(graph, edge.from, edge.to, String(at)));
  const bundleRoutes = new Map(
    shown.bundles.map((bundle) => {
      const isBefore = bundle.side === "incoming" || bundle.side === "caller";
      const ends: [string, string] = isBefore ? [bundle.id, bundle.uuid] : [bundle.uuid, bundle.id];
      return [bundle.id, pointsOf(graph, ends[0], ends[1], "bundle")] as const;
    }),
  );
  const size = graph.graph() as { width?: number; height?: number };
  return { boxes, routes, bundleRoutes, width: size.width ?? 0, height: size.height ?? 0 };
}

function pointsOf(graph: graphlib.Graph, from: string, to: string, name: string): readonly Point[] {
  return ((graph.edge(from, to, name) as { points?: Point[] } | undefined)?.points ?? []).slice();
}

/** A smooth line through points, as the `d` of an SVG path. */
export function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let line = `M${round(first.x)} ${round(first.y)}`;
  let last = first;
  for (const point of rest) {
    const middle = (last.x + point.x) / 2;
    line += `C${round(middle)} ${round(last.y)} ${round(middle)} ${round(point.y)} ${round(point.x)} ${round(point.y)}`;
    last = point;
  }
  return line;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The box that an arrow key leads to: the nearest one in that direction. */
export function nextBox(boxes: ReadonlyMap<string, Box>, from: string, key: string): string | null {
  const start = boxes.get(from);
  if (!start) return null;
  let best: string | null = null;
  let least = Infinity;
  for (const [name, box] of boxes) {
    if (name === from) continue;
    const [dx, dy] = [box.x - start.x, box.y - start.y];
    const [along, across] = ALONG[key]?.(dx, dy) ?? [0, 0];
    if (along <= 1) continue;
    const distance = along + Math.abs(across) * 2;
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

const ALONG: Readonly<Record<string, (dx: number, dy: number) => [number, number]>> = {
  ArrowRight: (dx, dy) => [dx, dy],
  ArrowLeft: (dx, dy) => [-dx, dy],
  ArrowDown: (dx, dy) => [dy, dx],
  ArrowUp: (dx, dy) => [-dy, dx],
};
