/** How many nodes belong to each thing of a kind, for all of them in one request. */

import { urlOf } from "../../api/http";
import type { Facet } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";

const MOST = 1000;

/** Nodes by group label, or by pk of a user or computer; null while they are counted. */
export function useCounts(
  facet: "group" | "user" | "computer",
): ReadonlyMap<string | number, number> | null {
  const url = urlOf("nodes/facets", `facet=${facet}&size=${MOST}`);
  const answer = useAnswer<{ facets: Readonly<Record<string, Facet>> }>(url);
  const found = answer.data?.facets[facet];
  if (!found || found.truncated) return null;
  return new Map(found.buckets.map(({ value, count }) => [value as string | number, count]));
}
