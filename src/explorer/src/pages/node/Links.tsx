/** The neighbours of a node on one side, as a short table for each type of link. */

import { useState } from "preact/hooks";

import type { LinkRow, NodeDetail } from "../../api/types";
import { count, short } from "../../parts/format";
import { className, kindOf } from "../../parts/kinds";
import { KindShape, NodeLink, Time } from "../../parts/small";
import { Panel } from "../../parts/states";
import { hrefOf } from "../../router/router";
import { grouped, type LinkGroup, type Side } from "./links";

const SHORT = 8;
const WORDS: Readonly<Record<Side, { title: string; none: string; relation: string }>> = {
  incoming: { title: "Comes from", none: "Nothing leads to this node.", relation: "with_outgoing" },
  outgoing: { title: "Leads to", none: "Nothing came from this node.", relation: "with_incoming" },
};

export function Links({ node, side }: { node: NodeDetail; side: Side }) {
  const { title, none, relation } = WORDS[side];
  const rows = node.links?.[side] ?? [];
  const total = node.links?.totals[side] ?? node.link_counts?.[side] ?? 0;
  return (
    <Panel
      title={
        <>
          {title} <span class="tab-count">{count(total)}</span>
        </>
      }
    >
      {total === 0 && <p class="muted">{none}</p>}
      {grouped(rows, side).map((group) => (
        <Group key={group.type} group={group} isWhole={rows.length >= total} />
      ))}
      {rows.length < total && (
        <p>
          {count(rows.length)} of {count(total)} shown —{" "}
          <a href={hrefOf(["nodes"], [{ key: relation, operator: "=", value: node.uuid }])}>
            list them all
          </a>
        </p>
      )}
    </Panel>
  );
}

function Group({ group, isWhole }: { group: LinkGroup; isWhole: boolean }) {
  const [isLong, setLong] = useState(false);
  const rows = isLong ? group.rows : group.rows.slice(0, SHORT);
  return (
    <>
      <table class="table links">
        <caption>
          {group.title} <code class="muted">{group.type}</code>{" "}
          <span class="muted">
            {count(group.rows.length)}
            {isWhole ? "" : " or more"}
          </span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Link</th>
            <th scope="col">Node</th>
            <th scope="col">Created</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={`${row.link_label} ${row.uuid}`} row={row} />
          ))}
        </tbody>
      </table>
      {rows.length < group.rows.length && (
        <button type="button" class="plain" onClick={() => setLong(true)}>
          Show {count(group.rows.length - rows.length)} more
        </button>
      )}
    </>
  );
}

function Row({ row }: { row: LinkRow }) {
  return (
    <tr>
      <td class="mono">{row.link_label}</td>
      <th scope="row">
        <KindShape kind={kindOf(row.node_type)} />{" "}
        <NodeLink uuid={row.uuid}>{row.label || className(row.node_type)}</NodeLink>{" "}
        <span class="muted" title={row.node_type}>
          {row.label ? className(row.node_type) : short(row.uuid)}
        </span>
      </th>
      <td>
        <Time value={row.ctime} />
      </td>
    </tr>
  );
}
