/** Which page a path below `browse/` is. Each page is a chunk of its own. */

import type { ComponentType } from "preact";

import type { PageProps } from "../pages/page";
import { lazy } from "../parts/lazy";

export interface Page {
  readonly title: string;
  readonly component: ComponentType<PageProps>;
}

export const HOME: Page = { title: "Home", component: lazy(() => import("../pages/home/Home")) };
export const STORES: Page = {
  title: "Stores",
  component: lazy(() => import("../pages/stores/Stores")),
};
export const MISSING: Page = {
  title: "Not found",
  component: lazy(() => import("../pages/missing/Missing")),
};

const NODE: Page = { title: "Node", component: lazy(() => import("../pages/node/NodePage")) };

/** Pages with a name of their own; `<name>/<id>` is the second of a pair. */
const LISTS: Readonly<Record<string, Page>> = {
  nodes: { title: "Nodes", component: lazy(() => import("../pages/nodes/Nodes")) },
  processes: { title: "Processes", component: lazy(() => import("../pages/processes/Processes")) },
  groups: { title: "Groups", component: lazy(() => import("../pages/groups/Groups")) },
  computers: { title: "Computers", component: lazy(() => import("../pages/computers/Computers")) },
  codes: { title: "Codes", component: lazy(() => import("../pages/codes/Codes")) },
  people: { title: "People", component: lazy(() => import("../pages/people/People")) },
  views: { title: "Views", component: lazy(() => import("../pages/views/Views")) },
  api: { title: "API", component: lazy(() => import("../pages/api/ApiPage")) },
  graph: { title: "Graph", component: lazy(() => import("../pages/graph/GraphPage")) },
  compare: { title: "Compare", component: lazy(() => import("../pages/compare/Compare")) },
};

/** The page of a path, with the rest of the path that it is given. */
export function pageOf(path: readonly string[]): { page: Page; rest: readonly string[] } {
  const [name, ...rest] = path;
  if (name === undefined) return { page: HOME, rest: [] };
  const isNode = (name === "nodes" || name === "processes") && rest.length > 0;
  if (isNode) return { page: NODE, rest };
  const page = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
  return page ? { page, rest } : { page: MISSING, rest: path };
}
