/** The facets of a list of nodes, and its total, which they tell as well. */

import { useState } from "preact/hooks";

import { urlOf } from "../../api/http";
import type { Bucket, Facet } from "../../api/types";
import { useAnswer, type Loading } from "../../api/useAnswer";
import { textOf, type Term } from "../../router/selection";
import { isProcess } from "../kinds";
import { chosen } from "../list/facets";
import type { Names } from "../list/words";

export type Facets = Readonly<Record<string, Facet>>;
interface Counted {
  readonly facets: Facets;
}

/** Counted for every list: columns that an index or one pass over the nodes tells. */
const QUICK = ["node_type", "group", "computer", "user", "ctime:month"] as const;
/** Inside JSON: each takes seconds in a million nodes. */
const SLOW = ["attributes.process_state", "attributes.exit_status"] as const;
/** Nodes up to which the slow ones are counted unasked. */
const SMALL = 100_000;
const SIZE = 30;

export interface FacetsOfList {
  readonly facets: Facets | null;
  readonly isStale: boolean;
  readonly total: number | null;
  readonly names: Names;
  /** Whether process states and exit statuses wait to be asked for. */
  readonly hasMore: boolean;
  readonly isCountingMore: boolean;
  readonly askMore: () => void;
}

export function useFacets(filters: readonly Term[]): FacetsOfList {
  const query = textOf(filters);
  const quick = useAnswer<Counted>(facetsUrl(query, QUICK));
  const total = useTotal(quick, filters);
  const [asked, setAsked] = useState<string | null>(null);
  const isWanted = asked === query || isAboutProcesses(filters);
  const isSmall = total !== null && total <= SMALL;
  const slow = useAnswer<Counted>(isWanted || isSmall ? facetsUrl(query, SLOW) : null);
  const facets = quick.data ? { ...quick.data.facets, ...slow.data?.facets } : null;
  return {
    facets,
    isStale: quick.isStale,
    total,
    names: namesIn(facets),
    hasMore: !isWanted && total !== null && !isSmall,
    isCountingMore: slow.isLoading,
    askMore: () => setAsked(query),
  };
}

/** The total that the facets tell, or else a request of its own. */
function useTotal(quick: Loading<Counted>, filters: readonly Term[]): number | null {
  const told = quick.isStale ? null : totalIn(quick.data?.facets ?? null, filters);
  const isUntold = !quick.isStale && told === null && quick.error?.status !== 400;
  const url = urlOf("nodes", and(textOf(filters), "limit=0"));
  const counted = useAnswer<unknown>(isUntold ? url : null);
  const header = counted.isStale ? null : counted.headers?.get("X-Total-Count");
  return told ?? (header ? Number(header) : null);
}

function facetsUrl(query: string, names: readonly string[]): string {
  const wanted = names.map((name) => `facet=${name}`).join("&");
  return urlOf("nodes/facets", and(query, `${wanted}&size=${SIZE}&drop_self=1`));
}

function and(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("&");
}

/** Whether only processes are chosen, so that their states are few to count. */
function isAboutProcesses(filters: readonly Term[]): boolean {
  if (filters.some((term) => (SLOW as readonly string[]).includes(term.key))) return true;
  const types = chosen(filters, "node_type");
  return types.length > 0 && types.every((type) => isProcess(type.replace(/^"/, "")));
}

const KEYS: Readonly<Record<string, readonly string[]>> = {
  node_type: ["node_type", "full_type"],
  computer: ["computer", "dbcomputer_id"],
  user: ["user", "user_id"],
  "ctime:month": ["ctime"],
};

/** All nodes of the list: a facet whose own key no filter names counts them all. */
export function totalIn(facets: Facets | null, filters: readonly Term[]): number | null {
  for (const [name, keys] of Object.entries(KEYS)) {
    const facet = facets?.[name];
    const isWhole = facet?.truncated === null && !filters.some((term) => keys.includes(term.key));
    if (!facet || !isWhole) continue;
    const shown = facet.buckets.reduce((sum, bucket) => sum + bucket.count, 0);
    return shown + facet.other + facet.missing;
  }
  return null;
}

function namesIn(facets: Facets | null): Names {
  return {
    user: labels(facets?.["user"]?.buckets ?? []),
    computer: labels(facets?.["computer"]?.buckets ?? []),
  };
}

function labels(buckets: readonly Bucket[]): Record<string, string> {
  const named = buckets.filter((bucket) => bucket.label);
  return Object.fromEntries(named.map((bucket) => [String(bucket.value), bucket.label ?? ""]));
}
