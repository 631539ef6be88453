/** The provenance graph as a tab of a node. */

import { GraphView } from "../../graph/GraphView";
import type { TabProps } from "../node/tab";

export default function NodeGraph({ node }: TabProps) {
  return <GraphView uuid={node.uuid} />;
}
