/** Electronic or phonon bands along their path, both spins. */

import { useMemo } from "preact/hooks";

import { Plot } from "../../parts/plot/Plot";
import { Empty } from "../../parts/states";
import type { ViewerProps } from "../props";
import { linesOf, pathsOf, rangeOf } from "./bands";

export default function BandsViewer({ node, compact = false }: ViewerProps) {
  const lines = useMemo(() => linesOf(pathsOf(node.derived_properties)), [node]);
  const range = rangeOf(lines.series);
  if (!range) return <Empty>These bands have no lines that can be drawn: see the arrays.</Empty>;
  const units = node.attributes?.["units"];
  const unit = typeof units === "string" ? units : "";
  const title = `${lines.series.length} bands from ${range[0].toPrecision(4)} to ${range[1].toPrecision(4)} ${unit}`;
  return (
    <>
      <Plot
        title={title}
        x={lines.x}
        series={lines.series}
        marks={lines.marks}
        yLabel={unit ? `Energy (${unit})` : "Energy"}
        isCompact={compact}
      />
      {!compact && (
        <p class="muted">
          {title}
          {lines.isPolarised && "; spin up: solid, spin down: dashed"}
        </p>
      )}
    </>
  );
}
