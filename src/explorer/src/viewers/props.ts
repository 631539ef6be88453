/** What every viewer is given. */

import type { NodeDetail } from "../api/types";

export interface ViewerProps {
  readonly node: NodeDetail;
  /** A small picture beside others, without controls. */
  readonly compact?: boolean;
}
