/** The rows of the tree of files. */

import type { TreeRow } from "../../../parts/tree/Tree";
import { folderKey, type Entry, type Folders, type Side } from "./listing";

export interface FileRow extends TreeRow {
  readonly name: string;
  /** null for the head of a side, and for what stands in place of entries. */
  readonly entry: Entry | null;
  readonly side: Side;
}

const SIDES: readonly (readonly [Side, string])[] = [
  ["inputs", "Sent: files of the job"],
  ["outputs", "Brought back"],
];

export function rowId(side: Side, path: string): string {
  return `${side}/${path}`;
}

/** The rows of all unfolded folders; those of a job are below the heads of its sides. */
export function fileRows(
  folders: Folders,
  open: ReadonlySet<string>,
  hasSides: boolean,
): FileRow[] {
  const rows: FileRow[] = [];
  const root = folders.loaded.get("")?.entries ?? [];
  if (!hasSides) {
    addEntries(rows, root, 0, folders, open);
    return rows;
  }
  SIDES.forEach(([side, name], at) => {
    const id = rowId(side, "");
    const isOpen = open.has(id);
    rows.push({ id, depth: 0, at, siblings: SIDES.length, isOpen, name, entry: null, side });
    const own = root.filter((entry) => entry.side === side);
    if (isOpen) addEntries(rows, own, 1, folders, open);
  });
  return rows;
}

function addEntries(
  rows: FileRow[],
  entries: readonly Entry[],
  depth: number,
  folders: Folders,
  open: ReadonlySet<string>,
): void {
  entries.forEach((entry, at) => {
    const id = rowId(entry.side, entry.path);
    const isOpen = entry.isFolder ? open.has(id) : null;
    const { name, side } = entry;
    rows.push({ id, depth, at, siblings: entries.length, isOpen, name, entry, side });
    if (!isOpen) return;
    const folder = folders.loaded.get(folderKey(side, entry.path));
    if (folder?.entries) addEntries(rows, folder.entries, depth + 1, folders, open);
    else {
      const words = folder?.error ? folder.error.message : "loading …";
      rows.push({
        ...{ id: `${id}/…`, depth: depth + 1, at: 0, siblings: 1, isOpen: null },
        ...{ name: words, entry: null, side },
      });
    }
  });
}
