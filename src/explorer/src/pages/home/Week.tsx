/** The last seven days: nodes, processes, and what failed. Asked for when the rest is there. */

import { useMemo } from "preact/hooks";

import { urlOf } from "../../api/http";
import type { Facet, ProcessRow } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";
import { count } from "../../parts/format";
import { Failure, Panel } from "../../parts/states";
import { hrefOf } from "../../router/router";
import { textOf, type Term } from "../../router/selection";
import { startOf } from "../processes/asked";
import { processesIn } from "./home";
import { Newest } from "./Newest";

const PAST = "7d";
const FAILED = `failed=1&past=${PAST}`;

export function Week({ isReady }: { isReady: boolean }) {
  const since = useMemo(() => startOf(PAST, new Date()) ?? "", []);
  const filter: Term = { key: "ctime", operator: ">=", value: since };
  const query = `${textOf([filter])}&facet=node_type&size=1000`;
  const types = useAnswer<{ facets: { node_type: Facet } }>(
    isReady ? urlOf("nodes/facets", query) : null,
  );
  const failed = useAnswer<{ processes: readonly ProcessRow[] }>(
    isReady ? urlOf("processes", `${FAILED}&include=summary&limit=5`) : null,
  );
  const facet = types.data?.facets.node_type;
  const nodes = facet ? sum(facet) : null;
  const bad = failed.headers ? Number(failed.headers.get("X-Total-Count") ?? 0) : null;
  const error = types.error ?? failed.error;
  return (
    <Panel title="In the last 7 days">
      {error && (
        <Failure
          error={error}
          onRetry={() => {
            types.retry();
            failed.retry();
          }}
        />
      )}
      <ul class="week">
        <Big number={nodes} noun="nodes" href={hrefOf(["nodes"], [filter])} />
        <Big
          number={facet ? processesIn(facet.buckets) : null}
          noun="processes"
          href={hrefOf(["processes"], `past=${PAST}`)}
        />
        <Big number={bad} noun="failed" href={hrefOf(["processes"], FAILED)} isBad={!!bad} />
      </ul>
      {failed.data && failed.data.processes.length > 0 && (
        <>
          <h3>Newest failures</h3>
          <Newest processes={failed.data.processes} />
        </>
      )}
    </Panel>
  );
}

function sum(facet: Facet): number {
  return facet.buckets.reduce((total, bucket) => total + bucket.count, facet.other + facet.missing);
}

function Big(props: { number: number | null; noun: string; href: string; isBad?: boolean }) {
  const { number, noun, href, isBad = false } = props;
  return (
    <li>
      <a href={href} class={isBad ? "state-failed" : ""}>
        <strong>{number === null ? "…" : count(number)}</strong> {isBad && "⚠ "}
        {noun}
      </a>
    </li>
  );
}
