/** The computers of the store, and the page of one. */

import { useMemo } from "preact/hooks";

import type { PageProps } from "../page";
import { hrefOf } from "../../router/router";
import { count } from "../../parts/format";
import { SimpleList } from "../../parts/list/SimpleList";
import type { Column } from "../../parts/list/columns";
import { useCounts } from "../../parts/nodelist/useCounts";
import { Computer, type ComputerRow } from "./Computer";

export default function Computers({ rest }: PageProps) {
  const [id] = rest;
  return id === undefined ? <AllComputers /> : <Computer id={id} />;
}

function AllComputers() {
  const counts = useCounts("computer");
  const columns = useMemo(() => columnsOf(counts), [counts]);
  return (
    <>
      <h1>Computers</h1>
      <SimpleList
        path="computers"
        dataKey="computers"
        noun="computers"
        columns={columns}
        idOf={(row) => row.uuid}
        order="label"
        textKey="label"
      />
    </>
  );
}

function columnsOf(
  counts: ReadonlyMap<string | number, number> | null,
): readonly Column<ComputerRow>[] {
  const nodes = (row: ComputerRow) => (counts ? (counts.get(row.id) ?? 0) : null);
  return [
    {
      key: "label",
      title: "Label",
      order: "label",
      text: (row) => row.label,
      cell: (row) => <a href={hrefOf(["computers", row.uuid])}>{row.label || "no label"}</a>,
    },
    plain("hostname", "Host"),
    plain("scheduler_type", "Scheduler"),
    plain("transport_type", "Transport"),
    {
      key: "nodes",
      title: "Nodes",
      isNumeric: true,
      text: nodes,
      cell: (row) => {
        const number = nodes(row);
        return number === null ? <span class="muted">…</span> : count(number);
      },
    },
    plain("description", "Description"),
  ];
}

function plain(
  key: "hostname" | "scheduler_type" | "transport_type" | "description",
  title: string,
): Column<ComputerRow> {
  return { key, title, order: key, text: (row) => row[key], cell: (row) => row[key] };
}
