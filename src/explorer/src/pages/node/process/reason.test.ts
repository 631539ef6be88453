import { expect, test } from "vitest";

import { isTelling, reasonAt, reasonOf } from "./reason";
import type { Traceback } from "./summary";

const PYTHON = [
  "[248|boom|on_except]: Traceback (most recent call last):",
  '  File "/opt/engine.py", line 250, in execute',
  "    result = await self.run_fn()",
  "             ^^^^^^^^^^^^^^^^^^^",
  '  File "/opt/mine.py", line 93, in boom',
  "    def boom(x): raise RuntimeError('no')",
  "                 ^^^^^^^^^^^^^^^^^^^^^^^^",
  "RuntimeError: no",
  "",
];

function traceback(lines: readonly string[], message: string | null = null): Traceback {
  return {
    state: "excepted",
    exit_status: null,
    exit_message: message,
    exception: null,
    lines,
    origin: null,
    called: [],
  };
}

test("the error and the code that raised it are the reason", () => {
  const telling = PYTHON.flatMap((_, at) => (isTelling(PYTHON, at) ? [at] : []));
  expect(telling).toEqual([4, 5, 7]);
  expect(reasonOf(traceback(PYTHON))).toBe("RuntimeError: no");
});

test("of chained tracebacks the last error counts", () => {
  const lines = ["Traceback (most recent call last):", "KeyError: 'a'", "", ...PYTHON];
  expect(reasonAt(lines)).toBe(PYTHON.length + 1);
});

test("of an error of several lines the first one is told", () => {
  expect(reasonAt([...PYTHON.slice(0, 8), "  more about it"])).toBe(7);
});

test("of other text the last line with something in it counts", () => {
  expect(reasonAt(["started", "walltime exceeded", ""])).toBe(1);
  expect(reasonOf(traceback([], "The sum is negative"))).toBe("The sum is negative");
  expect(reasonOf(traceback([]))).toBeNull();
});
