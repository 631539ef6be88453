/** The first tab of a node: the picture of what it is, and its facts. */

import { Boundary, Panel } from "../../parts/states";
import { viewerOf } from "../../viewers/viewer";
import type { TabProps } from "./tabs";

export default function Overview({ node }: TabProps) {
  const Viewer = viewerOf(node.node_type);
  return (
    <Panel title="What it is">
      <Boundary>{Viewer && <Viewer node={node} />}</Boundary>
    </Panel>
  );
}
