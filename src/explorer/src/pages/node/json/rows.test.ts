import { expect, test } from "vitest";

import { parseExact, type Members } from "../../../parts/exact";
import { above, filterOf, idOf, keyOf, namesOf, preview, rowsOf, search, STEP } from "./rows";

const roots = parseExact(
  '{"attributes": {"a": {"b c": [1.0, "Fe"]}, "list": [[1,2],[3,4]], "none": null},' +
    ' "extras": {"Fe": 1, "say \\"x\\"": true}}',
) as Members;
const none = new Map<string, number>();

test("only what is unfolded has rows", () => {
  const rows = rowsOf(roots, { open: new Set(["0", "0/0"]), shown: none });
  expect(rows.map(keyOf)).toEqual([
    "attributes",
    "attributes.a",
    'attributes.a."b c"',
    "attributes.list",
    "attributes.none",
    "extras",
  ]);
  expect(rows.map((row) => row.depth)).toEqual([0, 1, 2, 1, 1, 0]);
});

test("a long list ends with a row for more", () => {
  const long = parseExact(`{"attributes": [${"0,".repeat(STEP)}0,0]}`) as Members;
  const open = new Set(["0"]);
  const rows = rowsOf(long, { open, shown: none });
  expect(rows).toHaveLength(STEP + 2);
  expect(rows.at(-1)).toMatchObject({ key: null, value: 2 });
  expect(rowsOf(long, { open, shown: new Map([["0", 2 * STEP]]) })).toHaveLength(STEP + 3);
});

test("a search finds keys and values between those that lead to them", () => {
  const { rows, found, total } = search(roots, "fe");
  expect(rows.map(keyOf)).toEqual([
    "attributes",
    "attributes.a",
    'attributes.a."b c"',
    'attributes.a."b c".1',
    "extras",
    "extras.Fe",
  ]);
  expect([...found]).toEqual(["0/0/0/1", "1/0"]);
  expect(total).toBe(2);
  expect(search(roots, "no such").rows).toEqual([]);
});

test("a path is found again", () => {
  for (const row of search(roots, "").rows) {
    expect(idOf(roots, namesOf(keyOf(row)))).toBe(row.id);
  }
  expect(idOf(roots, ["attributes", "nope"])).toBeNull();
  expect(idOf(roots, ["attributes", "list", "2"])).toBeNull();
  expect(idOf(roots, [])).toBeNull();
  expect(above("0/3/1")).toEqual(["0", "0/3"]);
});

test("filters have the value as it is stored", () => {
  const filters = search(roots, "").rows.map((row) => [keyOf(row), filterOf(row)?.value]);
  expect(Object.fromEntries(filters)).toMatchObject({
    'attributes.a."b c".0': "1.0",
    'attributes.a."b c".1': '"Fe"',
    "attributes.none": "true",
    'extras."say ""x"""': "true",
    attributes: undefined,
  });
});

test("a preview fits in a line", () => {
  expect(preview([1, "a", [2]])).toBe('1, "a", […]');
  expect(preview(Array.from({ length: 99 }, (_, at) => at))).toMatch(/, …$/);
});
