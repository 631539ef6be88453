/** What every tab of a node is given. */

import type { NodeDetail } from "../../api/types";

export interface TabProps {
  readonly node: NodeDetail;
  /** The path behind the name of the tab. */
  readonly rest: readonly string[];
}
