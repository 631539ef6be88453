/** Two to five nodes side by side: what differs first, what is equal folded. */

import "./compare.css";

import type { ComponentChildren } from "preact";

import type { NodeDetail } from "../../api/types";
import { count, counted, exact as exactTime, short } from "../../parts/format";
import { className, kindOf } from "../../parts/kinds";
import { isBranch, Members, member, sizeOf, writeExact, type Exact } from "../../parts/exact";
import { Bytes, KindShape, NodeLink } from "../../parts/small";
import { Boundary, Empty, Panel, Skeleton } from "../../parts/states";
import { hrefOf, setTerms, terms } from "../../router/router";
import { viewValue } from "../../router/selection";
import { viewerOf } from "../../viewers/viewer";
import { compare, compareFiles, MOST, type Comparison, type Difference } from "./diff";
import { useRecords, type Compared } from "./useRecords";

const LARGEST = 5;
const ID = /^[0-9a-f][0-9a-f-]{0,35}$/;

function show(ids: readonly string[]): void {
  setTerms(ids.length > 0 ? [{ key: "nodes", operator: "=", value: ids.join(",") }] : []);
}

export default function Compare() {
  const asked = (viewValue(terms.value, "nodes") ?? "").split(",").map((id) => id.trim());
  const ids = [...new Set(asked.filter((id) => ID.test(id)))].slice(0, LARGEST);
  const found = useRecords(ids);
  return (
    <>
      <h1>Compare nodes</h1>
      {asked.length > LARGEST && (
        <p class="notes">
          {LARGEST} of {count(asked.length)} nodes are compared.
        </p>
      )}
      {ids.length > 0 && !found && <Skeleton lines={12} />}
      {found && found.length > 0 && <Heads found={found} ids={ids} />}
      {ids.length < LARGEST && <Add ids={ids} />}
      {ids.length === 0 && (
        <Empty>
          <p>
            Name two to five nodes, or choose some in the <a href={hrefOf(["nodes"])}>list</a>.
          </p>
        </Empty>
      )}
      {found && <Parts found={found.filter((one) => one.node !== null)} />}
    </>
  );
}

function Add({ ids }: { ids: readonly string[] }) {
  return (
    <form
      class="compare-add"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const text = new FormData(form).get("id");
        const id = typeof text === "string" ? text.trim().toLowerCase() : "";
        if (ID.test(id)) show([...ids, id]);
        form.reset();
      }}
    >
      <label>
        Add a node{" "}
        <input
          name="id"
          placeholder="beginning of its uuid"
          pattern="\s*[0-9a-fA-F][0-9a-fA-F\-]*\s*"
          required
        />
      </label>{" "}
      <button>Add</button>
    </form>
  );
}

/** Who is compared: a card for each node, with its picture. */
function Heads({ found, ids }: { found: readonly Compared[]; ids: readonly string[] }) {
  return (
    <div class="compare-heads">
      {found.map((one, at) => (
        <section key={one.id} class="panel">
          <header class="panel-head">
            <h2>
              <span class="muted">{letter(at)}</span> {one.node ? <Name compared={one} /> : one.id}
            </h2>
            <button
              type="button"
              class="plain"
              aria-label={`Leave out ${one.id}`}
              onClick={() => show(ids.filter((id) => id !== one.id))}
            >
              ✕
            </button>
          </header>
          {one.error && <p role="alert">{one.error.message}</p>}
          <Boundary>{one.node && <Picture compared={one} />}</Boundary>
        </section>
      ))}
    </div>
  );
}

function letter(at: number): string {
  return String.fromCharCode(65 + at);
}

function Name({ compared: { node } }: { compared: Compared }) {
  if (!node) return null;
  return (
    <>
      <KindShape kind={kindOf(node.node_type)} />{" "}
      <NodeLink uuid={node.uuid}>{node.label || className(node.node_type)}</NodeLink>{" "}
      <span class="muted mono">{short(node.uuid)}</span>
    </>
  );
}

function Picture({ compared: { node } }: { compared: Compared }) {
  const Viewer = node ? viewerOf(node.node_type) : null;
  return node && Viewer ? <Viewer node={node} compact /> : null;
}

function Parts({ found }: { found: readonly Compared[] }) {
  if (found.length < 2) {
    return found.length === 1 ? <p class="muted">Add a second node to compare it with.</p> : null;
  }
  return (
    <>
      <Panel title="Facts">
        <Rows found={found} comparison={facts(found)} what="fact" />
      </Panel>
      {["attributes", "extras"].map((name) => (
        <Panel key={name} title={name === "attributes" ? "Attributes" : "Extras"}>
          <Rows
            found={found}
            comparison={compare(
              name,
              found.map((one) => member(one.exact, name) ?? undefined),
            )}
            what="member"
          />
        </Panel>
      ))}
      <Panel title="Files">
        <Files found={found} />
      </Panel>
    </>
  );
}

