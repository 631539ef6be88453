/** Curves over one x axis. */

import type { Series } from "../../parts/plot/Plot";

export interface Curves {
  readonly x: readonly number[];
  readonly series: readonly Series[];
}

/** The curves in the order of x, which the plot needs. */
export function sorted(curves: Curves): Curves {
  const { x, series } = curves;
  if (x.every((value, at) => at === 0 || value >= (x[at - 1] ?? 0))) return curves;
  const order = x.map((_, at) => at).sort((one, other) => (x[one] ?? 0) - (x[other] ?? 0));
  return {
    x: order.map((at) => x[at] ?? 0),
    series: series.map((one) => ({ ...one, values: order.map((at) => one.values[at] ?? null) })),
  };
}
