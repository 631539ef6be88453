import { expect, test } from "vitest";

import type { NodeDetail } from "../../api/types";
import { summary, tellingFacts } from "./telling";

function node(node_type: string, attributes: object, files: NodeDetail["files"] = []): NodeDetail {
  return { node_type, attributes, files } as unknown as NodeDetail;
}

test("a code tells its path first", () => {
  const facts = tellingFacts(
    node("data.core.code.installed.InstalledCode.", {
      append_text: "",
      input_plugin: "core.arithmetic.add",
      filepath_executable: "/bin/bash",
      with_mpi: null,
    }),
  );
  expect(facts).toEqual([
    { name: "filepath_executable", text: "/bin/bash" },
    { name: "input_plugin", text: "core.arithmetic.add" },
  ]);
});

test("arrays tell their shapes, and scalars that they are one", () => {
  expect(
    tellingFacts(node("data.x.ArrayData.", { "array|bands": [4, 6], "array|e": [], units: "eV" })),
  ).toEqual([
    { name: "bands", text: "array of 4 × 6" },
    { name: "e", text: "array of one number" },
    { name: "units", text: "eV" },
  ]);
});

test("a folder tells its files", () => {
  const files = ["a", "b", "c", "d", "e", "f"].map((name) => ({ name, type: "FILE" as const }));
  expect(tellingFacts(node("data.core.folder.FolderData.", {}, files))).toEqual([
    { name: "files", text: "a, b, c, d, e, and 1 more" },
  ]);
});

test("long values are told by their size", () => {
  expect(summary(Array.from({ length: 1200 }, () => 1))).toBe("list of 1,200");
  expect(summary({ a: "x".repeat(100) })).toBe("1 key");
  expect(summary("x".repeat(1000))).toContain("(1.0 kB of text)");
});
