/** All nodes of the store: facets, columns, order, pages. */

import { NodeList } from "../../parts/nodelist/NodeList";

export default function Nodes() {
  return (
    <>
      <h1>Nodes</h1>
      <NodeList />
    </>
  );
}
