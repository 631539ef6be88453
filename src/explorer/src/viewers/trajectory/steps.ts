/** The steps of a trajectory, asked for in blocks. */

import { useEffect, useState } from "preact/hooks";

import type { ApiError } from "../../api/http";
import { asApiError } from "../../api/useAnswer";
import type { JsonObject, NodeDetail } from "../../api/types";
import { loadArray, type Nested } from "../array/arrays";

/** About so many numbers are asked for at once. */
const NUMBERS = 60_000;

export interface Step {
  readonly positions: Nested;
  readonly cell: Nested;
  /** In picoseconds, where the trajectory says it. */
  readonly time: number | null;
  readonly error: ApiError | null;
  readonly retry: () => void;
}

interface Block {
  readonly first: number;
  readonly positions: readonly Nested[];
  readonly cells: readonly Nested[];
  readonly times: readonly Nested[];
}

/** How many steps there are, from the shape of the positions. */
export function stepsOf(attributes: JsonObject | null): number {
  const shape = attributes?.["array|positions"];
  return Array.isArray(shape) ? Math.max(0, Number(shape[0]) || 0) : 0;
}

/** How many steps are asked for at once: as many as have about `NUMBERS` numbers. */
export function blockSize(attributes: JsonObject | null): number {
  const shape = attributes?.["array|positions"];
  const atoms = Array.isArray(shape) ? Number(shape[1]) || 1 : 1;
  return Math.max(1, Math.min(200, Math.floor(NUMBERS / (3 * atoms))));
}

/** One step, of the block that holds it. */
export function useSteps(node: NodeDetail, step: number): Step {
  const size = blockSize(node.attributes);
  const first = Math.floor(step / size) * size;
  const [block, setBlock] = useState<Block | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isWanted = true;
    setError(null);
    loadBlock(node, first, size).then(
      (found) => {
        if (isWanted) setBlock(found);
      },
      (reason: unknown) => {
        if (isWanted) setError(asApiError(reason));
      },
    );
    return () => {
      isWanted = false;
    };
  }, [node, first, size, turn]);
  const at = block ? Math.min(Math.max(0, step - block.first), block.positions.length - 1) : 0;
  const time = block?.times[at];
  return {
    positions: block?.positions[at] ?? null,
    cell: block?.cells[at] ?? null,
    time: typeof time === "number" ? time : null,
    error,
    retry: () => setTurn(turn + 1),
  };
}

async function loadBlock(node: NodeDetail, first: number, size: number): Promise<Block> {
  const slice = `${first}:${first + size}`;
  const load = (name: string) =>
    node.attributes?.[`array|${name}`] === undefined ? null : loadArray(node.uuid, name, slice);
  const [positions, cells, times] = await Promise.all([
    load("positions"),
    load("cells"),
    load("times"),
  ]);
  return { first, positions: listOf(positions), cells: listOf(cells), times: listOf(times) };
}

function listOf(value: Nested): readonly Nested[] {
  return Array.isArray(value) ? (value as readonly Nested[]) : [];
}
