import { expect, test } from "vitest";

import { isReal, position, rowsOf, sliceOf } from "./arrays";

test("a table shows the last two axes", () => {
  expect(sliceOf([5, 2, 3], [4])).toBe("4,0:2,0:3");
  expect(sliceOf([1000, 3], [])).toBe("0:200,0:3");
  expect(sliceOf([1000], [])).toBe("0:200");
  expect(sliceOf([], [])).toBe("");
});

test("values are rows", () => {
  expect(rowsOf(3, 0)).toEqual([[3]]);
  expect(rowsOf([1, null], 1)).toEqual([[1], [null]]);
  expect(rowsOf([[1, 2]], 2)).toEqual([[1, 2]]);
  expect(rowsOf([[1, -2]], 1)).toEqual([["1 − 2i"]]);
});

test("only real numbers are drawn", () => {
  expect(["<f8", "|b1", ">i4", "<c16", "<U8", "|O", null].map(isReal)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

test("one value alone is in the middle of its range", () => {
  expect(position(3, 3, 3)).toBe(0.5);
  expect(position(1, 0, 4)).toBe(0.25);
});
