import { expect, test } from "vitest";

import { flat, keysIn } from "./flat";

test("objects are taken apart, lists stay", () => {
  const row = flat({ uuid: "x", attributes: { cell: [[1]], deep: { a: null } }, none: {} });
  expect(row).toEqual({ uuid: "x", "attributes.cell": [[1]], "attributes.deep.a": null });
  expect(keysIn([row, { uuid: "y", other: 1 }])).toEqual([
    "uuid",
    "attributes.cell",
    "attributes.deep.a",
    "other",
  ]);
});
