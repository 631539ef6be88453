/** What a node is, told from its type string. */

export type Kind = "data" | "calculation" | "workflow" | "code" | "other";

export function kindOf(nodeType: string): Kind {
  if (nodeType.startsWith("process.calculation.")) return "calculation";
  if (nodeType.startsWith("process.workflow.")) return "workflow";
  if (nodeType.startsWith("data.core.code.")) return "code";
  return nodeType.startsWith("data.") ? "data" : "other";
}

export function isProcess(nodeType: string): boolean {
  return nodeType.startsWith("process.");
}

/** The last name of a type string: `data.core.structure.StructureData.` is `StructureData`. */
export function className(nodeType: string): string {
  const parts = nodeType.replace(/[.|%]+$/, "").split(".");
  return parts[parts.length - 1] || nodeType || "node";
}

export type Outcome =
  "ok" | "failed" | "excepted" | "killed" | "running" | "waiting" | "created" | "unknown";

/** How a process went, from its state and exit status. */
export function outcomeOf(state: string | null, exitStatus: number | null): Outcome {
  switch ((state ?? "").toLowerCase()) {
    case "finished":
      return exitStatus ? "failed" : "ok";
    case "excepted":
      return "excepted";
    case "killed":
      return "killed";
    case "running":
      return "running";
    case "waiting":
      return "waiting";
    case "created":
      return "created";
    default:
      return "unknown";
  }
}

/** Whether a process that went so failed. */
export function isFailure(outcome: Outcome): boolean {
  return outcome === "failed" || outcome === "excepted" || outcome === "killed";
}

export const OUTCOME_WORDS: Readonly<Record<Outcome, { sign: string; word: string }>> = {
  ok: { sign: "✓", word: "finished" },
  failed: { sign: "⚠", word: "failed" },
  excepted: { sign: "✕", word: "excepted" },
  killed: { sign: "⊘", word: "killed" },
  running: { sign: "●", word: "running" },
  waiting: { sign: "◔", word: "waiting" },
  created: { sign: "○", word: "created" },
  unknown: { sign: "?", word: "no state" },
};
