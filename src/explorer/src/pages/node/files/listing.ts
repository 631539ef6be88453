/** The files of a node, folder by folder. Those of a calculation job lie in two nodes. */

import { useEffect, useRef, useState } from "preact/hooks";

import { get, urlOf, type ApiError, type Note } from "../../../api/http";
import type { NodeDetail } from "../../../api/types";
import { asApiError } from "../../../api/useAnswer";
import { quoted } from "../../../router/selection";

/** `inputs`: files of the node itself; `outputs`: those that a calculation job brought back. */
export type Side = "inputs" | "outputs";

export interface Entry {
  readonly side: Side;
  /** The node that holds the file. */
  readonly uuid: string;
  readonly path: string;
  readonly name: string;
  readonly isFolder: boolean;
  /** Bytes; null where the content is missing. */
  readonly size: number | null;
  readonly sha256: string | null;
  readonly mimeType: string | null;
  readonly isBinary: boolean;
}

export interface Folder {
  readonly entries: readonly Entry[] | null;
  readonly notes: readonly Note[];
  readonly error: ApiError | null;
}

interface Row {
  readonly name: string;
  readonly type: "FILE" | "DIRECTORY";
  readonly size?: number | null;
  readonly sha256?: string | null;
  readonly mime_type?: string | null;
  readonly binary?: boolean | null;
  readonly side?: Side;
  readonly uuid?: string;
  readonly path?: string;
}

/** Whether a node is a calculation job, whose results lie in another node. */
export function isJob(node: NodeDetail): boolean {
  return node.node_type.startsWith("process.calculation.calcjob.");
}

/** The URL that lists a folder of a node; the root of a job lists both sides. */
export function folderUrl(node: NodeDetail, side: Side, path: string): string {
  const filename = path ? quoted(path) : null;
  if (!isJob(node)) return urlOf(`nodes/${node.uuid}/repo/list`, { filename, metadata: 1 });
  return urlOf(`calcjobs/${node.uuid}/files`, {
    filename,
    side: path ? side : null,
    metadata: 1,
  });
}

/** The URL of the bytes of a file. */
export function contentUrl(uuid: string, path: string): string {
  return urlOf(`nodes/${uuid}/repo/contents`, { filename: quoted(path) });
}

/** The name of a folder among all that are loaded. The root has both sides. */
export function folderKey(side: Side, path: string): string {
  return path ? `${side}/${path}` : "";
}

/** The folders that lead to a path, the root first. */
export function foldersAbove(path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return parts.map((_, at) => parts.slice(0, at).join("/"));
}

export function entryOf(row: Row, folder: string, node: NodeDetail): Entry {
  return {
    side: row.side ?? "inputs",
    uuid: row.uuid ?? node.uuid,
    path: row.path ?? (folder ? `${folder}/${row.name}` : row.name),
    name: row.name,
    isFolder: row.type === "DIRECTORY",
    size: row.size ?? null,
    sha256: row.sha256 ?? null,
    mimeType: row.mime_type ?? null,
    isBinary: row.binary === true,
  };
}

export interface Folders {
  readonly loaded: ReadonlyMap<string, Folder>;
  readonly load: (side: Side, path: string) => void;
  readonly retry: (side: Side, path: string) => void;
}

/** Folders of a node, each asked for once. */
export function useFolders(node: NodeDetail): Folders {
  const [loaded, setLoaded] = useState<ReadonlyMap<string, Folder>>(new Map());
  const asked = useRef(new Set<string>());
  const isShown = useRef(true);
  useEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  const put = (key: string, folder: Folder) => {
    if (isShown.current) setLoaded((before) => new Map(before).set(key, folder));
  };
  const load = (side: Side, path: string) => {
    const key = folderKey(side, path);
    if (asked.current.has(key)) return;
    asked.current.add(key);
    get<{ repo_list?: Row[]; files?: Row[] }>(folderUrl(node, side, path)).then(
      ({ data, notes }) => {
        const rows = data.repo_list ?? data.files ?? [];
        put(key, { entries: rows.map((row) => entryOf(row, path, node)), notes, error: null });
      },
      (error: unknown) => put(key, { entries: null, notes: [], error: asApiError(error) }),
    );
  };
  const retry = (side: Side, path: string) => {
    asked.current.delete(folderKey(side, path));
    load(side, path);
  };
  return { loaded, load, retry };
}

/** What is at a path, as far as its folder is loaded: undefined while it is not, null for nothing. */
export function entryAt(folders: Folders, side: Side, path: string): Entry | null | undefined {
  const parent = foldersAbove(path).pop() ?? "";
  const folder = folders.loaded.get(folderKey(side, parent));
  if (!folder) return undefined;
  const found = folder.entries?.find((entry) => entry.side === side && entry.path === path);
  return found ?? null;
}
