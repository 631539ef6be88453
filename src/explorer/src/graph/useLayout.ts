/** The layout of what is visible: at once while it is small, by a worker when it is large. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { layout, type Drawn } from "./layout";
import type { Visible } from "./visible";

/** Up to this number of nodes a layout takes less than a frame or two. */
const AT_ONCE = 80;

export interface Laid {
  readonly shown: Visible;
  readonly drawn: Drawn;
}

/** What can be drawn now: the layout of the last graph, while that of a new one is made. */
export function useLayout(shown: Visible): Laid {
  const isSmall = shown.nodes.length <= AT_ONCE;
  const small = useMemo(() => (isSmall ? { shown, drawn: layout(shown) } : null), [shown, isSmall]);
  const [large, setLarge] = useState<Laid | null>(null);
  const last = useRef<Laid>({ shown: NOTHING, drawn: layout(NOTHING) });
  const turn = useRef(0);
  const worker = useRef<Worker | null>(null);
  useEffect(() => {
    if (isSmall) return;
    worker.current ??= new Worker(new URL("./layout.worker.ts", import.meta.url), {
      type: "module",
    });
    turn.current += 1;
    const own = turn.current;
    worker.current.onmessage = (event: MessageEvent<{ turn: number; drawn: Drawn }>) => {
      if (event.data.turn === own) setLarge({ shown, drawn: event.data.drawn });
    };
    worker.current.postMessage({ turn: own, shown });
  }, [shown, isSmall]);
  useEffect(() => () => worker.current?.terminate(), []);
  const laid = small ?? large ?? last.current;
  last.current = laid;
  return laid;
}

const NOTHING: Visible = { nodes: [], edges: [], bundles: [], isCut: false };
