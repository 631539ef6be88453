import { expect, test } from "vitest";

import { facetsAsked, startOf, takenOf, whichOf, withPast, withWhich } from "./asked";

const term = (key: string, value: string, operator = "=") => ({ key, operator, value });
const NOW = new Date("2026-11-26T12:00:30Z");

test("a tab is one filter", () => {
  expect(whichOf([term("failed", "1")])).toBe("failed");
  expect(whichOf([term("running", "true")])).toBe("running");
  expect(whichOf([term("failed", "0")])).toBe("all");
  expect(withWhich([term("failed", "1"), term("user", "3")], "running")).toEqual([
    term("user", "3"),
    term("running", "1"),
  ]);
  expect(withPast([term("past", "7d")], null)).toEqual([]);
});

test("a window begins with a full minute", () => {
  expect(startOf("7d", NOW)).toBe("2026-11-19T12:00:00+00:00");
  expect(startOf("90m", NOW)).toBe("2026-11-26T10:30:00+00:00");
  expect(startOf("soon", NOW)).toBeNull();
});

test("running processes and windows are asked of nodes in the query string", () => {
  const { query, body } = facetsAsked([term("running", "1"), term("past", "1d")], ["user"], 5, NOW);
  expect(body).toBeNull();
  expect(decodeURIComponent(query)).toBe(
    'node_type=like="process.%"&attributes.process_state=in="created","waiting","running"' +
      "&ctime>=2026-11-25T12:00:00+00:00&facet=user&size=5&drop_self=1",
  );
});

test("failed processes are asked for in a body, with all other filters", () => {
  const filters = [term("failed", "1"), term("group", '"a b"'), term("user", "3")];
  const { body } = facetsAsked(filters, ["user"], 5, NOW);
  expect(body).toMatchObject({
    where: {
      group: ["a b"],
      and: [{ node_type: { like: "process.%" } }, { user: { eq: 3 } }, { or: [{}, {}, {}] }],
    },
  });
});

test("what is taken away are nodes", () => {
  expect(takenOf([term("exit_status", "410")])).toEqual({
    query: "node_type=like=%22process.%25%22&attributes.exit_status=410",
    where: null,
  });
  expect(takenOf([term("failed", "1")])?.query).toBe("");
  expect(takenOf([term("root", "1")])).toBe(null);
});
