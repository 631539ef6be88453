/** The log of a process: levels, search, the logs of what it called, and what the scheduler wrote. */

import "./log.css";

import { useState } from "preact/hooks";

import type { NodeDetail } from "../../../api/types";
import { useAnswer } from "../../../api/useAnswer";
import { count, counted } from "../../../parts/format";
import { Empty, Failure, Loaded } from "../../../parts/states";
import { hrefOf, setTerms, terms } from "../../../router/router";
import { quoted, withView } from "../../../router/selection";
import { textAt } from "../describe";
import type { TabProps } from "../tab";
import { LEVELS, logUrl, logView, withText, type LogRow, type LogView } from "./log";
import { LogRows } from "./LogRows";
import { StreamLines } from "./StreamLines";
import { useFollow } from "./useFollow";

const RUNNING = ["created", "waiting", "running"];

export default function LogsTab({ node }: TabProps) {
  const view = logView(terms.value);
  const isJob = node.node_type.startsWith("process.calculation.calcjob.");
  return (
    <section class="panel logs" aria-label="Log">
      {isJob && <Places node={node} view={view} />}
      {view.stream ? (
        <StreamLines uuid={node.uuid} view={view} stream={view.stream} />
      ) : (
        <Log node={node} view={view} />
      )}
    </section>
  );
}

function Places({ node, view }: { node: NodeDetail; view: LogView }) {
  const places = [
    [null, "Log", ""],
    ["stdout", "Scheduler output", "stream=stdout"],
    ["stderr", "Scheduler errors", "stream=stderr"],
  ] as const;
  return (
    <nav class="log-places" aria-label="What is shown">
      {places.map(([stream, title, query]) => (
        <a
          key={title}
          href={hrefOf(["nodes", node.uuid, "logs"], query)}
          aria-current={view.stream === stream ? "true" : undefined}
        >
          {title}
        </a>
      ))}
    </nav>
  );
}

function Log({ node, view }: { node: NodeDetail; view: LogView }) {
  const answer = useAnswer<{ logs: readonly LogRow[] }>(logUrl(node.uuid, view));
  const isRunning = RUNNING.includes(textAt(node.attributes, "process_state").toLowerCase());
  const [isFollowed, setFollowed] = useState(true);
  const known = answer.isStale ? null : (answer.data?.logs ?? null);
  const follow = useFollow(node.uuid, view, known, isRunning && isFollowed);
  const total = Number(answer.headers?.get("X-Total-Count") ?? NaN);
  return (
    <>
      <Tools view={view} hasCalls={(node.link_counts?.outgoing ?? 0) > 0} />
      {isRunning && (
        <Follow
          isFollowed={isFollowed}
          isRunning={follow.isRunning}
          onToggle={() => setFollowed(!isFollowed)}
        />
      )}
      {follow.error && <Failure error={follow.error} />}
      <Loaded answer={answer} lines={8}>
        {({ logs }) => (
          <Rows
            node={node}
            view={view}
            rows={known === null ? logs : follow.rows}
            more={total - logs.length}
          />
        )}
      </Loaded>
    </>
  );
}

function Rows(props: { node: NodeDetail; view: LogView; rows: readonly LogRow[]; more: number }) {
  const { node, view, rows, more } = props;
  const shown = withText(rows, view.find);
  if (rows.length === 0) {
    return (
      <Empty>
        {view.level ? (
          <>
            <p>Nothing of the level {view.level} or above was logged.</p>
            <button type="button" onClick={() => set("level", null)}>
              Show all levels
            </button>
          </>
        ) : (
          <p>This process logged nothing.</p>
        )}
      </Empty>
    );
  }
  return (
    <>
      <p class="muted" role="status">
        {view.find
          ? `${count(shown.length)} of ${counted(rows.length, "row")} have this text`
          : counted(rows.length, "row")}
        {more > 0 && (
          <>
            , the newest of {count(rows.length + more)} —{" "}
            <button type="button" class="plain" onClick={() => set("all", "1")}>
              show all
            </button>
          </>
        )}
      </p>
      {view.row !== null && !rows.some((row) => row.id === view.row) && (
        <p>The row {view.row} is not among those that are shown.</p>
      )}
      <LogRows node={node} view={view} rows={shown} />
    </>
  );
}

function Tools({ view, hasCalls }: { view: LogView; hasCalls: boolean }) {
  return (
    <form
      class="log-tools"
      onSubmit={(event) => {
        event.preventDefault();
        const text = new FormData(event.currentTarget).get("find");
        set("find", typeof text === "string" && text ? quoted(text) : null);
      }}
    >
      <label>
        Level{" "}
        <select
          value={view.level ?? ""}
          onChange={(event) => set("level", event.currentTarget.value || null)}
        >
          <option value="">all</option>
          {LEVELS.map((level) => (
            <option key={level} value={level}>
              {level} and above
            </option>
          ))}
        </select>
      </label>
      <label>
        Find{" "}
        <input
          name="find"
          type="search"
          defaultValue={view.find}
          key={view.find}
          placeholder="text in the log"
        />
      </label>
      <button>Find</button>
      {hasCalls && (
        <label>
          <input
            type="checkbox"
            checked={view.isDeep}
            onChange={(event) => set("deep", event.currentTarget.checked ? "1" : null)}
          />{" "}
          with the logs of all processes that it called
        </label>
      )}
    </form>
  );
}

function Follow(props: { isFollowed: boolean; isRunning: boolean; onToggle: () => void }) {
  const { isFollowed, isRunning, onToggle } = props;
  if (!isRunning) return <p class="muted">The process has ended; the log is complete.</p>;
  return (
    <p class="log-follow">
      <span class={isFollowed ? "state state-running" : "muted"}>
        {isFollowed ? "● New rows appear by themselves." : "New rows are not looked for."}
      </span>{" "}
      <button type="button" aria-pressed={isFollowed} onClick={onToggle}>
        {isFollowed ? "Stop" : "Follow"}
      </button>
    </p>
  );
}

function set(key: string, value: string | null): void {
  setTerms(withView(terms.peek(), key, value));
}
