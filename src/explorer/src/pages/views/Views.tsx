/** Saved selections of the store: those that its keeper gave a name, and what each answers. */

import "../../parts/list/list.css";

import type { PageProps } from "../page";
import { urlOf } from "../../api/http";
import { useAnswer } from "../../api/useAnswer";
import { hrefOf } from "../../router/router";
import { site } from "../../site";
import { ListTable } from "../../parts/list/ListTable";
import type { Column } from "../../parts/list/columns";
import { Empty, Loaded } from "../../parts/states";
import { View, type ViewRow } from "./View";

export default function Views({ rest }: PageProps) {
  const [name] = rest;
  const answer = useAnswer<{ views: readonly ViewRow[] }>(urlOf("views"));
  if (answer.error?.code === "unknown-route") return <NoViews />;
  return (
    <Loaded answer={answer}>
      {({ views }) => {
        const view = views.find((one) => one.name === name);
        if (view) return <View view={view} />;
        return (
          <>
            <h1>Views</h1>
            {name !== undefined && <p role="alert">There is no view “{name}”.</p>}
            {views.length ? <All views={views} /> : <NoViews />}
          </>
        );
      }}
    </Loaded>
  );
}

function NoViews() {
  return (
    <Empty>
      <p>This store has no saved views.</p>
      <p>
        The keeper of the server can save one in its configuration. A list of nodes with its filters
        is an address of its own, which you can bookmark or send.
      </p>
      <p>
        <a href={hrefOf(["nodes"])}>All nodes</a>
        {site.docs && (
          <>
            {" · "}
            <a href={`${site.top}/docs`}>API docs</a>
          </>
        )}
      </p>
    </Empty>
  );
}

const KINDS: Readonly<Record<ViewRow["answers"], string>> = {
  nodes: "list of nodes",
  rows: "table",
  facets: "counts",
};

const COLUMNS: readonly Column<ViewRow>[] = [
  {
    key: "title",
    title: "View",
    text: (view) => view.title,
    cell: (view) => <a href={hrefOf(["views", view.name])}>{view.title}</a>,
  },
  {
    key: "answers",
    title: "Gives",
    text: (view) => view.answers,
    cell: (view) => KINDS[view.answers],
  },
  {
    key: "description",
    title: "About",
    text: (view) => view.description,
    cell: (view) => <span title={view.description}>{view.description}</span>,
  },
  {
    key: "name",
    title: "Name",
    text: (view) => view.name,
    cell: (view) => <code>{view.name}</code>,
  },
];

function All({ views }: { views: readonly ViewRow[] }) {
  return (
    <div class="list-scroll">
      <ListTable caption="Views" columns={COLUMNS} rows={views} idOf={(view) => view.name} />
    </div>
  );
}
