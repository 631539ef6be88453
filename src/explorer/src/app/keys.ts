/** Keys of the whole explorer. A page adds its own with `useKeys`. */

import { useEffect } from "preact/hooks";

import { hrefOf, navigate } from "../router/router";

export interface Shortcut {
  /** One key, or two in a row with a blank between: `"/"`, `"g n"`. */
  readonly keys: string;
  readonly what: string;
  readonly run: () => void;
}

const active = new Set<readonly Shortcut[]>();
let pending = "";

function go(page: string): () => void {
  return () => navigate(hrefOf(page ? [page] : []));
}

const GLOBAL: readonly Shortcut[] = [
  { keys: "/", what: "search", run: () => document.getElementById("search")?.focus() },
  { keys: "g h", what: "go to the start page", run: go("") },
  { keys: "g n", what: "go to nodes", run: go("nodes") },
  { keys: "g p", what: "go to processes", run: go("processes") },
  { keys: "g g", what: "go to groups", run: go("groups") },
];

/** Everything that a key does now. */
export function shortcuts(): readonly Shortcut[] {
  return [...GLOBAL, ...[...active].flat()];
}

/** Keys of a component, while it is shown. Give a list made once, or by `useMemo`. */
export function useKeys(list: readonly Shortcut[]): void {
  useEffect(() => {
    active.add(list);
    return () => {
      active.delete(list);
    };
  }, [list]);
}

/** Listen to keys, but not while the reader writes. */
export function start(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isWriting(event.target)) return;
    const both = pending ? `${pending} ${event.key}` : event.key;
    const all = shortcuts();
    const found = all.find((one) => one.keys === both) ?? all.find((one) => one.keys === event.key);
    pending = !found && all.some((one) => one.keys.startsWith(`${event.key} `)) ? event.key : "";
    if (!found) return;
    event.preventDefault();
    found.run();
  });
}

function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
