import { expect, test } from "vitest";

import { termsOf } from "../../router/selection";
import { atPage, before, fromStart, nextCursor, pageAt, remember } from "./pages";

test("the way back is known", () => {
  expect(before("second")).toBe(undefined);
  remember("second", null);
  remember("third", "second");
  expect(before("second")).toBe(null);
  expect(before("third")).toBe("second");
});

test("a page is in the address, and a new filter begins anew", () => {
  const terms = termsOf("id>3&orderby=-ctime");
  const second = atPage(terms, "abc", 50);
  expect(pageAt(second)).toEqual({ cursor: "abc", at: 50, limit: 50 });
  expect(fromStart(second)).toEqual(terms);
  expect(pageAt(termsOf("limit=9999&at=-3"))).toEqual({ cursor: null, at: 0, limit: 50 });
});

test("the next page is in the header", () => {
  const link = '<http://h/api/v4/nodes/select?limit=1&want=%7B%7D&cursor=WyI3N>; rel="next"';
  expect(nextCursor(new Headers({ Link: link }))).toBe("WyI3N");
  expect(nextCursor(new Headers())).toBe(null);
});
