/** The columns of a list of processes. */

import type { ProcessRow } from "../../api/types";
import { className, kindOf } from "../../parts/kinds";
import type { Column } from "../../parts/list/columns";
import { duration, short } from "../../parts/format";
import { KindShape, NodeLink, StateBadge, Time, Uuid } from "../../parts/small";
import { hrefOf } from "../../router/router";

/** The key of the run time that the last poll of a scheduler told. */
export const WALL = "last_job_info.wallclock_time_seconds";

export interface ProcessItem extends ProcessRow {
  readonly attributes?: Readonly<Record<string, unknown>>;
}

const NONE = <span class="muted">–</span>;

function wallOf(row: ProcessItem): number | null {
  const value = row.attributes?.[WALL];
  return typeof value === "number" ? value : null;
}

function nameOf(row: ProcessItem): string {
  return row.label || row.process_label || className(row.node_type);
}

export const COLUMNS: readonly Column<ProcessItem>[] = [
  {
    key: "label",
    title: "Process",
    order: "label",
    text: nameOf,
    cell: (row) => (
      <>
        <KindShape kind={kindOf(row.node_type)} />{" "}
        <NodeLink uuid={row.uuid}>{nameOf(row)}</NodeLink>
        {row.label && row.process_label && row.label !== row.process_label && (
          <span class="muted"> {row.process_label}</span>
        )}
      </>
    ),
  },
  {
    key: "state",
    title: "State, exit",
    order: "attributes.exit_status",
    isDescendingFirst: true,
    text: (row) => row.process_state,
    cell: (row) => (
      <StateBadge state={row.process_state} exitStatus={row.exit_status} paused={row.paused} />
    ),
  },
  {
    key: "exit_message",
    title: "Message",
    text: (row) => row.exit_message,
    cell: (row) =>
      row.exit_message ? <span title={row.exit_message}>{row.exit_message}</span> : NONE,
  },
  {
    key: "ctime",
    title: "Created",
    order: "ctime",
    isDescendingFirst: true,
    text: (row) => row.ctime,
    cell: (row) => <Time value={row.ctime} />,
  },
  {
    key: "wall",
    title: "Ran at least",
    isNumeric: true,
    text: wallOf,
    cell: (row) => {
      const seconds = wallOf(row);
      return seconds === null ? (
        NONE
      ) : (
        <span title="As the last poll of the scheduler told it">{duration(seconds)}</span>
      );
    },
  },
  {
    key: "parent",
    title: "Called by",
    text: (row) => row.parent,
    cell: (row) => (row.parent ? <NodeLink uuid={row.parent}>{short(row.parent)}</NodeLink> : NONE),
  },
  {
    key: "user",
    title: "Creator",
    text: (row) => row.user?.name ?? null,
    cell: (row) =>
      row.user ? <a href={hrefOf(["people", String(row.user.id)])}>{row.user.name}</a> : NONE,
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
];
