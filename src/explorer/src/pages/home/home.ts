/** What the first page of a store shows, made of what the API counts. */

import type { Bucket } from "../../api/types";
import { className } from "../../parts/kinds";
import type { Term } from "../../router/selection";

export interface Statistics {
  readonly nodes: number;
  readonly links: number;
  readonly groups: number;
  readonly comments: number;
  readonly logs: number;
  readonly computers: number;
  readonly users: number;
  readonly first_ctime: string | null;
  readonly last_ctime: string | null;
  readonly nodes_by_month: Readonly<Record<string, number>>;
  readonly files: number | null;
  readonly bytes: number | null;
}

/** What an archive was written as, by whom, and as what it is served. */
export interface Archive {
  readonly written_as: string;
  readonly aiida_version: string | null;
  readonly schema: string;
}

/** Who wrote an archive, and as which version if another one is served; empty for a database. */
export function originOf(archive: Archive | null): string {
  if (archive === null) return "";
  const { aiida_version, written_as, schema } = archive;
  const isOther = written_as !== schema;
  if (aiida_version === null) return isOther ? `written as version ${written_as}` : "";
  return `written by AiiDA ${aiida_version}${isOther ? `, version ${written_as}` : ""}`;
}

export interface Month {
  /** `2026-11` */
  readonly name: string;
  readonly count: number;
}

/** All months from the first to the last one, those without nodes too; the newest 240 of them. */
export function monthsOf(counts: Readonly<Record<string, number>>): Month[] {
  const names = Object.keys(counts).sort();
  const first = names[0];
  const last = names[names.length - 1];
  if (first === undefined || last === undefined) return [];
  const months: Month[] = [];
  for (let name = last; name >= first && months.length < 240; name = shifted(name, -1)) {
    months.unshift({ name, count: counts[name] ?? 0 });
  }
  return months;
}

/** The month so many months after another. */
export function shifted(month: string, by: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + by, 1)).toISOString().slice(0, 7);
}

/** The filters of the nodes of some months, both of them included. */
export function ofMonths(from: string, to: string): Term[] {
  const [first, last] = from <= to ? [from, to] : [to, from];
  return [
    { key: "ctime", operator: ">=", value: `${first}-01` },
    { key: "ctime", operator: "<", value: `${shifted(last, 1)}-01` },
  ];
}

/** A part of the tree of types. */
export interface Branch {
  readonly title: string;
  readonly count: number;
  readonly filter: Term;
  readonly nodeType: string | null;
  readonly branches: readonly Branch[];
}

const TRUNKS: readonly (readonly [string, string])[] = [
  ["data.core.code.", "Codes"],
  ["data.", "Data"],
  ["process.calculation.", "Calculations"],
  ["process.workflow.", "Workflows"],
];

/** Types of nodes with their counts, under what they are; the largest first. */
export function typeTree(buckets: readonly Bucket[]): Branch[] {
  const rest = new Set(buckets);
  const trunks = TRUNKS.map(([beginning, title]) => {
    const own = [...rest].filter(({ value }) => String(value).startsWith(beginning));
    for (const bucket of own) rest.delete(bucket);
    return trunk(title, { key: "node_type", operator: "=like=", value: `"${beginning}%"` }, own);
  });
  const others = [...rest].map(leaf);
  return [...trunks.filter((branch) => branch.count > 0), ...others].sort(
    (one, two) => two.count - one.count,
  );
}

function trunk(title: string, filter: Term, own: readonly Bucket[]): Branch {
  const branches = own.map(leaf).sort((one, two) => two.count - one.count);
  const count = branches.reduce((sum, branch) => sum + branch.count, 0);
  return { title, count, filter, nodeType: null, branches };
}

function leaf({ value, count }: Bucket): Branch {
  const nodeType = String(value);
  return {
    title: className(nodeType),
    count,
    filter: { key: "node_type", operator: "=", value: `"${nodeType}"` },
    nodeType,
    branches: [],
  };
}

/** The processes among counted types. */
export function processesIn(buckets: readonly Bucket[]): number {
  return buckets
    .filter(({ value }) => String(value).startsWith("process."))
    .reduce((sum, { count }) => sum + count, 0);
}
