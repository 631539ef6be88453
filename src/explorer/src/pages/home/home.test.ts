import { expect, test } from "vitest";

import { monthsOf, ofMonths, originOf, processesIn, shifted, typeTree } from "./home";

const bucket = (value: string, count: number) => ({ value, count, url: null });
const BUCKETS = [
  bucket("data.core.int.Int.", 5),
  bucket("data.core.code.installed.InstalledCode.", 2),
  bucket("process.workflow.workchain.WorkChainNode.", 3),
  bucket("data.mine.Thing.", 7),
  bucket("odd", 1),
];

test("months without nodes are shown, too", () => {
  expect(monthsOf({ "2025-11": 3, "2026-02": 1 })).toEqual([
    { name: "2025-11", count: 3 },
    { name: "2025-12", count: 0 },
    { name: "2026-01", count: 0 },
    { name: "2026-02", count: 1 },
  ]);
  expect(monthsOf({})).toEqual([]);
  expect(monthsOf({ "1900-01": 1, "2026-11": 1 })).toHaveLength(240);
});

test("months are chosen in any order", () => {
  expect(shifted("2026-12", 1)).toBe("2027-01");
  expect(ofMonths("2026-11", "2026-02").map(({ value }) => value)).toEqual([
    "2026-02-01",
    "2026-12-01",
  ]);
});

test("types stand under what they are, each once", () => {
  const tree = typeTree(BUCKETS);
  expect(tree.map(({ title, count }) => [title, count])).toEqual([
    ["Data", 12],
    ["Workflows", 3],
    ["Codes", 2],
    ["odd", 1],
  ]);
  expect(tree[0]?.branches.map(({ title }) => title)).toEqual(["Thing", "Int"]);
  expect(processesIn(BUCKETS)).toBe(3);
});

test.each([
  ["0.3", "0.12.4", "written by AiiDA 0.12.4, version 0.3"],
  ["0.3", null, "written as version 0.3"],
  ["main_0001", "2.9.4", "written by AiiDA 2.9.4"],
  ["main_0001", null, ""],
])("an archive written as %s by AiiDA %s", (written_as, aiida_version, text) => {
  expect(originOf({ schema: "main_0001", aiida_version, written_as })).toBe(text);
});

test("nobody wrote a database as a version", () => {
  expect(originOf(null)).toBe("");
});
