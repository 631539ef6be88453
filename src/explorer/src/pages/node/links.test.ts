import { expect, test } from "vitest";

import type { LinkRow } from "../../api/types";
import { grouped } from "./links";

function row(link_type: string, link_label: string): LinkRow {
  return { link_type, link_label } as LinkRow;
}

test("links are grouped by type, calls first and unknown types last", () => {
  const rows = [row("odd", "a"), row("create", "b"), row("call_calc", "c"), row("create", "d")];
  expect(
    grouped(rows, "outgoing").map(({ title, rows: own }) => [
      title,
      own.map((one) => one.link_label),
    ]),
  ).toEqual([
    ["Calculations it called", ["c"]],
    ["Created", ["b", "d"]],
    ["odd", ["a"]],
  ]);
});
