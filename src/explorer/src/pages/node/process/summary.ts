/** What the API tells of one process: `/processes/<id>/summary` and `/processes/<id>/traceback`. */

import { urlOf } from "../../../api/http";
import { useAnswer, type Loading } from "../../../api/useAnswer";
import { outcomeOf } from "../../../parts/kinds";

/** A time with the place that tells it; `zone` is null for the clock of a scheduler. */
export interface TimeFact {
  readonly value: string;
  readonly zone: "UTC" | null;
  readonly source: string;
  readonly at_most?: boolean;
}

/** A number of seconds with the place that tells it. */
export interface SecondsFact {
  readonly value: number;
  readonly source: string;
  readonly at_least?: boolean;
}

/** How a process went. */
export interface Outcome {
  readonly uuid: string;
  readonly process_label: string | null;
  readonly process_state: string | null;
  readonly exit_status: number | null;
  readonly exit_message: string | null;
  readonly paused: boolean;
}

export interface Called extends Outcome {
  readonly link_label: string;
  readonly label: string;
  readonly node_type: string;
  readonly created: TimeFact | null;
  readonly wall_seconds: SecondsFact | null;
  readonly cpu_seconds: SecondsFact | null;
  /** null where a limit ended the search. */
  readonly called: readonly Called[] | null;
}

export interface Port {
  readonly label: string;
  readonly link_type: string;
  readonly uuid: string;
  readonly node_type: string;
}

export interface Times {
  readonly created: TimeFact | null;
  readonly submitted: TimeFact | null;
  readonly started: TimeFact | null;
  readonly last_seen: TimeFact | null;
  readonly ended: TimeFact | null;
  readonly wall_seconds: SecondsFact | null;
  readonly cpu_seconds: SecondsFact | null;
}

export interface Summary extends Outcome {
  readonly label: string;
  readonly node_type: string;
  readonly is_running: boolean;
  readonly parent: string | null;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  readonly times: Times;
  readonly called: readonly Called[] | null;
  readonly called_total: number;
  readonly is_complete: boolean;
}

export interface Traceback {
  readonly state: string | null;
  readonly exit_status: number | null;
  readonly exit_message: string | null;
  readonly exception: string | null;
  readonly lines: readonly string[];
  readonly origin: Origin | null;
  readonly called: readonly Outcome[];
}

export interface Origin {
  readonly kind: string;
  readonly source: string;
  readonly process: string;
  readonly log_id: number | null;
  readonly filename: string | null;
}

export function useSummary(uuid: string): Loading<{ summary: Summary }> {
  return useAnswer(urlOf(`processes/${uuid}/summary`, { tree: 1 }));
}

/** Why a process failed; nothing is asked of one that did not. */
export function useTraceback(uuid: string, hasFailed: boolean): Loading<{ traceback: Traceback }> {
  return useAnswer(hasFailed ? urlOf(`processes/${uuid}/traceback`) : null);
}

export function hasFailed(outcome: Pick<Outcome, "process_state" | "exit_status">): boolean {
  const state = outcomeOf(outcome.process_state, outcome.exit_status);
  return state === "excepted" || state === "killed" || Boolean(outcome.exit_status);
}
