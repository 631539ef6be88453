import { expect, test } from "vitest";

import {
  containing,
  dotted,
  filtersOf,
  quoted,
  split,
  termsOf,
  textOf,
  unquoted,
  viewValue,
  withView,
} from "./selection";

test("ampersands in quotes do not split", () => {
  expect(split('label="a&b"&id>3')).toEqual(['label="a&b"', "id>3"]);
  expect(split("label=%22a&b%22&id>3")).toEqual(["label=%22a&b%22", "id>3"]);
});

test("terms have key, operator and value", () => {
  expect(termsOf('attributes."a b".c>=-5&label=like="%25x"&uuid="x"')).toEqual([
    { key: 'attributes."a b".c', operator: ">=", value: "-5" },
    { key: "label", operator: "=like=", value: '"%x"' },
    { key: "uuid", operator: "=", value: '"x"' },
  ]);
});

test("what is written is read again", () => {
  const terms = [
    { key: "label", operator: "=", value: quoted('a "b" & \\ 100%') },
    { key: dotted(["attributes", "x y", "z"]), operator: "<", value: "3" },
  ];
  expect(termsOf(textOf(terms))).toEqual(terms);
  expect(unquoted(terms[0]?.value ?? "")).toBe('a "b" & \\ 100%');
});

test("percent signs that begin no triplet stay", () => {
  expect(termsOf("label=like=%22%x%%22")[0]?.value).toBe('"%x%"');
});

test("a quote in a string is written twice, as the grammar of the server has it", () => {
  expect(quoted('empty "group" % _')).toBe('"empty ""group"" % _"');
  expect(quoted("a\\b")).toBe('"a\\b"');
  expect(containing("100%_\\")).toBe('"%100\\%\\_\\\\%"');
  expect(termsOf('attributes."a ""b"".c"=3')[0]?.key).toBe('attributes."a ""b"".c"');
});

test("keys that say how to show are no filters", () => {
  const terms = termsOf("node_type=%22x%22&columns=label,ctime&orderby=-ctime");
  expect(filtersOf(terms)).toHaveLength(1);
  expect(viewValue(terms, "orderby")).toBe("-ctime");
  expect(withView(terms, "orderby", null)).toHaveLength(2);
});
