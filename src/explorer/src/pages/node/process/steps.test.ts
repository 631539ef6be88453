import { expect, test } from "vitest";

import { axisOf, placeOn, stepsOf, ticksOf } from "./steps";
import type { Called, Summary } from "./summary";

function called(uuid: string, date: string, wall: number | null, own: Called[] = []): Called {
  return {
    uuid,
    process_label: uuid,
    process_state: "finished",
    exit_status: 0,
    exit_message: null,
    paused: false,
    link_label: "CALL",
    label: "",
    node_type: "process.calculation.calcjob.CalcJobNode.",
    created: { value: date, zone: "UTC", source: "ctime" },
    wall_seconds: wall === null ? null : { value: wall, source: "detailed_job_info" },
    cpu_seconds: null,
    called: own,
  };
}

const inner = called("inner", "Fri, 20 Nov 2026 12:01:00 GMT", 60);
const outer = called("outer", "Fri, 20 Nov 2026 12:00:30 GMT", null, [inner]);
const point = called("point", "Fri, 20 Nov 2026 12:00:40 GMT", null);
const summary = {
  ...called("root", "Fri, 20 Nov 2026 12:00:00 GMT", null, [outer, point]),
  times: {
    created: { value: "Fri, 20 Nov 2026 12:00:00 GMT", zone: "UTC", source: "ctime" },
    wall_seconds: null,
    cpu_seconds: null,
  },
} as unknown as Summary;

test("a tree is rows in its own order", () => {
  const rows = stepsOf(summary, new Set());
  expect(rows.map(({ title, depth }) => [title, depth])).toEqual([
    ["root", 0],
    ["outer", 1],
    ["inner", 2],
    ["point", 1],
  ]);
  expect(rows.map(({ isOpen }) => isOpen)).toEqual([true, true, null, null]);
});

test("a folded row hides what it called, and nothing else", () => {
  expect(stepsOf(summary, new Set(["0.0"])).map(({ title }) => title)).toEqual([
    "root",
    "outer",
    "point",
  ]);
});

test("the axis reaches from the first time to the end of the last run", () => {
  const axis = axisOf(stepsOf(summary, new Set()));
  expect(axis && axis.to - axis.from).toBe(120);
  expect(axis && placeOn(axis, axis.from + 30)).toBe(25);
  expect(axis && ticksOf(axis)).toEqual([0, 30, 60, 90, 120]);
});

test("no end is made up for what has no run time", () => {
  const [root, , , last] = stepsOf(summary, new Set());
  expect(last?.wallSeconds).toBeNull();
  expect(root?.calledUntil).toBe(Date.UTC(2026, 10, 20, 12, 2) / 1000);
});

test("times within one second are one place", () => {
  const axis = { from: 5, to: 5 };
  expect(placeOn(axis, 5)).toBe(0);
  expect(ticksOf(axis)).toEqual([0]);
});
