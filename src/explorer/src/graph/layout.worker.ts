/** Lays out a large graph beside the page, which stays usable meanwhile. */

import { layout } from "./layout";
import type { Visible } from "./visible";

self.onmessage = (event: MessageEvent<{ turn: number; shown: Visible }>) => {
  const { turn, shown } = event.data;
  self.postMessage({ turn, drawn: layout(shown) });
};
