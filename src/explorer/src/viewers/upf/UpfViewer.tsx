/** A pseudopotential: its header, and its functions of the radius. */

import { useEffect, useState } from "preact/hooks";

import { raw, urlOf, type ApiError } from "../../api/http";
import { asApiError } from "../../api/useAnswer";
import { Plot } from "../../parts/plot/Plot";
import { Empty, Failure, Skeleton } from "../../parts/states";
import type { ViewerProps } from "../props";
import { upfOf, type Upf } from "./upf";

export default function UpfViewer({ node, compact = false }: ViewerProps) {
  const [upf, setUpf] = useState<Upf | null | "none">(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  const [chosen, setChosen] = useState(0);
  useEffect(() => {
    let isWanted = true;
    setError(null);
    raw(urlOf(`nodes/${node.uuid}/download`, { download_format: "json" }))
      .then((response) => response.json())
      .then(
        (value) => {
          if (isWanted) setUpf(upfOf(value) ?? "none");
        },
        (reason: unknown) => {
          if (isWanted) setError(asApiError(reason));
        },
      );
    return () => {
      isWanted = false;
    };
  }, [node, turn]);
  if (error) return <Failure error={error} onRetry={() => setTurn(turn + 1)} />;
  if (upf === null) return <Skeleton lines={6} />;
  if (upf === "none")
    return <Empty>This pseudopotential has no functions that can be drawn: see the file.</Empty>;
  const group = upf.groups[chosen] ?? upf.groups[0];
  return (
    <>
      {!compact && (
        <dl class="facts">
          {upf.header.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {!compact && (
        <p class="array-tools">
          {upf.groups.map(({ title }, at) => (
            <button
              key={title}
              type="button"
              aria-pressed={at === chosen}
              onClick={() => setChosen(at)}
            >
              {title}
            </button>
          ))}
        </p>
      )}
      {group && (
        <Plot
          title={`${group.title} over the radius`}
          x={upf.radii}
          series={group.series}
          xLabel="radius (bohr)"
          hasLegend
          isCompact={compact}
        />
      )}
    </>
  );
}
