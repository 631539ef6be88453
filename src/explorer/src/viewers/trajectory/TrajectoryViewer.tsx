/** A trajectory: one step after the other, by a slider or as a film. */

import { useEffect, useMemo, useState } from "preact/hooks";

import type { ApiError } from "../../api/http";
import { asApiError } from "../../api/useAnswer";
import type { Json } from "../../api/types";
import { Empty, Failure, Skeleton } from "../../parts/states";
import { Scene } from "../structure/Scene";
import { cellOf, DRAWN, vector, type Atom } from "../structure/structure";
import type { ViewerProps } from "../props";
import { stepsOf, useSteps } from "./steps";

const MILLISECONDS = 120;

export default function TrajectoryViewer({ node, compact = false }: ViewerProps) {
  const total = stepsOf(node.attributes);
  const [step, setStep] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const { positions, cell, time, error, retry } = useSteps(node, step);
  const symbols = node.attributes?.["symbols"];
  const atoms = useMemo(() => atomsOf(positions, symbols), [positions, symbols]);
  const cellVectors = useMemo(() => cellOf(cell ?? node.attributes?.["cell"]), [cell, node]);
  useEffect(() => {
    if (!isPlaying || total < 2) return undefined;
    const timer = setInterval(() => setStep((now) => (now + 1) % total), MILLISECONDS);
    return () => clearInterval(timer);
  }, [isPlaying, total]);
  if (total === 0) return <Empty>There are no steps in this trajectory.</Empty>;
  return (
    <div class="structure">
      {error && <StepFailure error={error} onRetry={retry} />}
      {!error && !positions && <Skeleton lines={8} />}
      {positions && (
        <Scene
          title={`Step ${step + 1} of ${total}`}
          atoms={atoms}
          cell={cellVectors}
          subject={node.uuid}
          isCompact={compact}
        />
      )}
      <div class="scene-tools">
        <button type="button" onClick={() => setPlaying(!isPlaying)}>
          {isPlaying ? "Stop" : "Play"}
        </button>
        <label>
          step{" "}
          <input
            type="range"
            min={0}
            max={total - 1}
            value={step}
            onInput={(event) => setStep(event.currentTarget.valueAsNumber)}
          />
        </label>
        <span>
          {step + 1} of {total}
          {time !== null && ` at ${time} ps`}
        </span>
      </div>
    </div>
  );
}

function StepFailure({ error, onRetry }: { error: ApiError; onRetry: () => void }) {
  return <Failure error={asApiError(error)} onRetry={onRetry} />;
}

function atomsOf(positions: unknown, symbols: Json | undefined): Atom[] {
  if (!Array.isArray(positions)) return [];
  const names = Array.isArray(symbols) ? (symbols as readonly Json[]).map(String) : [];
  const atoms: Atom[] = [];
  positions.slice(0, DRAWN).forEach((value, at) => {
    const position = vector(value);
    const kind = names[at] ?? "X";
    if (position) atoms.push({ kind, element: kind.replace(/\d+$/, ""), position });
  });
  return atoms;
}
