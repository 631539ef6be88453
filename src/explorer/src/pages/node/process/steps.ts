/** The processes that one called, as rows of a tree and as points and bars on one axis of time. */

import type { TreeRow } from "../../../parts/tree/Tree";
import type { Called, Outcome, Summary } from "./summary";

export interface Step extends TreeRow, Outcome {
  readonly title: string;
  readonly linkLabel: string;
  readonly nodeType: string;
  /** Seconds since 1970; null where nothing tells it. */
  readonly created: number | null;
  readonly wallSeconds: number | null;
  readonly isWallAtLeast: boolean;
  /** The latest thing known of what it called, on all levels; null where it called nothing. */
  readonly calledUntil: number | null;
  /** Whether a limit ended the search below it. */
  readonly isCut: boolean;
}

/** The axis of time: where it begins and ends, in seconds since 1970. */
export interface Axis {
  readonly from: number;
  readonly to: number;
}

/** A process and all that it called, in the order of the tree; folded ones hide what they called. */
export function stepsOf(summary: Summary, folded: ReadonlySet<string>): Step[] {
  const root: Called = {
    ...summary,
    link_label: "",
    created: summary.times.created,
    wall_seconds: summary.times.wall_seconds,
    cpu_seconds: summary.times.cpu_seconds,
  };
  return below([root], 0, "", folded);
}

function below(
  called: readonly Called[],
  depth: number,
  path: string,
  folded: ReadonlySet<string>,
): Step[] {
  return called.flatMap((one, at) => {
    const id = `${path}${at}`;
    const own = one.called ?? [];
    const isOpen = own.length === 0 ? null : !folded.has(id);
    const step: Step = {
      id,
      depth,
      at,
      siblings: called.length,
      isOpen,
      uuid: one.uuid,
      process_label: one.process_label,
      process_state: one.process_state,
      exit_status: one.exit_status,
      exit_message: one.exit_message,
      paused: one.paused,
      title: one.process_label || one.label || "process",
      linkLabel: one.link_label,
      nodeType: one.node_type,
      created: secondsOf(one.created?.value),
      wallSeconds: one.wall_seconds?.value ?? null,
      isWallAtLeast: one.wall_seconds?.at_least ?? false,
      calledUntil: own.length > 0 ? latest(own) : null,
      isCut: one.called === null,
    };
    return isOpen ? [step, ...below(own, depth + 1, `${id}.`, folded)] : [step];
  });
}

function latest(called: readonly Called[]): number | null {
  const times = called.flatMap((one) => [endOf(one), latest(one.called ?? [])]);
  const known = times.filter((time) => time !== null);
  return known.length > 0 ? Math.max(...known) : null;
}

/** When a process was made, and the time that it ran after that: it ended no sooner. */
function endOf(one: Called): number | null {
  const created = secondsOf(one.created?.value);
  return created === null ? null : created + (one.wall_seconds?.value ?? 0);
}

/** The axis that all steps fit on; null where no time is known. */
export function axisOf(steps: readonly Step[]): Axis | null {
  const times = steps.flatMap(({ created, wallSeconds, calledUntil }) =>
    created === null ? [] : [created, created + (wallSeconds ?? 0), calledUntil ?? created],
  );
  if (times.length === 0) return null;
  return {
    from: times.reduce((one, other) => Math.min(one, other)),
    to: times.reduce((one, other) => Math.max(one, other)),
  };
}

/** Where a time lies on the axis, from 0 to 100. */
export function placeOn(axis: Axis, time: number): number {
  const span = axis.to - axis.from;
  return span > 0 ? (100 * (time - axis.from)) / span : 0;
}

const STEPS = [
  1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200,
  86_400, 172_800, 432_000, 864_000, 2_592_000, 7_776_000, 31_536_000,
];

/** Round numbers of seconds since the beginning of the axis, at most six of them. */
export function ticksOf(axis: Axis): number[] {
  const span = axis.to - axis.from;
  if (span <= 0) return [0];
  const step = STEPS.find((size) => span / size <= 5) ?? span / 5;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, at) => at * step);
}

function secondsOf(date: string | undefined): number | null {
  const time = date ? Date.parse(date) : NaN;
  return Number.isNaN(time) ? null : time / 1000;
}
