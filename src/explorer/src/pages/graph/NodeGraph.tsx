/** The provenance graph as a tab of a node. */

import { GraphView } from "../../graph/GraphView";
import type { NodeDetail } from "../../api/types";

export default function NodeGraph({ node }: { node: NodeDetail }) {
  return <GraphView uuid={node.uuid} />;
}
