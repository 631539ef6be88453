/** Small parts that every page uses. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { hrefOf } from "../router/router";
import { ago, bytes, duration, exact, short } from "./format";
import { className, kindOf, OUTCOME_WORDS, outcomeOf, type Kind } from "./kinds";

/** A time, relative, with the exact one on hover and for machines. */
export function Time({ value, exactly = false }: { value: string | null; exactly?: boolean }) {
  const time = value ? new Date(value) : null;
  if (!time || Number.isNaN(time.getTime())) return <span class="muted">–</span>;
  return (
    <time dateTime={time.toISOString()} title={exact(time)}>
      {exactly ? exact(time) : ago(time)}
    </time>
  );
}

export function Duration({ seconds }: { seconds: number | null | undefined }) {
  if (seconds == null) return <span class="muted">–</span>;
  return <span title={`${seconds} s`}>{duration(seconds)}</span>;
}

export function Bytes({ size }: { size: number | null | undefined }) {
  if (size == null) return <span class="muted">–</span>;
  return <span title={`${size} bytes`}>{bytes(size)}</span>;
}

/** The shape of a node: circle data, square calculation, diamond workflow, rounded square code. */
export function KindShape({ kind }: { kind: Kind }) {
  return (
    <svg
      class={`kind kind-${kind}`}
      viewBox="0 0 16 16"
      width="12"
      height="12"
      role="img"
      aria-label={kind}
    >
      {kind === "calculation" && <rect x="2" y="2" width="12" height="12" />}
      {kind === "workflow" && <path d="M8 1 15 8 8 15 1 8Z" />}
      {kind === "code" && <rect x="2" y="2" width="12" height="12" rx="4" />}
      {(kind === "data" || kind === "other") && <circle cx="8" cy="8" r="6.5" />}
    </svg>
  );
}

/** The type of a node: its shape and class name, with the whole type on hover. */
export function NodeType({ type }: { type: string }) {
  return (
    <span class="node-type" title={type}>
      <KindShape kind={kindOf(type)} /> {className(type)}
    </span>
  );
}

/** State of a process: an icon and a word, and the exit status of what failed. */
export function StateBadge(props: {
  state: string | null;
  exitStatus: number | null;
  paused?: boolean;
}) {
  const outcome = outcomeOf(props.state, props.exitStatus);
  const { sign, word } = OUTCOME_WORDS[outcome];
  return (
    <span class={`state state-${outcome}`}>
      <span aria-hidden="true">{sign}</span>{" "}
      {outcome === "failed" ? `exit ${props.exitStatus}` : word}
      {props.paused ? " (paused)" : ""}
    </span>
  );
}

/** A button that copies text, and says that it did. */
export function Copy({
  text,
  label,
  children,
}: {
  /** Text, or what makes it when the button is pressed. */
  text: string | (() => string);
  label: string;
  children?: ComponentChildren;
}) {
  const [isDone, setDone] = useState(false);
  const copy = async () => {
    await copyText(typeof text === "string" ? text : text());
    setDone(true);
    setTimeout(() => setDone(false), 1500);
  };
  return (
    <button type="button" class="copy" aria-label={label} title={label} onClick={() => void copy()}>
      {children ?? <CopySign />}
      <span class="copied" role="status">
        {isDone ? " copied" : ""}
      </span>
    </button>
  );
}

function CopySign() {
  return (
    <svg class="sign-copy" viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
      <path d="M5 5V2h9v9h-3M2 5h9v9H2z" />
    </svg>
  );
}

/** Copy text also where the page is not served over HTTPS, which the clipboard API asks for. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "offscreen";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** A link to the page of a node. */
export function NodeLink({ uuid, children }: { uuid: string; children?: ComponentChildren }) {
  return (
    <a href={hrefOf(["nodes", uuid])} class={children ? "" : "mono"}>
      {children ?? short(uuid)}
    </a>
  );
}

/** A uuid of which a click copies all. */
export function Uuid({ uuid }: { uuid: string }) {
  return (
    <Copy text={uuid} label={`Copy uuid ${uuid}`}>
      <span class="mono">{short(uuid)}</span>
    </Copy>
  );
}
