import { expect, test } from "vitest";

import { askedOf, keyOf, ofUuids } from "./selection";

const FAILED = { query: "", where: { and: [{ id: { gt: 3 } }] } };

test("a selection in a query string has lists with commas and objects as JSON", () => {
  const asked = askedOf(
    "nodes/export",
    { query: "id<3", where: null },
    {
      fields: ["uuid", "attributes.energy"],
      want: { uuid: "*" },
      limit: 0,
      dry_run: true,
    },
  );
  expect(asked.body).toBe(null);
  expect(decodeURIComponent(asked.url)).toBe(
    '/api/v4/nodes/export?id<3&fields=uuid,attributes.energy&want={"uuid":"*"}&limit=0&dry_run=true',
  );
  expect(askedOf("nodes/archive.zip", { query: "", where: null }, {}).url).toBe(
    "/api/v4/nodes/archive.zip",
  );
});

test("a selection in a body has its keys beside the conditions", () => {
  const asked = askedOf("nodes/export", FAILED, { fields: ["uuid"], limit: 0 });
  expect(asked).toEqual({
    url: "/api/v4/nodes/export",
    body: { where: FAILED.where, fields: ["uuid"], limit: 0 },
  });
  expect(keyOf(asked)).not.toBe(keyOf(askedOf("nodes/export", FAILED, {})));
});

test("chosen nodes are a list of uuids", () => {
  expect(ofUuids(["a", "b"]).query).toBe('uuid=in="a","b"'.replaceAll('"', "%22"));
});
