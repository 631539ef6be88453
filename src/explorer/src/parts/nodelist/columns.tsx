/** The columns of a list of nodes: those of the table of nodes, and any key of attributes and extras. */

import { hrefOf } from "../../router/router";
import { className, isProcess, kindOf } from "../kinds";
import type { Column } from "../list/columns";
import { KindShape, NodeLink, NodeType, StateBadge, Time, Uuid } from "../small";
import { isPath, lineOfJson, nameOf, pathOf, titleOf, valueAt, type NodeItem } from "./rows";

export const SHOWN_FIRST: readonly string[] = ["type", "state", "ctime", "user", "uuid"];

const NONE = <span class="muted">–</span>;

const NAME: Column<NodeItem> = {
  key: "label",
  title: "Name",
  order: "label",
  text: (row) => row.label,
  cell: (row) => {
    const title = titleOf(row, className(row.node_type));
    return (
      <>
        <KindShape kind={kindOf(row.node_type)} /> <NodeLink uuid={row.uuid}>{title}</NodeLink>
      </>
    );
  },
};

function time(key: "ctime" | "mtime", title: string): Column<NodeItem> {
  return {
    key,
    title,
    order: key,
    isDescendingFirst: true,
    text: (row) => textOf(row[key]),
    cell: (row) => <Time value={textOf(row[key]) as string | null} />,
  };
}

function plain(key: string, title: string, order: string): Column<NodeItem> {
  return {
    key,
    title,
    order,
    text: (row) => textOf(row[key]),
    cell: (row) => textOf(row[key]) ?? NONE,
  };
}

const KNOWN: readonly Column<NodeItem>[] = [
  {
    key: "type",
    title: "Type",
    order: "node_type",
    text: (row) => row.node_type,
    cell: (row) => {
      const ran = valueAt(row, ["attributes", "process_label"]);
      return (
        <>
          <NodeType type={row.node_type} />
          {typeof ran === "string" && row.label !== "" && <span class="quiet">{ran}</span>}
        </>
      );
    },
  },
  {
    key: "state",
    title: "State",
    text: (row) => textOf(valueAt(row, ["attributes", "process_state"])),
    cell: (row) => (isProcess(row.node_type) ? <State row={row} /> : NONE),
  },
  time("ctime", "Created"),
  time("mtime", "Changed"),
  {
    key: "user",
    title: "Creator",
    text: (row) => nameOf(row.user),
    cell: (row) =>
      row.user ? <a href={hrefOf(["people", String(row.user.id)])}>{nameOf(row.user)}</a> : NONE,
  },
  {
    key: "computer",
    title: "Computer",
    text: (row) => row.computer?.label ?? null,
    cell: (row) =>
      row.computer ? (
        <a href={hrefOf(["computers", row.computer.uuid])}>{row.computer.label}</a>
      ) : (
        NONE
      ),
  },
  {
    key: "uuid",
    title: "UUID",
    text: (row) => row.uuid,
    cell: (row) => <Uuid uuid={row.uuid} />,
  },
  { ...plain("id", "PK", "id"), isNumeric: true, isDescendingFirst: true },
  plain("description", "Description", "description"),
  plain("process_type", "Process type", "process_type"),
];

/** Keys and titles of the columns that every store has. */
export const OFFERED: readonly (readonly [string, string])[] = KNOWN.map(
  (column) => [column.key, column.title] as const,
);

/** The columns of keys of an address; keys that are no column are left out. */
export function columnsOf(keys: readonly string[]): readonly Column<NodeItem>[] {
  const found = keys.map((key) => KNOWN.find((column) => column.key === key) ?? inside(key));
  return [NAME, ...found.filter((column) => column !== null)];
}

function inside(key: string): Column<NodeItem> | null {
  if (!isPath(key)) return null;
  const path = pathOf(key);
  return {
    key,
    title: key.startsWith("attributes.") ? path.slice(1).join(".") : path.join("."),
    text: (row) => textOf(valueAt(row, path)),
    cell: (row) => {
      const value = valueAt(row, path);
      if (value === null) return NONE;
      const line = lineOfJson(value);
      if (typeof value === "number") return line;
      return <span title={lineOfJson(value, 400)}>{line === "" ? "empty text" : line}</span>;
    },
  };
}

function State({ row }: { row: NodeItem }) {
  const state = valueAt(row, ["attributes", "process_state"]);
  const exit = valueAt(row, ["attributes", "exit_status"]);
  return (
    <StateBadge
      state={typeof state === "string" ? state : null}
      exitStatus={typeof exit === "number" ? exit : null}
      paused={valueAt(row, ["attributes", "paused"]) === true}
    />
  );
}

function textOf(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
}
