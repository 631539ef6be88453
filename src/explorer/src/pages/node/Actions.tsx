/** What can be done with a node: copy its address and citation, print it. */

import type { NodeDetail } from "../../api/types";
import { Copy } from "../../parts/small";
import { addressOf, citationOf } from "./describe";

export function Actions({ node }: { node: NodeDetail }) {
  return (
    <div class="node-actions">
      <Copy text={addressOf(node.uuid)} label="Copy the address of this node">
        Copy address
      </Copy>
      <Copy text={citationOf(node)} label="Copy a sentence that cites this node">
        Cite
      </Copy>
      <button type="button" onClick={() => window.print()}>
        Print
      </button>
    </div>
  );
}
