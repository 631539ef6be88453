/** The graph around a node: loaded at once, and grown by requests of one node each. */

import { useCallback, useEffect, useState } from "preact/hooks";

import { ApiError } from "../api/http";
import { asApiError } from "../api/useAnswer";
import { loadBetween, loadNeighbours, loadTotals } from "./load";
import { EMPTY, merged, type Graph, type GraphNode } from "./model";

/** Levels of neighbours of the first request, each way; a hub is asked for one. */
const LEVELS = 2;

export interface Growing {
  readonly graph: Graph;
  readonly error: ApiError | null;
  readonly isBusy: boolean;
  readonly expand: (uuid: string) => void;
  /** Add the nodes between this one and another, whichever descends from which. */
  readonly join: (other: string) => void;
  readonly retry: () => void;
}

export function useGraph(uuid: string): Growing {
  const [graph, setGraph] = useState<Graph>(EMPTY);
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(true);
  const [turn, setTurn] = useState(0);
  const run = useCallback(async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (reason) {
      setError(asApiError(reason));
    }
    setBusy(false);
  }, []);
  useEffect(() => {
    let isWanted = true;
    setGraph(EMPTY);
    void run(async () => {
      const found = await around(uuid);
      if (isWanted) setGraph(found);
    });
    return () => {
      isWanted = false;
    };
  }, [uuid, turn, run]);
  const expand = useCallback(
    (other: string) => {
      void run(async () => {
        const row = await loadNeighbours(other, 1);
        if (!row) return;
        const grown = merged(graph, row);
        setGraph(await counted(grown, other));
      });
    },
    [graph, run],
  );
  const join = useCallback(
    (other: string) => {
      void run(async () => {
        const rows = await between(uuid, other);
        setGraph(rows.reduce(merged, graph));
      });
    },
    [graph, run, uuid],
  );
  return { graph, error, isBusy, expand, join, retry: () => setTurn(turn + 1) };
}

async function around(uuid: string): Promise<Graph> {
  const row = await loadNeighbours(uuid, LEVELS).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.code !== "limit-exceeded") throw error;
    return loadNeighbours(uuid, 1);
  });
  if (!row) throw new ApiError(404, "There is no such node in this store.");
  return counted(merged(EMPTY, row), uuid);
}

/** The graph with the number of neighbours of a node of which the first ones were given. */
async function counted(graph: Graph, uuid: string): Promise<Graph> {
  const node = graph.nodes.get(uuid);
  if (!node || node.cut.size === 0) return graph;
  const totals = await loadTotals(uuid);
  return { ...graph, nodes: new Map(graph.nodes).set(uuid, withTotals(node, totals)) };
}

/** Links of calls are counted together with the others, so they tell the rest only where they were not cut. */
function withTotals(node: GraphNode, totals: { incoming: number; outgoing: number }): GraphNode {
  const counts = { ...node.counts };
  if (node.cut.has("incoming") && !node.cut.has("caller")) {
    counts.incoming = totals.incoming - (counts.caller ?? 0);
  }
  if (node.cut.has("outgoing") && !node.cut.has("called")) {
    counts.outgoing = totals.outgoing - (counts.called ?? 0);
  }
  if (node.cut.has("called") && !node.cut.has("outgoing")) {
    counts.called = totals.outgoing - (counts.outgoing ?? 0);
  }
  return { ...node, counts };
}

async function between(uuid: string, other: string) {
  const rows = await loadBetween(uuid, other);
  const back = rows.length > 0 ? [] : await loadBetween(other, uuid);
  const all = [...rows, ...back];
  if (all.length === 0) throw new ApiError(-1, "Neither of the two nodes was made of the other.");
  const [end] = await Promise.all([loadNeighbours(other, 1)]);
  return end ? [...all, end] : all;
}
