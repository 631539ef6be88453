/** One saved selection: its nodes, its table, or its counts. */

import type { ComponentChildren } from "preact";

import { urlOf } from "../../api/http";
import type { Bucket, Facet, Json } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";
import { hrefOf } from "../../router/router";
import { count } from "../../parts/format";
import { SimpleList } from "../../parts/list/SimpleList";
import { ThisQuery } from "../../parts/list/ThisQuery";
import type { Column } from "../../parts/list/columns";
import { columnsOf } from "../../parts/nodelist/columns";
import { lineOfJson, type NodeItem } from "../../parts/nodelist/rows";
import { NodeLink } from "../../parts/small";
import { Loaded, Panel } from "../../parts/states";
import { flat, keysIn } from "./flat";

export interface ViewRow {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** The key of its answer in `data`. */
  readonly answers: "nodes" | "rows" | "facets";
}

export function View({ view }: { view: ViewRow }) {
  const path = `views/${encodeURIComponent(view.name)}`;
  return (
    <>
      <p class="crumbs">
        <a href={hrefOf(["views"])}>Views</a>
      </p>
      <h1>{view.title}</h1>
      {view.description && <p>{view.description}</p>}
      {view.answers === "nodes" && <Nodes path={path} />}
      {view.answers === "rows" && <Rows path={path} />}
      {view.answers === "facets" && <Counts path={path} />}
    </>
  );
}

const NODES = columnsOf(["type", "ctime", "id", "uuid"]);

function Nodes({ path }: { path: string }) {
  return (
    <SimpleList<NodeItem>
      path={path}
      dataKey="nodes"
      noun="nodes"
      columns={NODES}
      idOf={(row) => row.uuid}
      order={null}
    >
      <p>No node fulfils this view.</p>
    </SimpleList>
  );
}

type Raw = Readonly<Record<string, Json>>;

function Rows({ path }: { path: string }) {
  return (
    <SimpleList<Raw>
      path={path}
      dataKey="rows"
      noun="rows"
      columns={tableOf}
      idOf={(row) => JSON.stringify(row)}
      order={null}
    >
      <p>No node fulfils this view.</p>
    </SimpleList>
  );
}

function tableOf(rows: readonly Raw[]): readonly Column<Raw>[] {
  const known = new Map(rows.map((row) => [row, flat(row)]));
  const valueOf = (row: Raw, key: string): Json => (known.get(row) ?? flat(row))[key] ?? null;
  const isShown = (key: string) =>
    !key.endsWith(".more") || rows.some((row) => valueOf(row, key) !== false);
  const keys = keysIn([...known.values()]).filter(isShown);
  return keys.map((key) => ({
    key,
    title: key,
    text: (row) => {
      const value = valueOf(row, key);
      return typeof value === "string" || typeof value === "number" || value === null
        ? value
        : JSON.stringify(value);
    },
    cell: (row) => cellOf(key, valueOf(row, key)),
  }));
}

function cellOf(key: string, value: Json): ComponentChildren {
  if (value === null) return <span class="muted">–</span>;
  const isUuid = /(^|\.)uuid$/.test(key) && typeof value === "string";
  if (isUuid) return <NodeLink uuid={value} />;
  return <span title={lineOfJson(value, 400)}>{lineOfJson(value)}</span>;
}

interface Counted {
  readonly facets?: Readonly<Record<string, Facet>>;
  readonly stats?: Readonly<Record<string, Readonly<Record<string, number | null>>>>;
}

function Counts({ path }: { path: string }) {
  const answer = useAnswer<Counted>(urlOf(path));
  return (
    <>
      <div class="list-tools">
        <ThisQuery url={urlOf(path)} />
      </div>
      <Loaded answer={answer}>
        {({ facets = {}, stats = {} }) => (
          <>
            {Object.entries(facets).map(([name, facet]) => (
              <Panel key={name} title={name}>
                <Buckets name={name} facet={facet} />
              </Panel>
            ))}
            {Object.entries(stats).map(([name, numbers]) => (
              <Panel key={name} title={name}>
                <dl class="facts">
                  {Object.entries(numbers).map(([key, value]) => (
                    <div key={key}>
                      <dt>{key}</dt>
                      <dd>{value === null ? "–" : count(value)}</dd>
                    </div>
                  ))}
                </dl>
              </Panel>
            ))}
          </>
        )}
      </Loaded>
    </>
  );
}

function Buckets({ name, facet }: { name: string; facet: Facet }) {
  const most = Math.max(1, ...facet.buckets.map((bucket) => bucket.count));
  return (
    <>
      <table class="table">
        <caption class="offscreen">Nodes by {name}</caption>
        <thead>
          <tr>
            <th scope="col">Value</th>
            <th scope="col" class="number">
              Nodes
            </th>
            <th scope="col">
              <span class="offscreen">Share of the largest</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {facet.buckets.map((bucket, at) => (
            <tr key={at}>
              <th scope="row">{wordOf(bucket)}</th>
              <td class="number">{count(bucket.count)}</td>
              <td>
                <meter min={0} max={most} value={bucket.count}>
                  {bucket.count}
                </meter>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        {facet.other > 0 && `${count(facet.other)} with other values. `}
        {facet.missing > 0 && `${count(facet.missing)} without a value.`}
      </p>
    </>
  );
}

function wordOf(bucket: Bucket): string {
  if (bucket.label) return bucket.label;
  return bucket.value === null ? "a list or an object" : lineOfJson(bucket.value);
}
