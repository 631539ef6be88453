/** Lines in a plot, drawn by uPlot, with the same numbers as a table for who cannot see them. */

import "uplot/dist/uPlot.min.css";
import "./plot.css";

import uPlot from "uplot";
import { useEffect, useRef, useState } from "preact/hooks";

import { theme, token } from "../../app/theme";
import { NumberTable } from "./NumberTable";

export interface Series {
  readonly label: string;
  /** A value for each `x`; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Which colour of the theme; the second one is also dashed, so that colour is not all. */
  readonly colour?: "chart" | "chart-2";
  readonly isDashed?: boolean;
}

export interface PlotProps {
  readonly title: string;
  readonly x: readonly number[];
  readonly series: readonly Series[];
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Places on the x axis that have names, each with a line across the plot. */
  readonly marks?: readonly { readonly at: number; readonly label: string }[];
  readonly height?: number;
  /** Whether `x` is seconds since 1970. */
  readonly isTime?: boolean;
  readonly hasLegend?: boolean;
  readonly isCompact?: boolean;
}

export function Plot(props: PlotProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [isTable, setTable] = useState(false);
  const themeNow = theme.value;
  useEffect(() => {
    const element = frame.current;
    if (!element || isTable) return undefined;
    const plot = new uPlot(optionsOf(props, element.clientWidth), dataOf(props), element);
    const observer = new ResizeObserver(() => {
      plot.setSize({ width: element.clientWidth, height: heightOf(props) });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
    };
  }, [props, isTable, themeNow]);
  if (props.isCompact) return <div class="plot" ref={frame} role="img" aria-label={props.title} />;
  return (
    <figure class="plot-figure">
      {isTable ? (
        <NumberTable
          head={[props.xLabel ?? "x", ...props.series.map(({ label }) => label)]}
          columns={[props.x, ...props.series.map(({ values }) => values)]}
        />
      ) : (
        <div class="plot" ref={frame} role="img" aria-label={props.title} />
      )}
      <figcaption>
        <button type="button" onClick={() => setTable(!isTable)}>
          {isTable ? "Show the plot" : "Show the numbers"}
        </button>
        {!isTable && !props.isTime && (
          <span class="muted"> Drag to zoom, double-click for all.</span>
        )}
      </figcaption>
    </figure>
  );
}

function heightOf({ height, isCompact = false }: PlotProps): number {
  return height ?? (isCompact ? 140 : 360);
}

function dataOf({ x, series }: PlotProps): uPlot.AlignedData {
  return [x as number[], ...series.map(({ values }) => values as (number | null)[])];
}

function optionsOf(props: PlotProps, width: number): uPlot.Options {
  const { series, marks, isCompact = false } = props;
  const ink = token("muted");
  const line = token("line");
  const axis = (label: string | undefined): uPlot.Axis => ({
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    ...(label && !isCompact ? { label } : {}),
  });
  return {
    width,
    height: heightOf(props),
    legend: { show: (props.hasLegend ?? false) && !isCompact },
    cursor: { show: !isCompact },
    scales: { x: { time: props.isTime ?? false } },
    axes: [
      { ...axis(props.xLabel), ...(marks ? markedAxis(marks) : {}) },
      { ...axis(props.yLabel), size: 60 },
    ],
    series: [
      { label: props.xLabel ?? "x" },
      ...series.map(({ label, colour = "chart", isDashed = false }) => ({
        label,
        stroke: token(colour),
        width: 1.5,
        points: { show: props.x.length < 60 && series.length < 8 },
        ...(isDashed ? { dash: [5, 4] } : {}),
      })),
    ],
  };
}

/** An axis with names at given places, and nothing else. */
function markedAxis(marks: readonly { at: number; label: string }[]): Partial<uPlot.Axis> {
  const names = new Map(marks.map(({ at, label }) => [at, label]));
  return {
    splits: () => marks.map(({ at }) => at),
    values: (_plot, splits) => splits.map((at) => names.get(at) ?? ""),
    grid: { stroke: token("muted"), width: 1 },
  };
}
