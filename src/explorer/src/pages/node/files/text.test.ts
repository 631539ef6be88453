import { expect, test } from "vitest";

import { linesWith, marked, nextOf, TextLines } from "./text";

function read(text: string, size: number): TextLines {
  const bytes = new TextEncoder().encode(text);
  const lines = new TextLines();
  for (let at = 0; at < bytes.length; at += size) {
    lines.push(bytes.slice(at, at + size), at + size >= bytes.length);
  }
  return lines;
}

test.each([1, 2, 3, 7, 100])("lines are the same in pieces of %d bytes", (size) => {
  const lines = read("αβγ\r\nzwei 🎉\n\nlast", size);
  expect(lines.lines).toEqual(["αβγ", "zwei 🎉", "", "last"]);
  expect(lines.hasBadBytes).toBe(false);
});

test("a newline at the end begins no line", () => {
  expect(read("a\nb\n", 10).lines).toEqual(["a", "b"]);
});

test("the line that is not complete is shown", () => {
  const lines = new TextLines();
  lines.push(new TextEncoder().encode("a\nbc"), false);
  expect(lines.shown()).toEqual(["a", "bc"]);
});

test("bytes that are no text are told", () => {
  const lines = new TextLines();
  lines.push(new Uint8Array([65, 0xff, 66]), true);
  expect(lines.hasBadBytes).toBe(true);
});

test("a search walks round", () => {
  const found = linesWith(["Error", "fine", "an ERROR", "error"], "error");
  expect(found).toEqual([0, 2, 3]);
  expect(nextOf(found, null, 1)).toBe(0);
  expect(nextOf(found, 0, 1)).toBe(2);
  expect(nextOf(found, 3, 1)).toBe(0);
  expect(nextOf(found, 0, -1)).toBe(3);
  expect(nextOf([], 1, 1)).toBeNull();
});

test("what is found is marked", () => {
  expect(marked("an Error, error", "error")).toEqual(["an ", "Error", ", ", "error", ""]);
  expect(marked("none", "x")).toEqual(["none"]);
});
