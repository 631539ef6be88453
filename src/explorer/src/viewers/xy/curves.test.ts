import { expect, test } from "vitest";

import { sorted } from "./curves";

test("curves are brought into the order of x", () => {
  const curves = { x: [3, 1, 2], series: [{ label: "y", values: [30, null, 20] }] };
  expect(sorted(curves)).toEqual({
    x: [1, 2, 3],
    series: [{ label: "y", values: [null, 20, 30] }],
  });
});

test("curves in order stay as they are", () => {
  const curves = { x: [1, 1, 2], series: [] };
  expect(sorted(curves)).toBe(curves);
});
