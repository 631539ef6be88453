/** The tree of attributes and extras, its search, and what can be done with a member. */

import { useMemo, useState } from "preact/hooks";

import { count, counted } from "../../../parts/format";
import { Copy } from "../../../parts/small";
import { Tree } from "../../../parts/tree/Tree";
import { keepTerm, useLater } from "../../../router/later";
import { hrefOf, terms } from "../../../router/router";
import { viewValue } from "../../../router/selection";
import { isBranch, Members, sizeOf, writeExact, type Exact } from "../../../parts/exact";
import {
  above,
  filterOf,
  FOUND,
  idOf,
  keyOf,
  namesOf,
  plain,
  preview,
  rowsOf,
  search,
  STEP,
  type Row,
  type Unfolded,
} from "./rows";

const CELL = 300;
const WHOLE = 20_000;
/** Whether a tree this small is unfolded at first. */
const SMALL = 200;

interface Line extends Row {
  readonly isOpen: boolean | null;
}

export function JsonTree({ roots }: { roots: Members }) {
  const [first] = useState(() => start(roots));
  const [unfolded, setUnfolded] = useState<Unfolded>(first.unfolded);
  const [current, setCurrent] = useState<string | null>(first.current);
  const [text, setText] = useState(viewValue(terms.peek(), "find") ?? "");
  const [wanted, setWanted] = useState(text);
  useLater(text, 200, (value) => {
    setWanted(value.trim());
    keepTerm("find", value.trim() || null);
  });
  const found = useMemo(() => (wanted ? search(roots, wanted) : null), [roots, wanted]);
  const lines = useMemo(
    () =>
      found
        ? found.rows.map((row): Line => ({ ...row, isOpen: null }))
        : rowsOf(roots, unfolded).map((row) => asLine(row, unfolded)),
    [found, roots, unfolded],
  );
  const row = lines.find((one) => one.id === current) ?? null;
  useLater(row, 300, (value) => keepTerm("at", value && value.key !== null ? keyOf(value) : null));
  const toggle = (line: Line, isOpen: boolean) => setUnfolded(folded(unfolded, line.id, isOpen));
  const reveal = (id: string) => {
    const open = new Set([...unfolded.open, ...above(id)]);
    setUnfolded({ ...unfolded, open });
    setText("");
    setWanted("");
  };
  return (
    <>
      <div class="json-tools">
        <label class="json-find">
          <span class="offscreen">Find a key or value</span>
          <input
            type="search"
            placeholder="Find a key or value"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <span class="muted" role="status">
          {found && said(found.total)}
        </span>
        <span class="spacer" />
        <button type="button" onClick={() => setUnfolded(unfoldAll(roots, unfolded))}>
          Unfold
        </button>
        <button
          type="button"
          onClick={() => setUnfolded({ open: new Set(), shown: unfolded.shown })}
        >
          Fold
        </button>
      </div>
      <Tree
        label="Attributes and extras"
        rows={lines}
        current={current}
        onCurrent={(line) => setCurrent(line.id)}
        onToggle={toggle}
        onAct={(line) => {
          if (line.key === null) setUnfolded(more(unfolded, line));
        }}
      >
        {(line) => <Cell line={line} isFound={found?.found.has(line.id) ?? false} />}
      </Tree>
      {row && row.key !== null && (
        <Chosen row={row} onReveal={found ? () => reveal(row.id) : null} />
      )}
    </>
  );
}

function said(total: number): string {
  if (total > FOUND) return `first ${count(FOUND)} of ${counted(total, "member")} that fit`;
  return total === 0 ? "nothing fits" : `${counted(total, "member")} fit${total === 1 ? "s" : ""}`;
}

/** What is unfolded at first: attributes, extras, and what leads to the member of the address. */
function start(roots: Members): { unfolded: Unfolded; current: string | null } {
  const at = viewValue(terms.peek(), "at");
  const current = at ? idOf(roots, namesOf(at)) : null;
  const open = new Set([...roots.keys.map((_, place) => String(place))]);
  const plainly = { open, shown: new Map<string, number>() };
  const { open: small } = unfoldAll(roots, plainly, SMALL);
  return {
    unfolded: { ...plainly, open: new Set([...small, ...(current ? above(current) : [])]) },
    current,
  };
}

