import { expect, test } from "vitest";

import { ago, bytes, duration } from "./format";

test.each([
  [0.42, "0.42 s"],
  [12, "12 s"],
  [185, "3 min 5 s"],
  [11_520, "3 h 12 min"],
  [187_200, "2 d 4 h"],
])("duration of %d", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});

test.each([
  [512, "512 B"],
  [4_100, "4.1 kB"],
  [999_600, "1.0 MB"],
  [12_000_000, "12 MB"],
])("%d bytes", (size, text) => {
  expect(bytes(size)).toBe(text);
});

test("times are relative", () => {
  const now = new Date("2026-11-20T12:00:00Z");
  expect(ago(new Date("2026-11-20T09:00:00Z"), now)).toBe("3 hours ago");
  expect(ago(new Date("2026-11-20T11:59:50Z"), now)).toBe("just now");
});
