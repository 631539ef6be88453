import { expect, test } from "vitest";

import { linesOf, pathsOf, pointName, rangeOf, type BandsPath } from "./bands";

const PATH: BandsPath = {
  from: "GAMMA",
  to: "X",
  x: [0, 1],
  values: [
    [1, 2],
    [3, 4],
  ],
  two_band_types: false,
};

test("paths stand one behind the other, and meet in one name", () => {
  const next = { ...PATH, from: "X", to: "M_1", x: [1, 2] };
  const lines = linesOf([PATH, next]);
  expect(lines.x).toEqual([0, 1, 1, 2]);
  expect(lines.series.map(({ values }) => values)).toEqual([
    [1, 2, 1, 2],
    [3, 4, 3, 4],
  ]);
  expect(lines.marks).toEqual([
    { at: 0, label: "Γ" },
    { at: 1, label: "X" },
    { at: 2, label: "M₁" },
  ]);
});

test("a jump has both names, and no line across", () => {
  const { marks, series } = linesOf([PATH, { ...PATH, from: "K", to: "L", x: [1.001, 2] }]);
  expect(series[0]?.values).toEqual([1, 2, null, 1, 2]);
  expect(marks.map(({ label }) => label)).toEqual(["Γ", "X|K", "L"]);
});

test("the second spin has another colour and is dashed", () => {
  const { series, isPolarised } = linesOf([{ ...PATH, two_band_types: true }]);
  expect(isPolarised).toBe(true);
  expect(series).toMatchObject([
    { label: "1 ↑", colour: "chart", isDashed: false },
    { label: "1 ↓", colour: "chart-2", isDashed: true },
  ]);
});

test("what is no path is left out", () => {
  expect(pathsOf(null)).toEqual([]);
  expect(pathsOf({ bands: { paths: [1, null, { x: [] }] } })).toEqual([]);
  expect(pathsOf({ bands: { paths: [{ x: [0], values: [[1]] }] } })).toHaveLength(1);
});

test("bands without values have no range", () => {
  expect(rangeOf([{ label: "", values: [null] }])).toBeNull();
  expect(rangeOf(linesOf([PATH]).series)).toEqual([1, 4]);
});

test("names of points", () => {
  expect(["G", "gamma", "X", "Y_12"].map(pointName)).toEqual(["Γ", "Γ", "X", "Y₁₂"]);
});