function factsOf(node: NodeDetail): Record<string, Exact> {
  return {
    type: node.node_type,
    "process type": node.process_type,
    label: node.label,
    description: node.description ?? null,
    creator: node.user?.name ?? null,
    computer: node.computer?.label ?? null,
    groups: (node.groups ?? []).map((group) => group.label).join(", "),
    created: exactTime(new Date(node.ctime)),
  };
}

function facts(found: readonly Compared[]): Comparison {
  const rows = found.map(({ node }) => (node ? factsOf(node) : {}));
  const all = Object.keys(rows[0] ?? {})
    .map((key): Difference => {
      const values = rows.map((row) => row[key]);
      return { key, values, isEqual: values.every((value) => value === values[0]) };
    })
    .filter((one) => one.values.some((value) => value !== null && value !== ""));
  return {
    differing: all.filter((one) => !one.isEqual),
    equal: all.filter((one) => one.isEqual),
    isCut: false,
  };
}

function Rows(props: { found: readonly Compared[]; comparison: Comparison; what: string }) {
  const { found, comparison, what } = props;
  const { differing, equal, isCut } = comparison;
  const names = found.map((_, at) => letter(at));
  const asRow = (one: Difference) => (
    <tr key={one.key}>
      <th scope="row" class="mono">
        {one.key}
      </th>
      {one.values.map((value, at) => (
        <td key={at}>
          <Value value={value} />
        </td>
      ))}
    </tr>
  );
  return (
    <>
      {differing.length === 0 && equal.length === 0 && <p class="muted">None has any.</p>}
      {differing.length > 0 && <Columns names={names}>{differing.map(asRow)}</Columns>}
      {differing.length === 0 && equal.length > 0 && <p>No difference.</p>}
      {isCut && <p class="muted">Only the first {count(MOST)} members are compared.</p>}
      {equal.length > 0 && (
        <details>
          <summary>
            {counted(equal.length, what)} {equal.length === 1 ? "is" : "are"} equal
          </summary>
          <Columns names={names}>{equal.map(asRow)}</Columns>
        </details>
      )}
    </>
  );
}

function Columns({ names, children }: { names: readonly string[]; children: ComponentChildren }) {
  return (
    <div class="wide" tabIndex={0} role="group" aria-label="Values side by side">
      <table class="table compare">
        <thead>
          <tr>
            <th scope="col">Name</th>
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

function Value({ value }: { value: Exact | undefined }) {
  if (value === undefined) return <span class="muted">not there</span>;
  if (isBranch(value)) {
    const text = writeExact(value, 121);
    const size = sizeOf(value);
    const what = value instanceof Members ? counted(size, "key") : `list of ${count(size)}`;
    return (
      <>
        <span class="mono">{text.length > 120 ? `${text.slice(0, 120)}…` : text}</span>{" "}
        {text.length > 120 && <span class="muted">{what}</span>}
      </>
    );
  }
  const text = typeof value === "string" ? value : writeExact(value);
  return <span class="mono">{text.length > 300 ? `${text.slice(0, 300)}…` : text}</span>;
}

function Files({ found }: { found: readonly Compared[] }) {
  const rows = compareFiles(found.map((one) => one.files));
  const differing = rows.filter((row) => !row.isEqual);
  const equal = rows.filter((row) => row.isEqual);
  const names = found.map((_, at) => letter(at));
  if (rows.length === 0) return <p class="muted">None has any.</p>;
  const asRow = ({ path, files }: (typeof rows)[number]) => (
    <tr key={path}>
      <th scope="row" class="mono">
        {path}
      </th>
      {files.map((file, at) => (
        <td key={at}>
          {file ? (
            <a href={hrefOf(["nodes", found[at]?.node?.uuid ?? "", "files", ...path.split("/")])}>
              <Bytes size={file.size} />{" "}
              <span class="mono muted">{file.sha256?.slice(0, 8) ?? "no content"}</span>
            </a>
          ) : (
            <span class="muted">not there</span>
          )}
        </td>
      ))}
    </tr>
  );
  return (
    <>
      {differing.length > 0 && (
        <Columns names={names}>{differing.slice(0, MOST).map(asRow)}</Columns>
      )}
      {differing.length === 0 && <p>No difference.</p>}
      {equal.length > 0 && (
        <details>
          <summary>
            {counted(equal.length, "file")} {equal.length === 1 ? "is" : "are"} equal
          </summary>
          <Columns names={names}>{equal.slice(0, MOST).map(asRow)}</Columns>
        </details>
      )}
    </>
  );
}