/** Unfold level by level while there are not too many rows. */
function unfoldAll(roots: Members, unfolded: Unfolded, most = 50_000): Unfolded {
  let now = unfolded;
  for (let level = 0; level < 100; level++) {
    const rows = rowsOf(roots, now);
    const closed = rows.filter(
      (row) => isBranch(row.value) && sizeOf(row.value) > 0 && !now.open.has(row.id),
    );
    const added = closed.reduce((sum, row) => sum + sizeOf(row.value), 0);
    if (closed.length === 0 || rows.length + added > most) return now;
    now = { ...now, open: new Set([...now.open, ...closed.map((row) => row.id)]) };
  }
  return now;
}

function folded(unfolded: Unfolded, id: string, isOpen: boolean): Unfolded {
  const open = new Set(unfolded.open);
  if (isOpen) open.add(id);
  else open.delete(id);
  return { ...unfolded, open };
}

function more(unfolded: Unfolded, line: Row): Unfolded {
  const shown = new Map(unfolded.shown);
  if (line.parent) shown.set(line.parent.id, line.at + STEP);
  return { ...unfolded, shown };
}

function asLine(row: Row, unfolded: Unfolded): Line {
  const isBranchRow = row.key !== null && isBranch(row.value) && sizeOf(row.value) > 0;
  return { ...row, isOpen: isBranchRow ? unfolded.open.has(row.id) : null };
}

function Cell({ line, isFound }: { line: Line; isFound: boolean }) {
  if (line.key === null) {
    return (
      <span class="json-more">{count(Number(line.value))} more: press Enter to show some</span>
    );
  }
  return (
    <>
      <span class={isFound ? "json-key json-found" : "json-key"}>{line.key}</span>
      <span class="muted">: </span>
      <Value value={line.value} isOpen={line.isOpen === true} />
    </>
  );
}

function Value({ value, isOpen }: { value: Exact; isOpen: boolean }) {
  if (isBranch(value)) {
    const size = sizeOf(value);
    const [left, right] = value instanceof Members ? ["{", "}"] : ["[", "]"];
    if (size === 0) return <span class="muted">{left + right}</span>;
    return (
      <span class="muted">
        {left}
        {isOpen ? "…" : preview(value)}
        {right} {size > 1 && count(size)}
      </span>
    );
  }
  const kind = typeof value === "string" ? "string" : value === null ? "null" : "plain";
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, CELL)) : plain(value);
  return <span class={`json-${kind}`}>{text}</span>;
}

/** The current member: its whole path and value, and what can be done with them. */
function Chosen({ row, onReveal }: { row: Row; onReveal: (() => void) | null }) {
  const key = keyOf(row);
  const whole = () => (isBranch(row.value) ? writeExact(row.value) : plain(row.value));
  const text = useMemo(
    () => (isBranch(row.value) ? writeExact(row.value, WHOLE + 1) : plain(row.value)),
    [row],
  );
  const filter = filterOf(row);
  return (
    <div class="json-chosen">
      <p>
        <code>{key}</code>
        {isBranch(row.value) && <span class="muted"> {counted(sizeOf(row.value), "member")}</span>}
      </p>
      <p class="json-actions">
        <Copy text={key} label="Copy the path as filters write it">
          Copy path
        </Copy>
        <Copy text={whole} label="Copy the value">
          Copy value
        </Copy>
        {filter && (
          <a href={hrefOf(["nodes"], [{ key, ...filter }])}>
            {filter.operator === "=" ? "List nodes with this value" : "List nodes with this key"}
          </a>
        )}
        {onReveal && (
          <button type="button" class="plain" onClick={onReveal}>
            Show in the tree
          </button>
        )}
      </p>
      <pre class="json-whole" tabIndex={0} aria-label="Value">
        {text.slice(0, WHOLE)}
        {text.length > WHOLE && "… (cut here; “Copy value” copies all)"}
      </pre>
    </div>
  );
}
