import { expect, test } from "vitest";

import { wholesOf } from "./wholes";

test("only what the server has a route for is offered", () => {
  const routes = [
    "nodes           GET,HEAD,OPTIONS     /api/v4/nodes/",
    "nodes           GET,HEAD,OPTIONS,POST /api/v4/nodes/archive.zip/",
  ];
  expect(wholesOf(routes, "id<3")).toEqual([
    { title: "Files as zip", ending: "zip", url: "/api/v4/nodes/archive.zip?id<3" },
  ]);
  expect(wholesOf(routes.slice(0, 1), "")).toEqual([]);
});
