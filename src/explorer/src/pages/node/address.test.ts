import { expect, test } from "vitest";

import { isUuid, readId } from "./address";

test.each([
  ["#12", "pk", "12"],
  ["12", "pk", "12"],
  ["0007", "pk", "7"],
  ["12345678", "uuid", "12345678"],
  ["#12345678", "pk", "12345678"],
  ["CDA14B00", "uuid", "cda14b00"],
  ["cda14b00-", "uuid", "cda14b00-"],
  ["cda14b00-5b66-4b4e-9bb7-000000000000", "uuid", "cda14b00-5b66-4b4e-9bb7-000000000000"],
  ["cda14b001", "nothing", "cda14b001"],
  ["water", "nothing", "water"],
  ["#9999999999", "nothing", "#9999999999"],
])("%s is read as %s", (text, by, read) => {
  expect(readId(text)).toEqual({ by, text: read });
});

test("a beginning is no uuid", () => {
  expect(isUuid("cda14b00")).toBe(false);
  expect(isUuid("cda14b00-5b66-4b4e-9bb7-000000000000")).toBe(true);
});
