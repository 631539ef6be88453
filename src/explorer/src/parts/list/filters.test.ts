import { expect, test } from "vitest";

import { meant, written } from "./filters";
import { termsOf } from "../../router/selection";

const read = (text: string) => written(termsOf(meant(text, "label")));

test("a text without an operator is a part of a label", () => {
  expect(read("bcc & 50%")).toBe('label=ilike="%bcc & 50\\%%"');
  expect(meant("  ", "label")).toBe("");
});

test("filters stay as they are written", () => {
  expect(read('label=like="a&b%"&id>3')).toBe('label=like="a&b%"&id>3');
  expect(meant('label=like="x"&foo!', "label")).toBe("label=like=%22x%22&foo!");
});
