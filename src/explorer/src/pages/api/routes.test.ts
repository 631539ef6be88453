import { expect, test } from "vitest";

import { byResource, routeOf } from "./routes";

const LINES = [
  "nodes           GET,HEAD,OPTIONS     /api/v4/nodes/",
  "nodes           GET,HEAD,OPTIONS,POST /api/v4/nodes/select/",
  "groups          GET,HEAD,OPTIONS     /api/v4/groups/<id>/",
  "no route",
];

test("a line is a route", () => {
  expect(routeOf(LINES[1] ?? "")).toEqual({
    resource: "nodes",
    methods: ["GET", "POST"],
    path: "/api/v4/nodes/select",
  });
  expect(routeOf("no route")).toBe(null);
});

test("routes are found by a part of their path", () => {
  expect(byResource(LINES, "").map(([name, routes]) => [name, routes.length])).toEqual([
    ["nodes", 2],
    ["groups", 1],
  ]);
  expect(byResource(LINES, " Select").map(([name]) => name)).toEqual(["nodes"]);
});
