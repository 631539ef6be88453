import { expect, test } from "vitest";

import { Digits, Members, member, parseExact, writeExact } from "./exact";

test.each([
  "12345678901234567890",
  "1.0",
  "-0",
  "1e400",
  "0.1",
  '"a\\"b\\\\"',
  '"\\u00e9 \\ud83c\\udf89"',
  "[]",
  "{}",
  "[1, [2.50, {}], null, true, false]",
  '{"10": 1, "9": 2, "a": {"10": [1]}}',
])("%s keeps its text", (text) => {
  const plain = text.startsWith('"') ? JSON.stringify(JSON.parse(text)) : text;
  expect(writeExact(parseExact(text))).toBe(plain);
});

test("numbers are plain where JavaScript writes them alike", () => {
  expect(parseExact("[1, 1.0]")).toEqual([1, new Digits("1.0")]);
});

test("a long text is cut", () => {
  expect(writeExact([[1, 2, 3], [4]], 6)).toBe("[[1, 2");
});

test("members are found by their key", () => {
  const value = parseExact(' {"a" : {"b":\n[1]} } ');
  expect(member(member(value, "a"), "b")).toEqual([1]);
  expect(member(value, "toString")).toBeUndefined();
  expect(member([1], "0")).toBeUndefined();
  expect(value).toBeInstanceOf(Members);
});

test.each(["", "{", "[1,]", '{"a" 1}', '"abc', "nul", "1 2", "[1 2]", "{1:2}", "--1"])(
  "%s is refused",
  (text) => {
    expect(() => parseExact(text)).toThrow(SyntaxError);
  },
);

test("three megabytes are read at once", () => {
  const text = `{"a": [${Array.from({ length: 300_000 }, (_, at) => `${at}.125`).join(", ")}]}`;
  const start = performance.now();
  expect((member(parseExact(text), "a") as unknown[]).length).toBe(300_000);
  expect(performance.now() - start).toBeLessThan(4000);
});
