import { expect, test } from "vitest";

import { listOf, meaningOf, nodesQuery, sectionsOf } from "./search";

test.each([
  ["  ", "nothing"],
  ["#12", "pk"],
  ["12", "pk"],
  ["0c1b3d0f", "uuid"],
  ["0C1B3D0F-14ef-4c74", "uuid"],
  ["0c1b3d0f-14ef-4c74-833b-69a20e9a1435", "uuid"],
  ["added", "text"],
  ["facade", "text"],
  ["bcc Fe", "text"],
  ["attributes.energy<-5", "filter"],
  ['label=like="a&b%"&id>3', "filter"],
  ["=", "text"],
])("%s is %s", (text, meaning) => {
  expect(meaningOf(text)).toBe(meaning);
});

test("a text is looked for in labels", () => {
  expect(decodeURIComponent(listOf("bcc"))).toBe('label=ilike="%bcc%"');
  expect(decodeURIComponent(listOf("id>3"))).toBe("id>3");
});

test("nodes by pk or by the beginning of a uuid", () => {
  expect(nodesQuery("#12")).toBe("id=12&limit=1&count=none");
  expect(decodeURIComponent(nodesQuery("0C1b") ?? "")).toBe('uuid=like="0c1b%"&limit=5&count=none');
  expect(nodesQuery("relax")).toBe(null);
});

test("suggestions of one field stand together", () => {
  const found = [
    { field: "attributes", value: "cell volume", count: 3 },
    { field: "node_type", value: "data.core.int.Int.", count: "1000+" },
    { field: "label", value: "Int", count: 1 },
  ];
  const sections = sectionsOf(found);
  expect(sections.map((section) => section.title)).toEqual(["Labels", "Types", "Attributes"]);
  expect(sections[1]?.options[0]).toMatchObject({ title: "Int", detail: "1000+ nodes" });
  expect(sections[2]?.options[0]?.query).toEqual([
    { key: 'attributes."cell volume"', operator: "=exists=", value: "true" },
    { key: "columns", operator: "=", value: 'type,attributes."cell volume",ctime' },
  ]);
});
