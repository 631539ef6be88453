/**
 * The tabs of a node: `nodes/<uuid>/<name>/…`; the first one is at `nodes/<uuid>`.
 *
 * A tab is shown where `applies` says so. Its component is a chunk of its own.
 */

import type { ComponentType } from "preact";

import type { NodeDetail } from "../../api/types";
import { isFailure, isProcess, outcomeOf } from "../../parts/kinds";
import { lazy } from "../../parts/lazy";
import { numberAt, textAt } from "./describe";
import type { TabProps } from "./tab";

export interface Tab {
  readonly name: string;
  readonly title: string;
  readonly applies: (node: NodeDetail) => boolean;
  readonly component: ComponentType<TabProps>;
  /** A number beside the title, e.g. of comments; null shows none. */
  readonly count?: (node: NodeDetail) => number | null;
}

const always = () => true;
const isOfProcess = (node: NodeDetail) => isProcess(node.node_type);

/** Whether a node has files, may have brought some back, or cannot tell. */
function hasFiles({ files, node_type: type }: NodeDetail): boolean {
  return files === null || files.length > 0 || type.startsWith("process.calculation.calcjob.");
}

export const TABS: readonly Tab[] = [
  {
    name: "overview",
    title: "Overview",
    applies: always,
    component: lazy(() => import("./Overview")),
  },
  {
    name: "process",
    title: "Process",
    applies: isOfProcess,
    component: lazy(() => import("./process/ProcessTab")),
  },
  {
    name: "traceback",
    title: "Why it failed",
    applies: (node) =>
      isOfProcess(node) &&
      isFailure(
        outcomeOf(
          textAt(node.attributes, "process_state") || null,
          numberAt(node.attributes, "exit_status"),
        ),
      ),
    component: lazy(() => import("./process/TracebackTab")),
  },
  {
    name: "logs",
    title: "Log",
    applies: isOfProcess,
    component: lazy(() => import("./process/LogsTab")),
  },
  {
    name: "job-files",
    title: "Inputs and outputs",
    applies: (node) => node.node_type.startsWith("process.calculation.calcjob."),
    component: lazy(() => import("./process/JobFilesTab")),
  },
  {
    name: "attributes",
    title: "Attributes",
    applies: always,
    component: lazy(() => import("./json/JsonTab")),
  },
  {
    name: "files",
    title: "Files",
    applies: hasFiles,
    component: lazy(() => import("./files/FilesTab")),
  },
  {
    name: "graph",
    title: "Graph",
    applies: always,
    component: lazy(() => import("../graph/NodeGraph")),
  },
];

/** The tabs of a node. */
export function tabsOf(node: NodeDetail): readonly Tab[] {
  return TABS.filter((tab) => tab.applies(node));
}
