import { expect, test } from "vitest";

import { lineOfJson, pathOf, titleOf, valueAt, wantOf } from "./rows";

test("paths into JSON", () => {
  expect(pathOf('attributes."a.""b".0.c')).toEqual(["attributes", 'a."b', "0", "c"]);
});

test("a template of what the columns show", () => {
  expect(wantOf(["ctime", "user", "attributes.cell.0", "attributes.cell", "extras.tag"])).toEqual({
    uuid: "*",
    node_type: "*",
    label: "*",
    ctime: "*",
    user: { id: "*", first_name: "*", last_name: "*" },
    attributes: { process_label: "*", value: "*", cell: "*" },
    extras: { tag: "*" },
  });
  expect(wantOf(["attributes.cell", "attributes.cell.0"])["attributes"]).toMatchObject({
    cell: "*",
  });
});

test("values are found in objects and lists", () => {
  const row = {
    attributes: {
      cell: [
        [1, 2],
        [3, 4],
      ],
      other: { "0": 5 },
    },
  };
  expect(valueAt(row, ["attributes", "cell", "1", "0"])).toBe(3);
  expect(valueAt(row, ["attributes", "cell", "-1"])).toEqual([3, 4]);
  expect(valueAt(row, ["attributes", "other", "0"])).toBe(5);
  expect(valueAt(row, ["attributes", "toString"])).toBe(null);
});

test("names of nodes", () => {
  const node = { uuid: "x", label: "", node_type: "data.core.int.Int." };
  expect(titleOf({ ...node, attributes: { value: 0 } }, "Int")).toBe("0");
  expect(titleOf({ ...node, attributes: { value: null } }, "Int")).toBe("Int");
  expect(titleOf({ ...node, label: "bcc" }, "Int")).toBe("bcc");
  expect(lineOfJson([1, 2, 3], 5)).toBe("[1,2…");
});
