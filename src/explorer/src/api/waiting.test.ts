import { expect, test } from "vitest";

import { ApiError } from "./error";
import { isPreparing, pause, secondsOf } from "./waiting";

const error = (code: string, wait: number | null) =>
  new ApiError(503, "no", null, code, null, wait);

test("what goes by itself is asked for again, as the server says", () => {
  expect(secondsOf(error("store-preparing", 2))).toBe(2);
  expect(secondsOf(error("too-many-streams", 900))).toBe(60);
  expect(secondsOf(error("store-preparing", null))).toBe(null);
  expect(secondsOf(error("store-unreachable", 2))).toBe(null);
});

test("a page waits for a store that is made ready alone", () => {
  expect(isPreparing(error("store-preparing", 2))).toBe(true);
  expect(isPreparing(error("store-busy", 2))).toBe(false);
});

test("a wait ends with the page", async () => {
  const ending = new AbortController();
  const waiting = pause(100, ending.signal);
  ending.abort();
  await expect(waiting).rejects.toThrow("left");
});
