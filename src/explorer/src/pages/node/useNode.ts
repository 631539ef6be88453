/** The node of an address with the parts that its page shows, in one request. */

import { useEffect, useState } from "preact/hooks";

import { get, urlOf, type ApiError, type Note } from "../../api/http";
import { ApiError as Refusal } from "../../api/http";
import type { NodeDetail, NodeRow } from "../../api/types";
import { asApiError } from "../../api/useAnswer";
import { readId } from "./address";

/** Cheap parts first: parts that make the answer too large are left out from the end. */
export const PARTS =
  "description,user,computer,link_counts,groups,comments,links,files,derived_properties,extras,attributes";

export interface Found {
  readonly node: NodeDetail;
  readonly notes: readonly Note[];
}

interface State {
  readonly id: string | null;
  readonly found: Found | null;
  readonly error: ApiError | null;
}

const NONE: State = { id: null, found: null, error: null };

/** The node that was found just now, so that an address made whole needs no second request. */
let last: { readonly found: Found; readonly time: number } | null = null;
const JUST_NOW = 1000;

function foundJustNow(uuid: string): Found | null {
  const isFresh = last?.found.node.uuid === uuid && performance.now() - last.time < JUST_NOW;
  return isFresh ? (last?.found ?? null) : null;
}

/** The URL of a node with the parts that its page shows. */
export function nodeUrl(uuid: string): string {
  return urlOf(`nodes/${uuid}`, { include: PARTS });
}

/** Find the node of an id: a uuid, the beginning of one, or a pk. */
export function useNode(id: string): State & { readonly retry: () => void } {
  const [state, setState] = useState<State>(() => {
    const found = foundJustNow(id);
    return found ? { id, found, error: null } : NONE;
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (state.id === id && state.found?.node.uuid === id) return undefined;
    let isWanted = true;
    find(id).then(
      (found) => {
        last = { found, time: performance.now() };
        if (isWanted) setState({ id, found, error: null });
      },
      (error: unknown) => {
        if (isWanted) setState({ id, found: null, error: asApiError(error) });
      },
    );
    return () => {
      isWanted = false;
    };
    // the state is what this effect makes
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [id, turn]);
  const shown = state.id === id ? state : NONE;
  return {
    ...shown,
    retry: () => {
      setState(NONE);
      setTurn(turn + 1);
    },
  };
}

async function find(id: string): Promise<Found> {
  const wanted = readId(id);
  if (wanted.by === "nothing") {
    throw new Refusal(
      404,
      `“${id}” is not the id of a node.`,
      "An id is the beginning of a uuid, such as 5be4ac2c, or a pk, such as #12.",
      "no-id",
    );
  }
  const uuid = wanted.by === "pk" ? await uuidOf(wanted.text) : wanted.text;
  const { data, notes } = await get<{ nodes: NodeDetail[] }>(nodeUrl(uuid));
  const [node] = data.nodes;
  if (!node) throw new Refusal(404, `There is no node ${id}.`, null, "no-such-entity");
  return { node, notes };
}

/** The uuid of the node with a pk; the number itself, as the beginning of a uuid, where there is none. */
async function uuidOf(pk: string): Promise<string> {
  const { data } = await get<{ nodes: NodeRow[] }>(urlOf("nodes", { id: pk, limit: 1 }));
  return data.nodes[0]?.uuid ?? pk;
}
