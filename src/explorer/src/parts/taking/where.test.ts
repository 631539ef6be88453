import { expect, test } from "vitest";

import { whereOf, whereOfAll } from "./where";

const term = (key: string, value: string, operator = "=") => ({ key, operator, value });

test("a filter of a query string is a condition of a body", () => {
  expect(whereOf(term("attributes.exit_status", "410,418", "=in="))).toEqual({
    "attributes.exit_status": { in: [410, 418] },
  });
  expect(whereOf(term("ctime", "2026-11-01", ">="))).toEqual({ ctime: { gte: "2026-11-01" } });
  expect(whereOf(term("label", '"a,b","c"', "=notin="))).toEqual({ label: { nin: ["a,b", "c"] } });
});

test("relations stand beside the conditions", () => {
  expect(
    whereOfAll([term("group", '"a b"'), term("id", "3"), term("group", "c")], { label: "x" }),
  ).toEqual({
    group: ["a b", "c"],
    and: [{ id: { eq: 3 } }, { label: "x" }],
  });
});
