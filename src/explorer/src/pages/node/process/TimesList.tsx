/** When a process was made, ran and ended: each time with the place that tells it. */

import type { ComponentChildren } from "preact";

import { Duration, Time } from "../../../parts/small";
import type { SecondsFact, TimeFact, Times } from "./summary";

const WHEN: readonly (readonly [keyof Times, string])[] = [
  ["created", "created"],
  ["submitted", "submitted"],
  ["started", "started"],
  ["last_seen", "last seen"],
  ["ended", "ended"],
];
const LONG: readonly (readonly [keyof Times, string])[] = [
  ["wall_seconds", "run time"],
  ["cpu_seconds", "processor time"],
];

const SOURCES: Readonly<Record<string, string>> = {
  ctime: "creation of the node",
  log: "last row of the log",
  detailed_job_info: "the scheduler, after the end",
  last_job_info: "the last poll of the scheduler",
  last_jobinfo: "the last poll of the scheduler",
  scheduler_lastchecktime: "the last check of the queue",
  cached: "the job that the result was copied from",
};

export function TimesList({ times }: { times: Times }) {
  const names = [...WHEN, ...LONG];
  const unknown = names.filter(([key]) => times[key] === null).map(([, title]) => title);
  return (
    <>
      <dl class="facts">
        {WHEN.map(([key, title]) => {
          const fact = times[key] as TimeFact | null;
          return fact && <Fact key={key} title={title} source={fact.source} value={when(fact)} />;
        })}
        {LONG.map(([key, title]) => {
          const fact = times[key] as SecondsFact | null;
          return fact && <Fact key={key} title={title} source={fact.source} value={long(fact)} />;
        })}
      </dl>
      {unknown.length > 0 && (
        <p class="muted">Not known: {unknown.join(", ")}. Nothing in the store tells it.</p>
      )}
    </>
  );
}

function Fact(props: { title: string; source: string; value: ComponentChildren }) {
  return (
    <div>
      <dt>{props.title}</dt>
      <dd>
        {props.value}{" "}
        <span class="muted" title={props.source}>
          {SOURCES[props.source] ?? props.source}
        </span>
      </dd>
    </div>
  );
}

function when({ value, zone, at_most: isAtMost }: TimeFact) {
  const limit = isAtMost ? "at the latest " : "";
  if (zone === "UTC") {
    return (
      <>
        {limit}
        <Time value={value} exactly />
      </>
    );
  }
  return (
    <>
      {limit}
      <span title="By the clock of the scheduler, whose time zone is not stored.">
        {value} (scheduler’s clock)
      </span>
    </>
  );
}

function long({ value, at_least: isAtLeast }: SecondsFact) {
  return (
    <>
      {isAtLeast ? "at least " : ""}
      <Duration seconds={value} />
    </>
  );
}
