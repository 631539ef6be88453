/** One computer: its jobs by state and exit status, its hours, and the nodes that it made. */

import { useMemo } from "preact/hooks";

import { urlOf } from "../../api/http";
import type { JsonObject } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";
import { hrefOf } from "../../router/router";
import { literal, type Term } from "../../router/selection";
import { count, counted } from "../../parts/format";
import { NodeList } from "../../parts/nodelist/NodeList";
import { lineOfJson } from "../../parts/nodelist/rows";
import { Uuid } from "../../parts/small";
import { Loaded, Panel } from "../../parts/states";

export interface ComputerRow {
  readonly id: number;
  readonly uuid: string;
  readonly label: string;
  readonly hostname: string;
  readonly description: string;
  readonly scheduler_type: string;
  readonly transport_type: string;
  readonly metadata: JsonObject | null;
}

interface Statistics {
  readonly jobs: number;
  readonly labels: Readonly<Record<string, number>>;
  readonly states: Readonly<Record<string, number>>;
  readonly exit_statuses: Readonly<Record<string, number>>;
  readonly wall_hours: {
    readonly hours: number;
    readonly jobs: number;
    readonly at_least: boolean;
  };
}

const WITHOUT = ["computer"];

export function Computer({ id }: { id: string }) {
  const path = `computers/${encodeURIComponent(id)}`;
  const answer = useAnswer<{ computers: readonly ComputerRow[] }>(urlOf(path));
  const statistics = useAnswer<{ statistics: Statistics }>(urlOf(`${path}/statistics`));
  const computer = answer.data?.computers[0];
  return (
    <>
      <p class="crumbs">
        <a href={hrefOf(["computers"])}>Computers</a>
      </p>
      <Loaded answer={answer}>
        {({ computers }) => computers[0] && <About computer={computers[0]} />}
      </Loaded>
      {computer && (
        <>
          <Panel title="Jobs">
            <Loaded answer={statistics}>
              {(data) => <Jobs of={data.statistics} pk={computer.id} />}
            </Loaded>
          </Panel>
          <Nodes computer={computer} />
        </>
      )}
    </>
  );
}

function Nodes({ computer }: { computer: ComputerRow }) {
  const fixed = useMemo(() => [onComputer(computer.id)], [computer.id]);
  return <NodeList fixed={fixed} without={WITHOUT} name={`nodes-on-${computer.label}`} />;
}

function onComputer(pk: number): Term {
  return { key: "computer", operator: "=", value: String(pk) };
}

function About({ computer }: { computer: ComputerRow }) {
  const metadata = Object.entries(computer.metadata ?? {});
  return (
    <>
      <h1>
        {computer.label} <Uuid uuid={computer.uuid} />
      </h1>
      <Panel title="About">
        {computer.description && <p>{computer.description}</p>}
        <dl class="facts">
          <div>
            <dt>Host</dt>
            <dd class="mono">{computer.hostname}</dd>
          </div>
          <div>
            <dt>Scheduler</dt>
            <dd class="mono">{computer.scheduler_type}</dd>
          </div>
          <div>
            <dt>Transport</dt>
            <dd class="mono">{computer.transport_type}</dd>
          </div>
          {metadata.map(([key, value]) => (
            <div key={key}>
              <dt>{key}</dt>
              <dd class="mono">{lineOfJson(value, 400)}</dd>
            </div>
          ))}
        </dl>
      </Panel>
    </>
  );
}

function Jobs({ of, pk }: { of: Statistics; pk: number }) {
  if (of.jobs === 0) return <p class="muted">No calculation job ran here.</p>;
  const { hours, jobs, at_least: isLeast } = of.wall_hours;
  return (
    <>
      <p>
        {counted(of.jobs, "calculation job")}
        {jobs > 0 && (
          <span class="muted">
            {" · "}
            {isLeast ? "at least " : ""}
            {Number(hours.toPrecision(3))} h of run time, of {counted(jobs, "job")}
          </span>
        )}
      </p>
      <Counts title="What ran" of={of.labels} pk={pk} name="attributes.process_label" />
      <Counts title="State" of={of.states} pk={pk} name="attributes.process_state" />
      <Counts title="Exit status" of={of.exit_statuses} pk={pk} name="attributes.exit_status" />
    </>
  );
}

function Counts(props: {
  title: string;
  of: Readonly<Record<string, number>>;
  pk: number;
  name: string;
}) {
  const entries = Object.entries(props.of).sort(([, one], [, two]) => two - one);
  if (entries.length === 0) return null;
  return (
    <p>
      {props.title}:{" "}
      {entries.map(([value, number], at) => (
        <span key={value}>
          {at > 0 && " · "}
          <a href={hrefOf(["nodes"], jobsWith(props.pk, props.name, value))}>{value}</a>{" "}
          <span class="muted">{count(number)}</span>
        </span>
      ))}
    </p>
  );
}

const CALCJOB = "process.calculation.calcjob.CalcJobNode.";

function jobsWith(pk: number, name: string, value: string): readonly Term[] {
  const isNumber = name === "attributes.exit_status";
  return [
    { key: "node_type", operator: "=", value: literal(CALCJOB) },
    onComputer(pk),
    { key: name, operator: "=", value: isNumber ? value : literal(value) },
  ];
}
