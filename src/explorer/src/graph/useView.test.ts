import { expect, test } from "vitest";

import { centred, fitted, revealed, zoomed } from "./useView";

const FRAME = { width: 800, height: 600 };
const BOX = { x: 1000, y: 2000, width: 100, height: 40 };

test("a small drawing is shown whole, and not enlarged", () => {
  expect(fitted({ width: 400, height: 300 }, FRAME)).toEqual({ scale: 1, x: 200, y: 150 });
  expect(centred({ width: 400, height: 300 }, BOX, FRAME).scale).toBe(1);
});

test("of a large drawing a box is in the middle, and can be read", () => {
  const view = centred({ width: 4000, height: 9000 }, BOX, FRAME);
  expect(view.scale).toBeGreaterThan(0.5);
  expect(BOX.x * view.scale + view.x).toBeCloseTo(400);
  expect(BOX.y * view.scale + view.y).toBeCloseTo(300);
});

test("zooming keeps the point under the pointer", () => {
  const view = zoomed({ x: 10, y: 20, scale: 1 }, 2, { x: 110, y: 220 });
  expect(view).toEqual({ scale: 2, x: -90, y: -180 });
});

test("what is out of sight is moved into it, what is in sight is not moved", () => {
  const view = { x: 0, y: 0, scale: 1 };
  const moved = revealed(view, BOX, FRAME);
  expect(BOX.x + BOX.width / 2 + moved.x).toBeLessThan(FRAME.width);
  expect(revealed(moved, BOX, FRAME)).toEqual(moved);
});
