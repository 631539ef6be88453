/** Pictures of what data is: one component for each type of node, each in a chunk of its own. */

import type { ComponentType } from "preact";

import { lazy } from "../parts/lazy";
import type { ViewerProps } from "./props";

export type Viewer = ComponentType<ViewerProps>;

/** The viewers by the beginning of the type of the node; the longest beginning counts. */
const VIEWERS: readonly (readonly [string, Viewer])[] = [
  ["data.core.array.", lazy(() => import("./array/ArrayViewer"))],
  ["data.core.array.bands.", lazy(() => import("./bands/BandsViewer"))],
  ["data.core.array.xy.", lazy(() => import("./xy/XyViewer"))],
  ["data.core.array.kpoints.", lazy(() => import("./kpoints/KpointsViewer"))],
  ["data.core.array.trajectory.", lazy(() => import("./trajectory/TrajectoryViewer"))],
  ["data.core.structure.", lazy(() => import("./structure/StructureViewer"))],
  ["data.core.upf.", lazy(() => import("./upf/UpfViewer"))],
  ["data.core.dict.", lazy(() => import("./facts/DictFacts"))],
];

/** The viewer of a type of node, or null where there is none. */
export function viewerOf(nodeType: string): Viewer | null {
  const fitting = VIEWERS.filter(([beginning]) => nodeType.startsWith(beginning));
  fitting.sort(([one], [other]) => other.length - one.length);
  return fitting[0]?.[1] ?? null;
}
