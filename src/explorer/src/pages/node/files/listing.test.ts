import { expect, test } from "vitest";

import type { NodeDetail } from "../../../api/types";
import { entryAt, entryOf, foldersAbove, folderUrl, type Folder, type Folders } from "./listing";
import { fileRows } from "./tree";

const JOB = { uuid: "j", node_type: "process.calculation.calcjob.CalcJobNode." } as NodeDetail;
const FOLDER = { uuid: "f", node_type: "data.core.folder.FolderData." } as NodeDetail;

function folders(loaded: Record<string, Folder>): Folders {
  return { loaded: new Map(Object.entries(loaded)), load: () => {}, retry: () => {} };
}

const root = [
  entryOf({ name: "a", type: "DIRECTORY" }, "", FOLDER),
  entryOf({ name: "b.txt", type: "FILE", size: 3 }, "", FOLDER),
];

test("folders above a path begin with the root", () => {
  expect(foldersAbove("a/b/c.txt")).toEqual(["", "a", "a/b"]);
  expect(foldersAbove("c.txt")).toEqual([""]);
  expect(foldersAbove("")).toEqual([]);
});

test("names of files are quoted in URLs", () => {
  expect(folderUrl(FOLDER, "inputs", 'a "b"&c')).toBe(
    "/api/v4/nodes/f/repo/list?filename=%22a%20%22%22b%22%22%26c%22&metadata=1",
  );
  expect(folderUrl(JOB, "outputs", "x")).toBe(
    "/api/v4/calcjobs/j/files?filename=%22x%22&side=outputs&metadata=1",
  );
});

test("an entry is unknown until its folder is loaded", () => {
  const known = folders({ "": { entries: root, notes: [], error: null } });
  expect(entryAt(known, "inputs", "b.txt")?.size).toBe(3);
  expect(entryAt(known, "inputs", "nope")).toBeNull();
  expect(entryAt(known, "inputs", "a/x")).toBeUndefined();
});

test("an unfolded folder tells that it is loading", () => {
  const known = folders({ "": { entries: root, notes: [], error: null } });
  const rows = fileRows(known, new Set(["inputs/a"]), false);
  expect(rows.map((row) => [row.name, row.depth, row.isOpen])).toEqual([
    ["a", 0, true],
    ["loading …", 1, null],
    ["b.txt", 0, null],
  ]);
});

test("a job has two sides", () => {
  const entries = [
    entryOf({ name: "in", type: "FILE", side: "inputs", uuid: "j", path: "in" }, "", JOB),
    entryOf({ name: "out", type: "FILE", side: "outputs", uuid: "r", path: "out" }, "", JOB),
  ];
  const known = folders({ "": { entries, notes: [], error: null } });
  const rows = fileRows(known, new Set(["outputs/"]), true);
  expect(rows.map((row) => row.name)).toEqual(["Sent: files of the job", "Brought back", "out"]);
  expect(rows[2]?.entry?.uuid).toBe("r");
});
