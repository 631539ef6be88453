import { expect, test } from "vitest";

import { ApiError } from "../../api/http";
import { proposed, withoutOurs } from "./check";

test("a hint is about what was written", () => {
  const hint = withoutOurs('Did you mean: label=like="x"&limit=0&count=none');
  expect(hint).toBe('Did you mean: label=like="x"');
  expect(proposed(new ApiError(400, "wrong", hint))).toBe('label=like="x"');
  expect(proposed(new ApiError(400, "wrong", "Valid: id, pk."))).toBe(null);
});
