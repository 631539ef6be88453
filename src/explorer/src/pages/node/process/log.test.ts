import { expect, test } from "vitest";

import { cutAt, joined, largestId, logUrl, logView, withText, type LogRow } from "./log";

function row(id: number, message: string): LogRow {
  return {
    id,
    message,
    time: null,
    levelname: "REPORT",
    loggername: "aiida.parser",
    process: "p",
    depth: 0,
  };
}

const term = (key: string, value: string) => ({ key, operator: "=", value });

test("the address says what is shown", () => {
  const view = logView([term("level", '"warning"'), term("deep", "1"), term("find", '"a b"')]);
  expect(view).toMatchObject({ level: "WARNING", isDeep: true, find: "a b", row: null });
  expect(logUrl("u", view)).toContain("/processes/u/logs?level=WARNING&recursive=1&start=-1000");
});

test("a level that is none, and a row that is no number, are left out", () => {
  expect(logView([term("level", "LOUD"), term("row", "x")])).toMatchObject({
    level: null,
    row: null,
  });
});

test("a link to a row asks for all rows, and so do new ones", () => {
  expect(logUrl("u", logView([term("row", "4")]))).not.toContain("start");
  expect(logUrl("u", logView([]), 12)).toContain("since=12");
});

test("new rows are put behind the known ones, once", () => {
  const known = [row(3, "a"), row(1, "b")];
  expect(joined(known, [row(1, "b")])).toBe(known);
  expect(joined(known, [row(1, "b"), row(5, "c")]).map(({ id }) => id)).toEqual([3, 1, 5]);
  expect(largestId(known)).toBe(3);
});

test("text is found in any case, and is told apart", () => {
  expect(withText([row(1, "Sum is Negative"), row(2, "no")], "negative")).toHaveLength(1);
  expect(cutAt("a-B-b", "b")).toEqual(["a-", "B", "-", "b", ""]);
  expect(cutAt("abc", "")).toEqual(["abc"]);
});
