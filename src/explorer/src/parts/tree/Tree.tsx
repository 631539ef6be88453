/**
 * A tree of rows of one height, of which only those in sight are drawn.
 *
 * The tree has the focus, and tells by `aria-activedescendant` which row is the current one. Arrow
 * keys walk and fold, Home, End, PageUp and PageDown jump, Enter and the blank act.
 */

import "./tree.css";

import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface TreeRow {
  readonly id: string;
  readonly depth: number;
  /** Its number among its siblings, from 0. */
  readonly at: number;
  readonly siblings: number;
  /** null: it cannot be unfolded. */
  readonly isOpen: boolean | null;
}

export interface TreeProps<R extends TreeRow> {
  readonly label: string;
  readonly rows: readonly R[];
  readonly current: string | null;
  readonly onCurrent: (row: R) => void;
  /** Fold or unfold a row. */
  readonly onToggle: (row: R, isOpen: boolean) => void;
  /** Enter, the blank or a click on a row; folds and unfolds where it can. */
  readonly onAct?: (row: R) => void;
  readonly children: (row: R) => ComponentChildren;
}

const HEIGHT = 24;
const SPARE = 12;
/** Browsers draw no element that is higher than some millions of pixels. */
const MOST = 600_000;

export function Tree<R extends TreeRow>(props: TreeProps<R>) {
  const { rows, current } = props;
  const box = useRef<HTMLDivElement>(null);
  const base = useId();
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const length = Math.min(rows.length, MOST);
  const at = rows.findIndex((row) => row.id === current);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const read = () => setSeen({ top: element.scrollTop, height: element.clientHeight });
    const watcher = new ResizeObserver(read);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || at < 0) return;
    const top = at * HEIGHT;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + HEIGHT > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + HEIGHT - element.clientHeight;
    }
  }, [at, current]);
  const first = Math.max(0, Math.floor(seen.top / HEIGHT) - SPARE);
  const end = Math.min(length, Math.ceil((seen.top + seen.height) / HEIGHT) + SPARE);
  return (
    <div
      ref={box}
      class="tree"
      role="tree"
      tabIndex={0}
      aria-label={props.label}
      aria-activedescendant={at >= 0 ? `${base}-${current}` : undefined}
      onScroll={(event) =>
        setSeen({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })
      }
      onFocus={() => {
        if (at < 0 && rows[0]) props.onCurrent(rows[0]);
      }}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (walk(props, at, event.key, Math.max(1, Math.floor(seen.height / HEIGHT) - 1))) {
          event.preventDefault();
          event.stopPropagation();
        }
      }}
    >
      <div role="presentation" class="tree-body" style={{ height: `${length * HEIGHT}px` }}>
        {rows.slice(first, end).map((row, offset) => (
          <Line
            key={row.id}
            row={row}
            id={`${base}-${row.id}`}
            top={(first + offset) * HEIGHT}
            isCurrent={row.id === current}
            tree={props}
          />
        ))}
      </div>
    </div>
  );
}

function Line<R extends TreeRow>(props: {
  row: R;
  id: string;
  top: number;
  isCurrent: boolean;
  tree: TreeProps<R>;
}) {
  const { row, tree } = props;
  return (
    <div
      id={props.id}
      role="treeitem"
      class={props.isCurrent ? "tree-row current" : "tree-row"}
      aria-level={row.depth + 1}
      aria-posinset={row.at + 1}
      aria-setsize={row.siblings}
      aria-expanded={row.isOpen ?? undefined}
      aria-selected={props.isCurrent}
      style={{ top: `${props.top}px`, paddingLeft: `${row.depth * 16 + 4}px` }}
      onClick={() => {
        tree.onCurrent(row);
        act(tree, row);
      }}
    >
      <span class="tree-fold" aria-hidden="true">
        {row.isOpen === null ? "" : row.isOpen ? "▾" : "▸"}
      </span>
      {tree.children(row)}
    </div>
  );
}

function act<R extends TreeRow>(tree: TreeProps<R>, row: R): void {
  if (row.isOpen !== null) tree.onToggle(row, !row.isOpen);
  tree.onAct?.(row);
}

/** Do what a key means; false for a key that means nothing here. */
function walk<R extends TreeRow>(
  tree: TreeProps<R>,
  at: number,
  key: string,
  page: number,
): boolean {
  const { rows } = tree;
  const row = rows[at];
  const go = (to: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, to))];
    if (next) tree.onCurrent(next);
    return true;
  };
  switch (key) {
    case "ArrowDown":
      return go(at + 1);
    case "ArrowUp":
      return go(at - 1);
    case "Home":
      return go(0);
    case "End":
      return go(rows.length - 1);
    case "PageDown":
      return go(at + page);
    case "PageUp":
      return go(at - page);
    case "ArrowRight":
    case "ArrowLeft":
      return row ? sideways(tree, row, at, key === "ArrowRight", go) : false;
    case "Enter":
    case " ":
      if (row) act(tree, row);
      return true;
    default:
      return false;
  }
}

/** Right unfolds, then goes to the first member; left folds, then goes to the parent. */
function sideways<R extends TreeRow>(
  tree: TreeProps<R>,
  row: R,
  at: number,
  isRight: boolean,
  go: (to: number) => boolean,
): boolean {
  if (isRight) {
    if (row.isOpen === false) tree.onToggle(row, true);
    else if (row.isOpen) return go(at + 1);
    return true;
  }
  if (row.isOpen) {
    tree.onToggle(row, false);
    return true;
  }
  for (let above = at - 1; above >= 0; above--) {
    if ((tree.rows[above]?.depth ?? 0) < row.depth) return go(above);
  }
  return true;
}
