import { expect, test } from "vitest";

import { isFront, radiusOf, turned, zoneOf } from "./zone";

const FACE = [
  [1, 1, -1],
  [1, -1, -1],
  [-1, -1, -1],
];

test("a zone has faces, names and a path", () => {
  const zone = zoneOf({
    faces_data: { faces: [FACE, [[0, 0, 0]]] },
    labelled_kpoints_abs: { X: [0.5, 0, 0], odd: "no" },
    labelled_path: [["G", "X"], ["X"]],
    explicit_kpoints_abs: [[0, 0, 0], null],
  });
  expect(zone?.faces).toHaveLength(1);
  expect(zone?.points).toEqual([{ name: "X", at: [0.5, 0, 0] }]);
  expect(zone?.path).toEqual([["G", "X"]]);
  expect(zone?.others).toHaveLength(1);
  expect(zone && radiusOf(zone)).toBeCloseTo(Math.sqrt(3));
});

test("without faces there is no zone", () => {
  expect(zoneOf(null)).toBeNull();
  expect(zoneOf({ faces_data: { faces: [] } })).toBeNull();
});

test("turning keeps lengths", () => {
  const point = turned([1, 2, 3], [0.3, 1.1]);
  expect(Math.hypot(...point)).toBeCloseTo(Math.sqrt(14));
});

test("the upright axis points up, and what lies before the middle is in front", () => {
  expect(turned([0, 0, 1], [0.7, 0])[1]).toBeCloseTo(1);
  expect(isFront([[0, 0, -1]])).toBe(true);
  expect(isFront([[0, 0, 1]])).toBe(false);
});
