/** Rows of a log, with the one that a link leads to marked and in view. */

import { useEffect, useRef } from "preact/hooks";

import type { NodeDetail } from "../../../api/types";
import { exact, short } from "../../../parts/format";
import { hrefOf } from "../../../router/router";
import { cutAt, isGrave, type LogRow, type LogView } from "./log";

export function LogRows(props: { node: NodeDetail; view: LogView; rows: readonly LogRow[] }) {
  const { node, view, rows } = props;
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    list.current?.querySelector(".current")?.scrollIntoView({ block: "center" });
  }, [view.row, rows.length]);
  return (
    <ol class="log" ref={list}>
      {rows.map((row) => (
        <Row key={row.id} node={node} view={view} row={row} />
      ))}
    </ol>
  );
}

function Row({ node, view, row }: { node: NodeDetail; view: LogView; row: LogRow }) {
  const isCurrent = row.id === view.row;
  const time = row.time === null ? null : new Date(row.time);
  return (
    <li
      class={isCurrent ? "log-row current" : "log-row"}
      aria-current={isCurrent ? "true" : undefined}
    >
      <p class="log-head">
        <a href={hrefOf(["nodes", row.process, "logs"], `row=${row.id}`)} title="Link to this row">
          {time ? <time dateTime={time.toISOString()}>{exact(time)}</time> : `row ${row.id}`}
        </a>
        <span class={isGrave(row.levelname) ? "log-level grave" : "log-level"}>
          {row.levelname}
        </span>
        {row.process !== node.uuid && (
          <a href={hrefOf(["nodes", row.process])} class="mono">
            {"↳".repeat(Math.min(row.depth, 3))} {short(row.process)}
          </a>
        )}
        <span class="muted log-logger" title={row.loggername ?? ""}>
          {row.loggername}
        </span>
      </p>
      <pre class="log-message">
        <Found text={row.message ?? ""} find={view.find} />
      </pre>
    </li>
  );
}

/** A text in which another one is marked. */
export function Found({ text, find }: { text: string; find: string }) {
  return <>{cutAt(text, find).map((part, at) => (at % 2 ? <mark key={at}>{part}</mark> : part))}</>;
}
