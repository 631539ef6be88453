/** The files of a node: `nodes/<uuid>/files/<path>`; those that a job brought back with `side=outputs`. */

import "./files.css";

import { useEffect, useState } from "preact/hooks";

import type { NodeDetail } from "../../../api/types";
import { count, counted } from "../../../parts/format";
import { Bytes } from "../../../parts/small";
import { Empty, Failure, Notes, Skeleton } from "../../../parts/states";
import { Tree } from "../../../parts/tree/Tree";
import { hrefOf, navigate, terms } from "../../../router/router";
import { viewValue } from "../../../router/selection";
import type { TabProps } from "../tab";
import { FileView } from "./FileView";
import {
  entryAt,
  folderKey,
  foldersAbove,
  isJob,
  useFolders,
  type Entry,
  type Folders,
  type Side,
} from "./listing";
import { fileRows, rowId, type FileRow } from "./tree";

const SHOWN = 500;

/** The address of a file or folder of a node. */
function hrefOfFile(node: NodeDetail, side: Side, path: string): string {
  const parts = path.split("/").filter((part) => part !== "");
  const query = side === "outputs" ? "side=outputs" : "";
  return hrefOf(["nodes", node.uuid, "files", ...parts], query);
}

export default function FilesTab({ node, rest }: TabProps) {
  const path = rest.join("/");
  const side: Side = viewValue(terms.value, "side") === "outputs" ? "outputs" : "inputs";
  const folders = useFolders(node);
  const { load } = folders;
  useEffect(() => {
    load("inputs", "");
    for (const folder of foldersAbove(path)) load(side, folder);
    // `load` asks for each folder once
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [side, path]);
  const root = folders.loaded.get("");
  if (!root) return <Skeleton lines={8} />;
  if (root.error) {
    return <Failure error={root.error} onRetry={() => folders.retry("inputs", "")} />;
  }
  if (root.entries?.length === 0) {
    return (
      <Empty>
        <p>This node has no files.</p>
      </Empty>
    );
  }
  return (
    <div class="files">
      <FileTree node={node} folders={folders} side={side} path={path} />
      <div class="files-content panel">
        <Notes notes={root.notes} />
        <Place node={node} side={side} path={path} />
        <Chosen node={node} folders={folders} side={side} path={path} />
      </div>
    </div>
  );
}

interface Chosen {
  readonly node: NodeDetail;
  readonly folders: Folders;
  readonly side: Side;
  readonly path: string;
}

function FileTree({ node, folders, side, path }: Chosen) {
  const [open, setOpen] = useState<ReadonlySet<string>>(
    () =>
      new Set([
        rowId("inputs", ""),
        rowId("outputs", ""),
        ...foldersAbove(path).map((folder) => rowId(side, folder)),
      ]),
  );
  const [current, setCurrent] = useState(rowId(side, path));
  useEffect(() => {
    setCurrent(rowId(side, path));
    setOpen(
      (before) => new Set([...before, ...foldersAbove(path).map((folder) => rowId(side, folder))]),
    );
  }, [side, path]);
  const toggle = (row: FileRow, isOpen: boolean) => {
    const next = new Set(open);
    if (isOpen) next.add(row.id);
    else next.delete(row.id);
    setOpen(next);
    if (isOpen && row.entry) folders.load(row.side, row.entry.path);
  };
  return (
    <Tree
      label="Files"
      rows={fileRows(folders, open, isJob(node))}
      current={current}
      onCurrent={(row) => setCurrent(row.id)}
      onToggle={toggle}
      onAct={(row) => {
        if (row.entry) {
          navigate(hrefOfFile(node, row.side, row.entry.path), { keepScroll: true });
        }
      }}
    >
      {(row) => <Name row={row} />}
    </Tree>
  );
}

function Name({ row }: { row: FileRow }) {
  if (!row.entry) return <strong>{row.name}</strong>;
  return (
    <>
      {row.name}
      {row.entry.isFolder ? "/" : ""}
      {row.entry.size !== null && (
        <span class="muted">
          {"  "}
          <Bytes size={row.entry.size} />
        </span>
      )}
    </>
  );
}

/** The folders that lead to a file, as links. */
function Place({ node, side, path }: { node: NodeDetail; side: Side; path: string }) {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts.length === 0) return null;
  return (
    <nav class="place mono" aria-label="Place of the file">
      <a href={hrefOfFile(node, side, "")}>
        {side === "outputs" ? "brought back" : isJob(node) ? "sent" : "files"}
      </a>
      {parts.map((part, at) => (
        <span key={at}>
          {" / "}
          {at === parts.length - 1 ? (
            <span aria-current="page">{part}</span>
          ) : (
            <a href={hrefOfFile(node, side, parts.slice(0, at + 1).join("/"))}>{part}</a>
          )}
        </span>
      ))}
    </nav>
  );
}

/** What the address names: a file, a folder, or nothing. */
function Chosen({ node, folders, side, path }: Chosen) {
  if (path === "") {
    const all = folders.loaded.get("")?.entries ?? [];
    if (!isJob(node)) return <FolderView node={node} entries={all} />;
    return (
      <>
        {(["inputs", "outputs"] as const).map((one) => {
          const own = all.filter((entry) => entry.side === one);
          return (
            <section key={one}>
              <h2>{one === "inputs" ? "Sent: files of the job" : "Brought back"}</h2>
              {own.length === 0 ? (
                <p class="muted">Nothing.</p>
              ) : (
                <FolderView node={node} entries={own} />
              )}
            </section>
          );
        })}
      </>
    );
  }
  const entry = entryAt(folders, side, path);
  if (entry === undefined) return <Skeleton lines={8} />;
  if (entry === null) {
    const parent = foldersAbove(path).pop() ?? "";
    const error = folders.loaded.get(folderKey(side, parent))?.error;
    if (error) return <Failure error={error} onRetry={() => folders.retry(side, parent)} />;
    return (
      <Empty>
        <p>This node has no file “{path}”.</p>
        <p>
          <a href={hrefOfFile(node, side, "")}>All files of the node</a>
        </p>
      </Empty>
    );
  }
  if (!entry.isFolder) return <FileView key={`${side}/${path}`} entry={entry} />;
  return <Listed node={node} folders={folders} side={side} path={path} />;
}

/** A folder, which is loaded when it is shown. */
function Listed({ node, folders, side, path }: Chosen) {
  const { load } = folders;
  useEffect(() => {
    load(side, path);
    // `load` asks for each folder once
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [side, path]);
  const folder = folders.loaded.get(folderKey(side, path));
  if (folder?.error) {
    return <Failure error={folder.error} onRetry={() => folders.retry(side, path)} />;
  }
  if (!folder?.entries) return <Skeleton lines={6} />;
  return <FolderView node={node} entries={folder.entries} />;
}

function FolderView({ node, entries }: { node: NodeDetail; entries: readonly Entry[] }) {
  if (entries.length === 0) return <p class="muted">This folder is empty.</p>;
  return (
    <>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col" class="number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.slice(0, SHOWN).map((entry) => (
            <tr key={`${entry.side}/${entry.path}`}>
              <th scope="row">
                <a class="mono" href={hrefOfFile(node, entry.side, entry.path)}>
                  {entry.name}
                  {entry.isFolder ? "/" : ""}
                </a>
              </th>
              <td class="number">{entry.isFolder ? "" : <Bytes size={entry.size} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {entries.length > SHOWN && (
        <p class="muted">
          {count(SHOWN)} of {counted(entries.length, "entry", "entries")} shown; the tree has all.
        </p>
      )}
    </>
  );
}
