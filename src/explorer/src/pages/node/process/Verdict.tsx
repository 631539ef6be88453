/** How a process went, in one line: what it is doing, that it finished, or why it failed. */

import "./process.css";

import type { ComponentChildren } from "preact";

import type { NodeDetail } from "../../../api/types";
import { counted } from "../../../parts/format";
import { OUTCOME_WORDS, outcomeOf } from "../../../parts/kinds";
import { Duration, StateBadge, Time } from "../../../parts/small";
import { Failure, Skeleton } from "../../../parts/states";
import { hrefOf } from "../../../router/router";
import { OriginLink } from "./Origin";
import { reasonOf } from "./reason";
import { hasFailed, useSummary, useTraceback, type Summary, type Traceback } from "./summary";

export default function Verdict({ node }: { node: NodeDetail }) {
  const answer = useSummary(node.uuid);
  if (answer.error) return <Failure error={answer.error} onRetry={answer.retry} />;
  if (!answer.data) return <Skeleton lines={1} />;
  return <Line node={node} summary={answer.data.summary} />;
}

function Line({ node, summary }: { node: NodeDetail; summary: Summary }) {
  const isBad = hasFailed(summary);
  const { data, error, retry } = useTraceback(node.uuid, isBad);
  const outcome = outcomeOf(summary.process_state, summary.exit_status);
  return (
    <section class={`verdict verdict-${isBad ? "failed" : outcome}`} aria-label="How it went">
      <p class="verdict-line">
        {isBad ? (
          <>
            <span class="verdict-sign" aria-hidden="true">
              {OUTCOME_WORDS[outcome].sign}
            </span>{" "}
            <Why summary={summary} traceback={data?.traceback ?? null} />
          </>
        ) : (
          <>
            <StateBadge
              state={summary.process_state}
              exitStatus={summary.exit_status}
              paused={summary.paused}
            />{" "}
            <Going summary={summary} />
          </>
        )}
      </p>
      {error && <Failure error={error} onRetry={retry} />}
      {data && <Because node={node} traceback={data.traceback} />}
      <p class="muted verdict-more">
        {isBad && (
          <More node={node} tab="traceback">
            All lines of the reason
          </More>
        )}
        {summary.called_total > 0 && (
          <More node={node} tab="process">
            {counted(summary.called_total, "process", "processes")} called
          </More>
        )}
        <More node={node} tab="logs">
          Log
        </More>
      </p>
    </section>
  );
}

function More(props: { node: NodeDetail; tab: string; children: ComponentChildren }) {
  return <a href={hrefOf(["nodes", props.node.uuid, props.tab])}>{props.children}</a>;
}

function Why({ summary, traceback }: { summary: Summary; traceback: Traceback | null }) {
  const words = {
    excepted: "Excepted: ",
    killed: "Killed: ",
  }[outcomeOf(summary.process_state, null) as string];
  const reason = traceback ? reasonOf(traceback) : null;
  if (!words) {
    return (
      <strong>
        Failed: exit {summary.exit_status}
        {summary.exit_message ? `, ${summary.exit_message}` : ""}
      </strong>
    );
  }
  return (
    <strong>
      {words}
      {reason ?? (traceback ? "nothing stored tells why" : "…")}
    </strong>
  );
}

/** The line that tells the reason where it says more than the exit message, and where it stands. */
function Because({ node, traceback }: { node: NodeDetail; traceback: Traceback }) {
  const { origin, called, exit_status: status, exit_message: message } = traceback;
  if (!origin) return null;
  const reason = reasonOf(traceback);
  const isNews = status !== null && reason !== null && reason !== message;
  return (
    <>
      {called.length > 0 && (
        <p>
          Because of{" "}
          {called.map((one, at) => (
            <span key={one.uuid}>
              {at > 0 && ", which failed because of "}
              <a href={hrefOf(["nodes", one.uuid])}>{one.process_label ?? "a process"}</a>{" "}
              <StateBadge state={one.process_state} exitStatus={one.exit_status} />
            </span>
          ))}
        </p>
      )}
      {isNews && <p class="mono verdict-reason">{reason}</p>}
      <p class="muted">
        Told by <OriginLink node={node} origin={origin} />.
      </p>
    </>
  );
}

function Going({ summary }: { summary: Summary }) {
  const { times, is_running: isRunning } = summary;
  if (isRunning) {
    return (
      <>
        since <Time value={times.created?.value ?? null} exactly /> (
        <Time value={times.created?.value ?? null} />)
        {times.last_seen?.zone === "UTC" && (
          <>
            , last seen <Time value={times.last_seen.value} />
          </>
        )}
        .{" "}
        <span class="muted">When it began to run is not stored; this is when it was created.</span>
      </>
    );
  }
  return (
    <>
      created <Time value={times.created?.value ?? null} />
      {times.wall_seconds && times.wall_seconds.value > 0 && (
        <>
          , ran for {times.wall_seconds.at_least ? "at least " : ""}
          <Duration seconds={times.wall_seconds.value} />
        </>
      )}
      {summary.exit_message && `, ${summary.exit_message}`}.
    </>
  );
}
