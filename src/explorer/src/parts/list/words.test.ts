import { expect, test } from "vitest";

import { containing, termOf, type Term } from "../../router/selection";
import { lineOf } from "./words";

test.each([
  ['node_type="data.core.int.Int."', "type is Int"],
  ['node_type=in="data.core.int.Int.","data.core.str.Str."', "type is one of Int, Str"],
  ["attributes.exit_status!=0", "exit status is not 0"],
  ["attributes.energy<=-5", "energy is at most -5"],
  ["ctime>=2026-11-01", "created from 2026-11-01"],
  ['group="paper 2026"', "in the group paper 2026"],
  ["ancestor_of=3b1b3793-aaaa", "ancestors of 3b1b3793"],
  ['label=like="bcc%"', "label is like bcc%"],
  ["extras.tag=exists=false", "extras.tag has no value"],
  ["failed=true", "failed"],
  ["user=3", "creator is Ada Lovelace"],
  ["user=4", "creator is 4"],
  ['label=""', "label is empty"],
])("%s", (text, words) => {
  expect(lineOf(termOf(text) as Term, { user: { 3: "Ada Lovelace" } })).toBe(words);
});

test("a pattern around a text says that it contains it", () => {
  const term = { key: "label", operator: "=ilike=", value: containing('50% "x"') };
  expect(lineOf(term)).toBe('label contains 50% "x"');
});
