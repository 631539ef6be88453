/** The first page of a store: what it holds, when it was made, and what ran last. */

import "./home.css";

import { urlOf } from "../../api/http";
import type { Facet, ProcessRow } from "../../api/types";
import { useAnswer, type Loading } from "../../api/useAnswer";
import { counted } from "../../parts/format";
import { Bytes, Time } from "../../parts/small";
import { Loaded, Panel } from "../../parts/states";
import { hrefOf } from "../../router/router";
import { site } from "../../site";
import { Activity } from "./Activity";
import { Newest } from "./Newest";
import { Types } from "./Types";
import { Week } from "./Week";
import { originOf, type Archive, type Statistics } from "./home";

const FACETS = "facet=node_type&facet=group&size=1000";
const NEWEST = "include=summary&orderby=-ctime&limit=10";

interface Held {
  readonly statistics: Statistics;
  readonly archive: Archive | null;
}

interface Counts {
  readonly facets: { readonly node_type: Facet; readonly group: Facet };
}

export default function Home() {
  const statistics = useAnswer<Held>(urlOf("server/statistics"));
  const counts = useAnswer<Counts>(urlOf("nodes/facets", FACETS));
  const newest = useAnswer<{ processes: readonly ProcessRow[] }>(urlOf("processes", NEWEST));
  return (
    <>
      <h1>{site.profile ?? "The store"}</h1>
      <Loaded answer={statistics} lines={2}>
        {(data) => <Numbers of={data.statistics} origin={originOf(data.archive)} />}
      </Loaded>
      <div class="home">
        <aside class="home-types" aria-label="Types of nodes">
          <Panel title="What is in it">
            <Loaded answer={counts} lines={10}>
              {({ facets }) => <Types facet={facets.node_type} />}
            </Loaded>
          </Panel>
          <Groups counts={counts} statistics={statistics.data?.statistics ?? null} />
        </aside>
        <div class="home-main">
          <Week isReady={newest.data !== null || newest.error !== null} />
          <Panel title="Nodes by month">
            <Loaded answer={statistics}>
              {(data) => <Activity counts={data.statistics.nodes_by_month} />}
            </Loaded>
          </Panel>
          <Panel title="Newest processes" actions={<a href={hrefOf(["processes"])}>All</a>}>
            <Loaded answer={newest} lines={10}>
              {({ processes }) => <Newest processes={processes} />}
            </Loaded>
          </Panel>
        </div>
      </div>
    </>
  );
}

function Numbers({ of, origin }: { of: Statistics; origin: string }) {
  const things: readonly (readonly [string, string])[] = [
    ["nodes", counted(of.nodes, "node")],
    ["groups", counted(of.groups, "group")],
    ["people", counted(of.users, "person", "people")],
    ["computers", counted(of.computers, "computer")],
  ];
  return (
    <p class="home-numbers">
      {things.map(([page, text]) => (
        <a key={page} href={hrefOf([page])}>
          {text}
        </a>
      ))}
      <span>{counted(of.links, "link")}</span>
      {of.files !== null && (
        <span>
          {counted(of.files, "file")}, <Bytes size={of.bytes} />
        </span>
      )}
      {of.last_ctime && (
        <span class="muted">
          newest node <Time value={of.last_ctime} />
        </span>
      )}
      {origin && <span class="muted">{origin}</span>}
    </p>
  );
}

const SHOWN = 8;

function Groups(props: { counts: Loading<Counts>; statistics: Statistics | null }) {
  const { counts, statistics } = props;
  const total = statistics?.groups ?? 0;
  return (
    <Panel title="Largest groups" actions={<a href={hrefOf(["groups"])}>All</a>}>
      <Loaded answer={counts} lines={4}>
        {({ facets }) => {
          const buckets = facets.group.buckets.slice(0, SHOWN);
          if (buckets.length === 0) {
            return <p class="muted">{total > 0 ? "All groups are empty." : "There are none."}</p>;
          }
          return (
            <ul class="home-list">
              {buckets.map(({ value, count: number }) => (
                <li key={String(value)}>
                  <a
                    href={hrefOf(
                      ["nodes"],
                      [
                        {
                          key: "group",
                          operator: "=",
                          value: `"${String(value).replaceAll('"', '""')}"`,
                        },
                      ],
                    )}
                  >
                    {String(value)}
                  </a>
                  <span class="muted">{counted(number, "node")}</span>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
}
