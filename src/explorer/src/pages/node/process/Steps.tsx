/** What a process called: a tree with states and run times, and the same on one axis of time. */

import { useMemo, useState } from "preact/hooks";

import { counted, duration, exact } from "../../../parts/format";
import { kindOf } from "../../../parts/kinds";
import { KindShape, NodeLink, StateBadge } from "../../../parts/small";
import { Tree } from "../../../parts/tree/Tree";
import { hrefOf, navigate } from "../../../router/router";
import { axisOf, placeOn, stepsOf, ticksOf, type Axis, type Step } from "./steps";
import type { Summary } from "./summary";

const NONE: ReadonlySet<string> = new Set();

export function Steps({ summary }: { summary: Summary }) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(NONE);
  const [current, setCurrent] = useState<string | null>(null);
  const all = useMemo(() => stepsOf(summary, NONE), [summary]);
  const axis = useMemo(() => axisOf(all), [all]);
  const rows = useMemo(() => stepsOf(summary, folded), [summary, folded]);
  const toggle = (row: Step, isOpen: boolean) => {
    const next = new Set(folded);
    if (isOpen) next.delete(row.id);
    else next.add(row.id);
    setFolded(next);
  };
  const parents = all.filter((step) => step.isOpen !== null).map((step) => step.id);
  return (
    <>
      <div class="steps-tools">
        <span>
          {counted(summary.called_total, "process", "processes")} called
          {summary.is_complete ? "" : `, ${counted(all.length - 1, "of them", "of them")} shown`}
        </span>
        <button type="button" onClick={() => setFolded(new Set(parents.slice(1)))}>
          Fold all
        </button>
        <button type="button" onClick={() => setFolded(NONE)}>
          Unfold all
        </button>
      </div>
      {axis && <AxisHead axis={axis} />}
      <div class="steps" style={{ height: `${Math.min(rows.length, 24) * 24 + 2}px` }}>
        <Tree
          label="Called processes, with their states and times"
          rows={rows}
          current={current}
          onCurrent={(row) => setCurrent(row.id)}
          onToggle={toggle}
        >
          {(row) => <Line step={row} axis={axis} />}
        </Tree>
      </div>
      <Legend steps={all} axis={axis} current={rows.find((row) => row.id === current)} />
    </>
  );
}

function Line({ step, axis }: { step: Step; axis: Axis | null }) {
  return (
    <span class="step">
      <span class="step-name">
        <KindShape kind={kindOf(step.nodeType)} />{" "}
        <NodeLink uuid={step.uuid}>{step.title}</NodeLink>
        {step.linkLabel && step.linkLabel !== "CALL" && (
          <span class="muted"> {step.linkLabel}</span>
        )}
      </span>
      <span class="step-state">
        <StateBadge state={step.process_state} exitStatus={step.exit_status} paused={step.paused} />
      </span>
      <span class="step-took">{step.wallSeconds === null ? "–" : took(step)}</span>
      {axis && <Track step={step} axis={axis} />}
    </span>
  );
}

function took({ wallSeconds, isWallAtLeast }: Step): string {
  return `${isWallAtLeast ? "≥ " : ""}${duration(wallSeconds ?? 0)}`;
}

/** A point where the process was made, a bar as long as it ran, a line as far as it called others. */
function Track({ step, axis }: { step: Step; axis: Axis }) {
  const { created, wallSeconds, calledUntil } = step;
  if (created === null) return <span class="track" />;
  const from = placeOn(axis, created);
  const until = calledUntil === null ? from : placeOn(axis, calledUntil);
  const end = wallSeconds === null ? from : placeOn(axis, created + wallSeconds);
  const width = (to: number) => `${Math.max(0, to - from)}%`;
  return (
    <span class="track" title={tellingOf(step)}>
      {calledUntil !== null && (
        <span class="track-called" style={{ left: `${from}%`, width: width(until) }} />
      )}
      {wallSeconds !== null && (
        <span class="track-ran" style={{ left: `${from}%`, width: width(end) }} />
      )}
      <span class="track-point" style={{ left: `${from}%` }} />
    </span>
  );
}

/** The times of a step in a sentence. */
function tellingOf(step: Step): string {
  const { created, wallSeconds, calledUntil } = step;
  if (created === null) return "No time is known.";
  const parts = [`created ${exact(new Date(created * 1000))}`];
  parts.push(wallSeconds === null ? "run time not known" : `ran for ${took(step)}`);
  if (calledUntil !== null && calledUntil > created) {
    parts.push(`its steps reach to ${exact(new Date(calledUntil * 1000))} at least`);
  }
  return parts.join(", ");
}

function AxisHead({ axis }: { axis: Axis }) {
  return (
    <div class="axis" aria-hidden="true">
      <span class="muted">since {exact(new Date(axis.from * 1000))}</span>
      <span class="axis-ticks">
        {ticksOf(axis).map((tick) => (
          <span key={tick} style={{ left: `${placeOn(axis, axis.from + tick)}%` }}>
            {tick === 0 ? "0" : duration(tick)}
          </span>
        ))}
      </span>
    </div>
  );
}

function Legend(props: { steps: readonly Step[]; axis: Axis | null; current: Step | undefined }) {
  const { steps, axis, current } = props;
  const unknown = steps.filter((step) => step.wallSeconds === null).length;
  const isInstant = axis !== null && axis.to === axis.from;
  return (
    <div class="steps-legend">
      {current && (
        <p role="status">
          <button
            type="button"
            onClick={() => navigate(hrefOf(["nodes", current.uuid, "process"]))}
          >
            Open {current.title}
          </button>{" "}
          {tellingOf(current)}
          {current.exit_message ? `. ${current.exit_message}` : ""}
        </p>
      )}
      <p class="muted">
        <span class="track-point still" aria-hidden="true" /> created ·{" "}
        <span class="track-ran still" aria-hidden="true" /> how long it ran, drawn from its creation
        (when it began is not stored) · <span class="track-called still" aria-hidden="true" /> it
        called others in this time.
      </p>
      {unknown > 0 && (
        <p class="muted">
          {unknown === steps.length
            ? "No run time is known: nothing in the store tells it."
            : `The run time of ${unknown} of ${counted(steps.length, "process", "processes")} is not known: nothing in the store tells it.`}
          {isInstant && " All were created within one second, the precision of the times here."}
        </p>
      )}
    </div>
  );
}
