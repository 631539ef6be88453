import { expect, test } from "vitest";

import { parseExact } from "../../parts/exact";
import { compare, compareFiles, isSame } from "./diff";

function keys(texts: readonly string[]) {
  const { differing, equal } = compare("attributes", texts.map(parseExact));
  return { differing: differing.map((one) => one.key), equal: equal.map((one) => one.key) };
}

test("members are compared one by one, also those that only one node has", () => {
  expect(
    keys(['{"a": {"b c": 1, "d": [1, 2]}}', '{"a": {"b c": 1, "d": [1, 3]}, "e": null}']),
  ).toEqual({
    differing: ["attributes.a.d", "attributes.e"],
    equal: ['attributes.a."b c"'],
  });
});

test("members of lists are compared one by one where the whole is no line", () => {
  const text = (last: number) =>
    JSON.stringify({ a: [{ name: "x".repeat(90), n: 1 }, { n: last }] });
  expect(keys([text(1), text(2)])).toEqual({
    differing: ["attributes.a.1.n"],
    equal: ["attributes.a.0.name", "attributes.a.0.n"],
  });
});

test("long lists are compared as a whole", () => {
  const list = Array.from({ length: 100 }, (_, at) => at);
  const other = [...list.slice(0, 99), -1];
  expect(keys([`{"a": ${JSON.stringify(list)}}`, `{"a": ${JSON.stringify(other)}}`])).toEqual({
    differing: ["attributes.a"],
    equal: [],
  });
});

test.each([
  ["1", "1.0", true],
  ["12345678901234567890", "12345678901234567891", false],
  ["1e3", "1000", true],
  ["[]", "{}", false],
  ['{"a": 1, "b": 2}', '{"b": 2, "a": 1}', true],
  ["null", "false", false],
  ['"1"', "1", false],
])("%s and %s: %s", (one, other, same) => {
  expect(isSame(parseExact(one), parseExact(other))).toBe(same);
});

test("one empty object and one with members differ as a whole", () => {
  expect(keys(['{"a": {}}', '{"a": {"b": 1}}']).differing).toEqual(["attributes.a"]);
});

test("files are equal by their hash, and never if it is unknown", () => {
  const file = (path: string, sha256: string | null) => ({ path, size: 1, sha256 });
  const rows = compareFiles([
    [file("same", "x"), file("other", "x"), file("lost", null)],
    [file("same", "x"), file("other", "y"), file("lost", null)],
  ]);
  expect(rows.map((row) => [row.path, row.isEqual])).toEqual([
    ["lost", false],
    ["other", false],
    ["same", true],
  ]);
});
