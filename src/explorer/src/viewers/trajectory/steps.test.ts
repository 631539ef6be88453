import { expect, test } from "vitest";

import { blockSize, stepsOf } from "./steps";

test("the number of steps is in the shape", () => {
  expect(stepsOf({ "array|positions": [5, 2, 3] })).toBe(5);
  expect(stepsOf({ "array|positions": "odd" })).toBe(0);
  expect(stepsOf(null)).toBe(0);
});

test("blocks have about as many numbers, however many atoms there are", () => {
  expect(blockSize({ "array|positions": [1000, 2, 3] })).toBe(200);
  expect(blockSize({ "array|positions": [1000, 2000, 3] })).toBe(10);
  expect(blockSize({ "array|positions": [1000, 900_000, 3] })).toBe(1);
});
