/** The groups of the store, and the page of one. */

import { useMemo } from "preact/hooks";

import type { PageProps } from "../page";
import { hrefOf } from "../../router/router";
import { count } from "../../parts/format";
import { SimpleList } from "../../parts/list/SimpleList";
import type { Column } from "../../parts/list/columns";
import { useCounts } from "../../parts/nodelist/useCounts";
import { useNames } from "../../parts/people";
import { Time } from "../../parts/small";
import { Group, type GroupRow } from "./Group";

export default function Groups({ rest }: PageProps) {
  const [id] = rest;
  return id === undefined ? <AllGroups /> : <Group id={id} />;
}

function AllGroups() {
  const users = useNames();
  const counts = useCounts("group");
  const columns = useMemo(() => columnsOf(users, counts), [users, counts]);
  return (
    <>
      <h1>Groups</h1>
      <SimpleList
        path="groups"
        dataKey="groups"
        noun="groups"
        columns={columns}
        idOf={(row) => row.uuid}
        order="-time"
        textKey="label"
        names={{ user: users }}
      >
        <p>This store has no groups.</p>
        <p>
          <a href={hrefOf(["nodes"])}>All nodes</a>
        </p>
      </SimpleList>
    </>
  );
}

function columnsOf(
  users: Readonly<Record<string, string>>,
  counts: ReadonlyMap<string | number, number> | null,
): readonly Column<GroupRow>[] {
  const size = (row: GroupRow) => (counts ? (counts.get(row.label) ?? 0) : null);
  return [
    {
      key: "label",
      title: "Label",
      order: "label",
      text: (row) => row.label,
      cell: (row) => <a href={hrefOf(["groups", row.uuid])}>{row.label || "no label"}</a>,
    },
    {
      key: "type_string",
      title: "Type",
      order: "type_string",
      text: (row) => row.type_string,
      cell: (row) => <span class="mono">{row.type_string}</span>,
    },
    {
      key: "nodes",
      title: "Nodes",
      isNumeric: true,
      text: size,
      cell: (row) => {
        const number = size(row);
        return number === null ? <span class="muted">…</span> : count(number);
      },
    },
    {
      key: "user",
      title: "Owner",
      text: (row) => users[row.user_id] ?? null,
      cell: (row) => (
        <a href={hrefOf(["people", String(row.user_id)])}>
          {users[row.user_id] ?? `user ${row.user_id}`}
        </a>
      ),
    },
    {
      key: "time",
      title: "Created",
      order: "time",
      isDescendingFirst: true,
      text: (row) => row.time,
      cell: (row) => <Time value={row.time} />,
    },
    {
      key: "description",
      title: "Description",
      text: (row) => row.description,
      cell: (row) => <span title={row.description}>{row.description}</span>,
    },
  ];
}
