/** One or more quantities over another one. */

import { useEffect, useState } from "preact/hooks";

import type { ApiError } from "../../api/http";
import { asApiError } from "../../api/useAnswer";
import type { JsonObject } from "../../api/types";
import { Plot, type Series } from "../../parts/plot/Plot";
import { Empty, Failure, Skeleton } from "../../parts/states";
import { loadArray } from "../array/arrays";
import type { ViewerProps } from "../props";
import { sorted, type Curves } from "./curves";

/** More points are not drawn one by one: every n-th is asked for. */
const POINTS = 20_000;

export default function XyViewer({ node, compact = false }: ViewerProps) {
  const [curves, setCurves] = useState<Curves | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isWanted = true;
    setError(null);
    load(node.uuid, node.attributes ?? {}).then(
      (found) => {
        if (isWanted) setCurves(found);
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
  if (!curves) return <Skeleton lines={compact ? 4 : 8} />;
  if (curves.series.length === 0) return <Empty>There is nothing to draw: see the arrays.</Empty>;
  const { x_name, x_units } = node.attributes ?? {};
  const names = curves.series.map(({ label }) => label).join(", ");
  return (
    <Plot
      title={`${names} over ${text(x_name) || "x"}`}
      x={curves.x}
      series={curves.series}
      xLabel={withUnit(text(x_name) || "x", text(x_units))}
      yLabel={curves.series.length === 1 ? names : ""}
      hasLegend={curves.series.length > 1}
      isCompact={compact}
    />
  );
}

async function load(uuid: string, attributes: JsonObject): Promise<Curves> {
  const names = list(attributes["y_names"]);
  const units = list(attributes["y_units"]);
  const size = attributes["array|x_array"];
  const points = Array.isArray(size) ? Number(size[0]) : 0;
  const slice = points > POINTS ? `::${Math.ceil(points / POINTS)}` : "";
  const [x, ...ys] = await Promise.all(
    ["x_array", ...names.map((_, at) => `y_array_${at}`)].map((name) =>
      loadArray(uuid, name, slice),
    ),
  );
  const series = ys.map((values, at): Series => {
    const isSecond = at % 2 === 1;
    return {
      label: withUnit(names[at] ?? `y${at}`, units[at] ?? ""),
      values: numbers(values),
      colour: isSecond ? "chart-2" : "chart",
      isDashed: isSecond,
    };
  });
  return sorted({ x: numbers(x).map((value) => value ?? 0), series });
}

function numbers(values: unknown): (number | null)[] {
  if (!Array.isArray(values)) return [];
  return values.map((value) => (typeof value === "number" ? value : null));
}

function list(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function withUnit(name: string, unit: string): string {
  return unit ? `${name} (${unit})` : name;
}
