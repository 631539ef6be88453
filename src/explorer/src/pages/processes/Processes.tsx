/** All processes: what runs, what failed, how they ended. */

import "./processes.css";

import { useMemo } from "preact/hooks";

import type { Bucket, Facet } from "../../api/types";
import { Failure } from "../../parts/states";
import { setFilters } from "../../parts/list/Chips";
import { FacetRail, type FacetSpec } from "../../parts/list/FacetRail";
import { SimpleList } from "../../parts/list/SimpleList";
import { className, isProcess, kindOf } from "../../parts/kinds";
import { KindShape } from "../../parts/small";
import { hrefOf, terms } from "../../router/router";
import { filtersOf, quoted, VIEW_KEYS, type Term } from "../../router/selection";
import { pastOf, takenOf, WINDOWS, whichOf, withPast, withWhich, type Which } from "./asked";
import { COLUMNS, WALL, type ProcessItem } from "./columns";
import { Outcomes } from "./Outcomes";
import { useProcessFacets, type Facets } from "./useProcessFacets";

const TABS: readonly (readonly [Which, string])[] = [
  ["all", "All"],
  ["running", "Running"],
  ["failed", "Failed"],
];

const SPECS: readonly FacetSpec[] = [
  {
    name: "attributes.process_label",
    title: "Process",
    key: "attributes.process_label",
    kind: "values",
  },
  {
    name: "node_type",
    title: "Kind",
    key: "node_type",
    kind: "values",
    show: ({ value }) => (
      <>
        <KindShape kind={kindOf(String(value))} /> {className(String(value))}
      </>
    ),
  },
  {
    name: "attributes.exit_status",
    title: "Exit status",
    key: "attributes.exit_status",
    kind: "values",
  },
  { name: "group", title: "Group", key: "group", kind: "relation" },
  { name: "computer", title: "Computer", key: "computer", kind: "values", word },
  { name: "user", title: "Creator", key: "user", kind: "values", word },
  { name: "ctime:month", title: "Month", key: "ctime", kind: "month" },
];

const TABLE = {
  fields: [
    "uuid",
    "label",
    "attributes.process_label",
    "attributes.process_state",
    "attributes.exit_status",
    "attributes.exit_message",
    "ctime",
    "mtime",
    "process_type",
  ],
};
const QUERY = `include=summary&attributes=true&attributes_filter=${quoted(WALL)}`;

function word(bucket: Bucket): string {
  return bucket.label ?? `number ${String(bucket.value)}`;
}

export default function Processes() {
  const filters = filtersOf(terms.value);
  const counted = useProcessFacets(filters);
  const facets = useMemo(() => onlyProcesses(counted.facets), [counted.facets]);
  return (
    <>
      <h1>Processes</h1>
      <div class="process-tools">
        <Tabs filters={filters} />
        <Window filters={filters} />
      </div>
      {counted.error && <Failure error={counted.error} />}
      {facets ? (
        <Outcomes
          states={facets["attributes.process_state"] ?? null}
          exits={facets["attributes.exit_status"] ?? null}
        />
      ) : (
        !counted.error && <Counting />
      )}
      <div class="list-page">
        <FacetRail specs={SPECS} facets={facets} isStale={counted.isStale} />
        <div class="list-main">
          <SimpleList<ProcessItem>
            path="processes"
            dataKey="processes"
            noun="processes"
            columns={COLUMNS}
            idOf={(row) => row.uuid}
            order="-ctime"
            textKey="label"
            names={namesOf(facets)}
            query={QUERY}
            selection={takenOf(filters)}
            table={TABLE}
          >
            <p>This store has no processes.</p>
            <p>
              <a href={hrefOf(["nodes"])}>All nodes</a>
            </p>
          </SimpleList>
        </div>
      </div>
    </>
  );
}

/** In place of the chart: counting all processes of a large store takes seconds. */
function Counting() {
  return (
    <section class="outcomes outcomes-waiting" aria-busy="true">
      <h2>How they ended</h2>
      <p class="muted" role="status">
        Counting the processes…
      </p>
    </section>
  );
}

function Tabs({ filters }: { filters: readonly Term[] }) {
  const now = whichOf(filters);
  const view = terms.value.filter(({ key }) => VIEW_KEYS.has(key) && key === "limit");
  return (
    <nav class="process-tabs" aria-label="Which processes">
      {TABS.map(([which, title]) => (
        <a
          key={which}
          href={hrefOf(["processes"], [...withWhich(filters, which), ...view])}
          aria-current={which === now ? "page" : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  );
}

function Window({ filters }: { filters: readonly Term[] }) {
  const past = pastOf(filters);
  const choices = [...new Set([...WINDOWS, ...(past ? [past] : [])])];
  return (
    <label>
      Created{" "}
      <select
        value={past ?? ""}
        onChange={(event) => setFilters(withPast(filters, event.currentTarget.value || null))}
      >
        <option value="">at any time</option>
        {choices.map((one) => (
          <option key={one} value={one}>
            in the last {said(one)}
          </option>
        ))}
      </select>
    </label>
  );
}

function said(past: string): string {
  const names: Readonly<Record<string, string>> = { d: "day", h: "hour", m: "minute" };
  const number = Number(past.slice(0, -1));
  const name = names[past.slice(-1)] ?? past;
  return number === 1 ? name : `${number} ${name}s`;
}

/** Types without those of data, which are counted because the type is no filter of its own facet. */
function onlyProcesses(facets: Facets | null): Facets | null {
  const types: Facet | undefined = facets?.["node_type"];
  if (!facets || !types) return facets;
  const buckets = types.buckets.filter(({ value }) => isProcess(String(value)));
  return { ...facets, node_type: { ...types, buckets, other: 0 } };
}

function namesOf(facets: Facets | null) {
  const named = (name: string) =>
    Object.fromEntries(
      (facets?.[name]?.buckets ?? []).map((bucket) => [String(bucket.value), word(bucket)]),
    );
  return { user: named("user"), computer: named("computer") };
}
