/** A list of nodes with its facets: the page of all nodes, and that of a group, a person, a computer. */

import { useMemo, useState } from "preact/hooks";

import { encode, queryOf, urlOf } from "../../api/http";
import { useAnswer } from "../../api/useAnswer";
import { hrefOf, setTerms, terms } from "../../router/router";
import { filtersOf, textOf, viewValue, withView, type Term } from "../../router/selection";
import { className, kindOf } from "../kinds";
import { Chips } from "../list/Chips";
import { ChoiceBar } from "../list/ChoiceBar";
import { Files } from "../list/Files";
import { FacetRail, type FacetSpec } from "../list/FacetRail";
import { FilterField } from "../list/FilterField";
import { ListTable } from "../list/ListTable";
import { NoRows } from "../list/NoRows";
import { Pager } from "../list/Pager";
import { ThisQuery } from "../list/ThisQuery";
import { keysOf } from "../list/columns";
import { fromStart, nextCursor, pageAt } from "../list/pages";
import type { Names } from "../list/words";
import { KindShape } from "../small";
import { Loaded } from "../states";
import { AddColumn } from "./AddColumn";
import { columnsOf, SHOWN_FIRST } from "./columns";
import { titleOf, wantOf, type NodeItem } from "./rows";
import { useFacets, type FacetsOfList } from "./useFacets";

const NEWEST = "-ctime";

const SPECS: readonly FacetSpec[] = [
  {
    name: "node_type",
    title: "Type",
    key: "node_type",
    kind: "values",
    show: ({ value }) => (
      <>
        <KindShape kind={kindOf(String(value))} /> {className(String(value))}
      </>
    ),
  },
  {
    name: "attributes.process_state",
    title: "Process state",
    key: "attributes.process_state",
    kind: "values",
  },
  {
    name: "attributes.exit_status",
    title: "Exit status",
    key: "attributes.exit_status",
    kind: "values",
  },
  { name: "group", title: "Group", key: "group", kind: "relation" },
  {
    name: "computer",
    title: "Computer",
    key: "computer",
    kind: "values",
    word: (bucket) => bucket.label ?? `computer ${String(bucket.value)}`,
  },
  {
    name: "user",
    title: "Creator",
    key: "user",
    kind: "values",
    word: (bucket) => bucket.label ?? `user ${String(bucket.value)}`,
  },
  { name: "ctime:month", title: "Month", key: "ctime", kind: "month" },
];

export interface NodeListProps {
  /** Filters that belong to the page, beside those of the address: `group="paper"`. */
  readonly fixed?: readonly Term[];
  /** Facets that say nothing here, because the page is about one value of them. */
  readonly without?: readonly string[];
  /** A name for files. */
  readonly name?: string;
}

const NO_TERMS: readonly Term[] = [];
const NO_NAMES: readonly string[] = [];

export function NodeList({ fixed = NO_TERMS, without = NO_NAMES, name = "nodes" }: NodeListProps) {
  const filters = [...fixed, ...filtersOf(terms.value)];
  const counted = useFacets(filters);
  const specs = useMemo(() => SPECS.filter((spec) => !without.includes(spec.name)), [without]);
  return (
    <>
      <FilterField path="nodes" id="filter" textKey="label" />
      <Chips names={counted.names} />
      <div class="list-page">
        <FacetRail specs={specs} facets={counted.facets} isStale={counted.isStale}>
          <MoreFacets counted={counted} />
        </FacetRail>
        <div class="list-main">
          <NodeTable filters={filters} total={counted.total} names={counted.names} name={name} />
        </div>
      </div>
    </>
  );
}

function MoreFacets({ counted }: { counted: FacetsOfList }) {
  if (counted.isCountingMore) return <p class="muted small">Counting process states…</p>;
  if (!counted.hasMore) return null;
  return (
    <button type="button" onClick={counted.askMore}>
      Count process states
    </button>
  );
}

function NodeTable(props: {
  filters: readonly Term[];
  total: number | null;
  names: Names;
  name: string;
}) {
  const here = terms.value;
  const { cursor, limit } = pageAt(here);
  const order = viewValue(here, "orderby") ?? NEWEST;
  const keys = keysOf(viewValue(here, "columns") ?? SHOWN_FIRST.join(","));
  const columns = columnsOf(keys);
  const asked = textOf(props.filters);
  const want = `want=${encode(JSON.stringify(wantOf(keys)))}`;
  const paged = queryOf({ orderby: order, limit, cursor });
  const query = [asked, paged, want].filter((part) => part !== "").join("&");
  const answer = useAnswer<{ rows: readonly NodeItem[] }>(urlOf("nodes/select", query));
  const choice = useChoice(answer.data?.rows ?? []);
  const setColumns = (next: readonly string[]) =>
    setTerms(withView(here, "columns", next.length ? next.join(",") : "uuid"));
  const page = (rows: readonly NodeItem[]) => ({
    shown: rows.length,
    next: answer.isStale ? null : nextCursor(answer.headers),
    total: props.total,
    noun: "nodes",
  });
  return (
    <Loaded answer={answer} lines={16}>
      {({ rows }) => (
        <>
          <div class="list-tools">
            <AddColumn query={asked} shown={keys} onAdd={(key) => setColumns([...keys, key])} />
            <ThisQuery
              url={urlOf("nodes", [asked, `orderby=${order}`].filter(Boolean).join("&"))}
            />
            <Files
              name={props.name}
              columns={columns}
              rows={rows}
              selection={{ query: asked, where: null }}
              table={{ want: wantOf(keys), orderby: order }}
            />
            {rows.length > 0 && <Pager {...page(rows)} />}
          </div>
          {rows.length === 0 ? (
            <NoRows noun="nodes" names={props.names} />
          ) : (
            <>
              <div class="list-scroll">
                <ListTable
                  caption="Nodes"
                  columns={columns}
                  rows={rows}
                  idOf={(row) => row.uuid}
                  order={order}
                  onOrder={(next) => setTerms(withView(fromStart(here), "orderby", next))}
                  onRemoveColumn={(key) => setColumns(keys.filter((other) => other !== key))}
                  choice={choice}
                />
              </div>
              <Pager {...page(rows)} hasSize />
            </>
          )}
          <ChoiceBar chosen={choice.chosen} onClear={choice.clear} />
        </>
      )}
    </Loaded>
  );
}

/** The nodes that were ticked; they stay ticked from page to page. */
function useChoice(rows: readonly NodeItem[]) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (uuid: string) => {
    const next = new Set(chosen);
    if (!next.delete(uuid)) next.add(uuid);
    setChosen(next);
  };
  const labelOf = (uuid: string) => {
    const row = rows.find((one) => one.uuid === uuid);
    return row ? `${titleOf(row, className(row.node_type))} ${uuid.slice(0, 8)}` : uuid;
  };
  return { chosen, toggle, labelOf, clear: () => setChosen(new Set()) };
}

/** The address of the nodes that filters choose. */
export function nodesWith(...filters: readonly Term[]): string {
  return hrefOf(["nodes"], filters);
}
