/** The people of the store, and the nodes of one. */

import { useMemo } from "preact/hooks";

import type { PageProps } from "../page";
import { urlOf } from "../../api/http";
import { useAnswer } from "../../api/useAnswer";
import { hrefOf } from "../../router/router";
import { count } from "../../parts/format";
import { SimpleList } from "../../parts/list/SimpleList";
import type { Column } from "../../parts/list/columns";
import { NodeList } from "../../parts/nodelist/NodeList";
import { useCounts } from "../../parts/nodelist/useCounts";
import { fullName, type UserRow } from "../../parts/people";
import { Loaded } from "../../parts/states";

export default function People({ rest }: PageProps) {
  const [id] = rest;
  return id === undefined ? <AllPeople /> : <Person id={id} />;
}

function AllPeople() {
  const counts = useCounts("user");
  const columns = useMemo(() => columnsOf(counts), [counts]);
  return (
    <>
      <h1>People</h1>
      <SimpleList
        path="users"
        dataKey="users"
        noun="people"
        columns={columns}
        idOf={(row) => String(row.id)}
        order="last_name"
        textKey="last_name"
      />
    </>
  );
}

function columnsOf(
  counts: ReadonlyMap<string | number, number> | null,
): readonly Column<UserRow>[] {
  const nodes = (row: UserRow) => (counts ? (counts.get(row.id) ?? 0) : null);
  return [
    {
      key: "name",
      title: "Name",
      order: "last_name",
      text: fullName,
      cell: (row) => <a href={hrefOf(["people", String(row.id)])}>{fullName(row)}</a>,
    },
    {
      key: "institution",
      title: "Institution",
      order: "institution",
      text: (row) => row.institution,
      cell: (row) => row.institution,
    },
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
    {
      key: "id",
      title: "PK",
      order: "id",
      isNumeric: true,
      text: (row) => row.id,
      cell: (row) => row.id,
    },
  ];
}

const WITHOUT = ["user"];

function Person({ id }: { id: string }) {
  const answer = useAnswer<{ users: readonly UserRow[] }>(urlOf(`users/${encodeURIComponent(id)}`));
  const fixed = useMemo(() => [{ key: "user", operator: "=", value: id }], [id]);
  return (
    <>
      <p class="crumbs">
        <a href={hrefOf(["people"])}>People</a>
      </p>
      <Loaded answer={answer}>
        {({ users }) =>
          users[0] && (
            <>
              <h1>{fullName(users[0])}</h1>
              <p class="muted">
                {users[0].institution}
                {users[0].email && (
                  <>
                    {" · "}
                    <a href={`mailto:${users[0].email}`}>{users[0].email}</a>
                  </>
                )}
              </p>
            </>
          )
        }
      </Loaded>
      {!answer.error && <NodeList fixed={fixed} without={WITHOUT} name={`nodes-of-user-${id}`} />}
    </>
  );
}
