/** The records of several nodes: all that the store knows of each, in one request for each. */

import { useEffect, useState } from "preact/hooks";

import { raw, urlOf, type ApiError } from "../../api/http";
import type { NodeDetail } from "../../api/types";
import { asApiError } from "../../api/useAnswer";
import { member, parseExact, type Exact } from "../../parts/exact";
import type { FileOf } from "./diff";

export interface Compared {
  readonly id: string;
  readonly node: NodeDetail | null;
  /** The same with numbers as they are stored. */
  readonly exact: Exact;
  readonly files: readonly FileOf[];
  readonly error: ApiError | null;
}

type NodeRecord = Omit<NodeDetail, "files" | "derived_properties"> & {
  readonly files: readonly FileOf[] | null;
};

const made = new Map<string, Compared>();
const KEPT = 20;

/** Ask for the nodes with these ids; null until all have answered. */
export function useRecords(ids: readonly string[]): readonly Compared[] | null {
  const wanted = ids.join(",");
  const [state, setState] = useState<{ wanted: string; found: readonly Compared[] } | null>(null);
  useEffect(() => {
    let isWanted = true;
    const all = wanted === "" ? [] : wanted.split(",");
    void Promise.all(all.map(read)).then((found) => {
      if (isWanted) setState({ wanted, found });
    });
    return () => {
      isWanted = false;
    };
  }, [wanted]);
  return state?.wanted === wanted ? state.found : null;
}

async function read(id: string): Promise<Compared> {
  const known = made.get(id);
  if (known) return known;
  try {
    const response = await raw(urlOf(`nodes/${encodeURIComponent(id)}/record`));
    const found = recordOf(id, await response.text());
    made.set(id, found);
    if (made.size > KEPT) made.delete(made.keys().next().value as string);
    return found;
  } catch (error) {
    return { id, node: null, exact: null, files: [], error: asApiError(error) };
  }
}

function recordOf(id: string, text: string): Compared {
  const { record } = (JSON.parse(text) as { data: { record: NodeRecord } }).data;
  const files = record.files ?? [];
  const names = new Map<string, "FILE" | "DIRECTORY">();
  for (const { path } of files) {
    const [first = "", ...rest] = path.split("/");
    names.set(first, rest.length > 0 ? "DIRECTORY" : "FILE");
  }
  const node: NodeDetail = {
    ...record,
    files: [...names].map(([name, type]) => ({ name, type })),
    derived_properties: null,
  };
  const exact = member(member(parseExact(text), "data"), "record") ?? null;
  return { id, node, exact, files, error: null };
}
