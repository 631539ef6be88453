/** The provenance graph around one node, on a page of its own. */

import { GraphView } from "../../graph/GraphView";
import { short } from "../../parts/format";
import { NodeLink } from "../../parts/small";
import { Empty } from "../../parts/states";
import type { PageProps } from "../page";

export default function GraphPage({ rest }: PageProps) {
  const [uuid] = rest;
  if (!uuid) return <Empty>Open a node first: its graph is one of its tabs.</Empty>;
  return (
    <>
      <h1>
        Graph around <NodeLink uuid={uuid}>{short(uuid)}</NodeLink>
      </h1>
      <GraphView uuid={uuid} />
    </>
  );
}
