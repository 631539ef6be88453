import { expect, test } from "vitest";

import { termsOf, textOf } from "../../router/selection";
import { chosenMonth, isChosen, members, related, toggled, withMonth } from "./facets";

const text = (terms: ReturnType<typeof termsOf>) => decodeURIComponent(textOf(terms));

test("commas in quotes do not split a list", () => {
  expect(members('"a,b",3, "say ""x,y"""')).toEqual(['"a,b"', "3", '"say ""x,y"""']);
});

test("the first value narrows, the second widens, and each goes again", () => {
  const one = toggled([], "node_type", "data.core.int.Int.");
  expect(text(one)).toBe('node_type="data.core.int.Int."');
  const two = toggled(one, "node_type", "data.core.str.Str.");
  expect(text(two)).toBe('node_type=in="data.core.int.Int.","data.core.str.Str."');
  expect(isChosen(two, "node_type", "data.core.str.Str.")).toBe(true);
  const left = toggled(two, "node_type", "data.core.int.Int.");
  expect(text(left)).toBe('node_type="data.core.str.Str."');
  expect(toggled(left, "node_type", "data.core.str.Str.")).toEqual([]);
});

test("numbers have no quotes, and other conditions on the key stay", () => {
  const terms = termsOf("attributes.exit_status>0");
  expect(text(toggled(terms, "attributes.exit_status", 410))).toBe(
    "attributes.exit_status>0&attributes.exit_status=410",
  );
});

test("relations hold together", () => {
  const one = related([], "group", "paper 2026");
  expect(text(one)).toBe('group="paper 2026"');
  expect(text(related(one, "group", "b"))).toBe('group="paper 2026"&group="b"');
  expect(related(termsOf("group=paper 2026"), "group", "paper 2026")).toEqual([]);
});

test("a month is a range of days", () => {
  const terms = withMonth([], "ctime", "2026-12");
  expect(text(terms)).toBe("ctime>=2026-12-01&ctime<2027-01-01");
  expect(chosenMonth(terms, "ctime")).toBe("2026-12");
  expect(withMonth(terms, "ctime", "2026-12")).toEqual([]);
  expect(text(withMonth(terms, "ctime", "2026-02"))).toBe("ctime>=2026-02-01&ctime<2026-03-01");
  expect(chosenMonth(termsOf("ctime>=2026-12-01"), "ctime")).toBe(null);
});
