/** Bands as lines: the paths of the derived properties, one behind the other. */

import type { Json, JsonObject } from "../../api/types";
import type { Series } from "../../parts/plot/Plot";

export interface BandsPath {
  readonly from: string;
  readonly to: string;
  readonly x: readonly number[];
  /** A list for each band; of both spins: first those of one, then those of the other. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly two_band_types: boolean;
}

export interface Lines {
  readonly x: readonly number[];
  readonly series: readonly Series[];
  readonly marks: readonly { readonly at: number; readonly label: string }[];
  readonly isPolarised: boolean;
}

const GREEK: Readonly<Record<string, string>> = {
  G: "Γ",
  GAMMA: "Γ",
  SIGMA: "Σ",
  DELTA: "Δ",
  LAMBDA: "Λ",
};

/** The paths in `derived_properties.bands`; empty where they cannot be drawn. */
export function pathsOf(derived: JsonObject | null): BandsPath[] {
  const bands = derived?.["bands"];
  const paths = isObject(bands) ? bands["paths"] : null;
  return Array.isArray(paths) ? (paths as readonly Json[]).filter(isPath) : [];
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPath(value: Json): value is Json & BandsPath {
  if (!isObject(value)) return false;
  return Array.isArray(value["x"]) && Array.isArray(value["values"]);
}

/** A name of a point as people write it: `GAMMA` is Γ, `X_1` is X₁. */
export function pointName(label: string): string {
  const [base = "", index = ""] = label.split("_");
  const name = GREEK[base.toUpperCase()] ?? base;
  return name + index.replace(/[0-9]/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)] ?? digit);
}

/** All paths as one x axis, with a series for each band. */
export function linesOf(paths: readonly BandsPath[]): Lines {
  const bands = Math.max(0, ...paths.map((path) => path.values.length));
  const isPolarised = paths.some((path) => path.two_band_types);
  const x: number[] = [];
  const values: (number | null)[][] = Array.from({ length: bands }, () => []);
  let before = "";
  for (const path of paths) {
    if (x.length > 0 && path.from !== before) cut(x, values);
    before = path.to;
    x.push(...path.x);
    for (let band = 0; band < bands; band++) {
      for (let at = 0; at < path.x.length; at++)
        values[band]?.push(path.values[band]?.[at] ?? null);
    }
  }
  const series = values.map((line, band): Series => {
    const isSecond = isPolarised && band >= bands / 2;
    const number = isSecond ? band - bands / 2 + 1 : band + 1;
    const spin = isPolarised ? (isSecond ? " ↓" : " ↑") : "";
    return {
      label: `${number}${spin}`,
      values: line,
      colour: isSecond ? "chart-2" : "chart",
      isDashed: isSecond,
    };
  });
  return { x, series, marks: marksOf(paths), isPolarised };
}

/** End all lines: the next path begins at another point. */
function cut(x: number[], values: (number | null)[][]): void {
  x.push(x.at(-1) ?? 0);
  for (const line of values) line.push(null);
}

/** Where the paths begin and end; where one ends at another point than the next begins, both names. */
function marksOf(paths: readonly BandsPath[]): Lines["marks"] {
  const marks: { at: number; label: string }[] = [];
  const end = paths.at(-1)?.x.at(-1) ?? 0;
  const near = Math.abs(end - (paths[0]?.x[0] ?? 0)) / 200;
  for (const path of paths) {
    const [first, last] = [path.x[0], path.x.at(-1)];
    if (first === undefined || last === undefined) continue;
    add(marks, { at: first, label: pointName(path.from) }, near);
    add(marks, { at: last, label: pointName(path.to) }, near);
  }
  return marks;
}

function add(
  marks: { at: number; label: string }[],
  mark: { at: number; label: string },
  near: number,
): void {
  const before = marks.at(-1);
  if (!before || mark.at - before.at > near) marks.push(mark);
  else if (!before.label.split("|").includes(mark.label)) before.label += `|${mark.label}`;
}

/** The least and the largest value, to say which part is shown. */
export function rangeOf(series: readonly Series[]): [number, number] | null {
  let [least, most] = [Infinity, -Infinity];
  for (const { values } of series) {
    for (const value of values) {
      if (value === null) continue;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return least <= most ? [least, most] : null;
}
