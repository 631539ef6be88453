import { expect, test } from "vitest";

import { contentsUrl, firstOf, ofSide, type JobFile } from "./jobFiles";

function file(side: "inputs" | "outputs", path: string, size: number, binary = false): JobFile {
  return { side, uuid: "u", path, name: path, type: "FILE", size, binary };
}

const FILES = [
  file("inputs", "_aiidasubmit.sh", 900),
  file("inputs", "aiida.in", 16),
  file("outputs", "wave.bin", 9_000, true),
  file("outputs", "aiida.out", 20),
  file("outputs", "bands.dat", 400),
];

test("the file that the job names is shown first", () => {
  expect(firstOf(FILES, "outputs", { output_filename: "aiida.out" })?.path).toBe("aiida.out");
});

test("without a name it is the largest text that is not of AiiDA", () => {
  expect(firstOf(FILES, "outputs", null)?.path).toBe("bands.dat");
  expect(firstOf(FILES, "inputs", { input_filename: "gone" })?.path).toBe("aiida.in");
  expect(firstOf(FILES.slice(0, 1), "inputs", null)?.path).toBe("_aiidasubmit.sh");
  expect(firstOf([], "inputs", null)).toBeNull();
});

test("each side has its own files, and a name is quoted", () => {
  expect(ofSide(FILES, "inputs")).toHaveLength(2);
  expect(decodeURIComponent(contentsUrl(file("inputs", 'a "b"', 1)))).toContain(
    'filename="a ""b"""',
  );
});
