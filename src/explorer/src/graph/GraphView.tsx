/** An interactive provenance graph: what came in on the left, what came out on the right. */

import "./graph.css";

import { useCallback, useEffect, useMemo, useState } from "preact/hooks";

import { Failure, Skeleton } from "../parts/states";
import { Canvas } from "./Canvas";
import { SidePanel } from "./Side";
import { Toolbar } from "./Toolbar";
import { useLayout } from "./useLayout";
import { useGraph } from "./useGraph";
import { useView } from "./useView";
import { DRAWN, FIRST, STEP, visible, type Bundle } from "./visible";

interface Props {
  readonly uuid: string;
}

export function GraphView({ uuid }: Props) {
  const growing = useGraph(uuid);
  const { graph, expand } = growing;
  const [selected, setSelected] = useState(uuid);
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  const [hides, setHides] = useState({ hidesCodes: false, hidesCalled: false });
  const wanted = useMemo(() => visible(graph, { ...hides, shown: counts }), [graph, hides, counts]);
  const { shown, drawn } = useLayout(wanted);
  const [svg, setSvg] = useState<SVGSVGElement | null>(null);
  const control = useView(svg, drawn);
  const { centre } = control;
  useEffect(() => setSelected(uuid), [uuid]);
  const isThere = graph.nodes.size > 0;
  const isDrawn = shown.nodes.length > 0;
  useEffect(() => {
    const box = drawn.boxes.get(uuid);
    if (isDrawn && svg && box) centre(box);
    // Only when the graph appears: growing must not move what the reader looks at.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isDrawn, svg, uuid]);
  const onBundle = useCallback(({ uuid: owner, id }: Bundle) => {
    setCounts((now) => new Map(now).set(id, (now.get(id) ?? FIRST) + STEP));
    setSelected(owner);
  }, []);
  const node = graph.nodes.get(selected) ?? graph.nodes.get(uuid);
  if (!isThere) {
    if (growing.error) return <Failure error={growing.error} onRetry={growing.retry} />;
    return <Skeleton lines={8} />;
  }
  return (
    <div class="graph">
      <Toolbar
        growing={growing}
        control={control}
        hides={hides}
        onHides={setHides}
        svg={svg}
        drawn={drawn}
        uuid={uuid}
      />
      {growing.error && <Failure error={growing.error} />}
      {shown.isCut && <p class="muted">Only {DRAWN} nodes are drawn.</p>}
      <div class="graph-frame">
        <Canvas
          svg={svg}
          onSvg={setSvg}
          control={control}
          shown={shown}
          drawn={drawn}
          centre={uuid}
          selected={selected}
          onSelect={setSelected}
          onExpand={expand}
          onBundle={onBundle}
        />
        {node && (
          <SidePanel
            graph={graph}
            node={node}
            isBusy={growing.isBusy}
            onExpand={() => expand(node.uuid)}
          />
        )}
      </div>
    </div>
  );
}
