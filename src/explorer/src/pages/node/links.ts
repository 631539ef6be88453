/** The links of a node, grouped by their type. */

import type { LinkRow } from "../../api/types";

export type Side = "incoming" | "outgoing";

export interface LinkGroup {
  readonly type: string;
  /** What the other nodes are to this one. */
  readonly title: string;
  readonly rows: readonly LinkRow[];
}

/** What a neighbour is, by the type of the link, in the order in which they are shown. */
const TITLES: Readonly<Record<Side, Readonly<Record<string, string>>>> = {
  incoming: {
    call_calc: "Called by",
    call_work: "Called by",
    input_calc: "Inputs",
    input_work: "Inputs",
    create: "Created by",
    return: "Returned by",
  },
  outgoing: {
    call_calc: "Calculations it called",
    call_work: "Workflows it called",
    create: "Created",
    return: "Returned",
    input_calc: "Input of calculations",
    input_work: "Input of workflows",
  },
};

/** The groups of one side; types that are not known come last, under their own name. */
export function grouped(rows: readonly LinkRow[], side: Side): readonly LinkGroup[] {
  const byType = new Map<string, LinkRow[]>();
  for (const row of rows) {
    const same = byType.get(row.link_type);
    if (same) same.push(row);
    else byType.set(row.link_type, [row]);
  }
  const titles = TITLES[side];
  const order = Object.keys(titles);
  const rank = (type: string) => (order.includes(type) ? order.indexOf(type) : order.length);
  return [...byType]
    .sort(([one], [other]) => rank(one) - rank(other) || one.localeCompare(other))
    .map(([type, own]) => ({ type, title: titles[type] ?? type, rows: own }));
}
