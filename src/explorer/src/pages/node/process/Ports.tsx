/** Inputs and outputs of a process side by side, with small pictures of what they are. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { encode, urlOf } from "../../../api/http";
import type { JsonObject, NodeDetail } from "../../../api/types";
import { useAnswer } from "../../../api/useAnswer";
import { count } from "../../../parts/format";
import { className, kindOf } from "../../../parts/kinds";
import { KindShape, NodeLink } from "../../../parts/small";
import { Boundary, Failure, Panel } from "../../../parts/states";
import { hrefOf } from "../../../router/router";
import { viewerOf } from "../../../viewers/viewer";
import { titleOf, valueOf } from "../describe";
import { tellingFacts } from "../telling";
import type { Port, Summary } from "./summary";

/** Ports of each side that are shown with what they hold; the others are links. */
const SHOWN = 12;
const WANT = { id: "*", uuid: "*", label: "*", node_type: "*", ctime: "*", attributes: "*" };
/** Types whose pictures need what only the answer of one node has. */
const DERIVED = ["data.core.array.bands.", "data.core.array.kpoints."];

export function Ports({ summary }: { summary: Summary }) {
  const { inputs, outputs } = summary;
  const uuids = useMemo(
    () => [...new Set([...inputs.slice(0, SHOWN), ...outputs.slice(0, SHOWN)].map((p) => p.uuid))],
    [inputs, outputs],
  );
  const list = uuids.map((uuid) => `"${uuid}"`).join(",");
  const query = `uuid=in=${encode(list)}&limit=${uuids.length}&want=${encode(JSON.stringify(WANT))}`;
  const url = uuids.length > 0 ? urlOf("nodes/select", query) : null;
  const answer = useAnswer<{ rows: readonly NodeDetail[] }>(url);
  const nodes = new Map((answer.data?.rows ?? []).map((row) => [row.uuid, detailOf(row)]));
  return (
    <>
      {answer.error && <Failure error={answer.error} onRetry={answer.retry} />}
      <div class="node-pair">
        <Side title="Inputs" ports={inputs} nodes={nodes} of={summary} relation="input_of" />
        <Side title="Outputs" ports={outputs} nodes={nodes} of={summary} relation="output_of" />
      </div>
    </>
  );
}

/** A node as a viewer takes it: parts that were not asked for are empty. */
function detailOf(row: NodeDetail): NodeDetail {
  return {
    ...row,
    extras: null,
    comments: null,
    links: null,
    files: null,
    groups: null,
    user: null,
    computer: null,
    derived_properties: null,
  };
}

function Side(props: {
  title: string;
  ports: readonly Port[];
  nodes: ReadonlyMap<string, NodeDetail>;
  of: Summary;
  relation: string;
}) {
  const { title, ports, nodes, of, relation } = props;
  const [isLong, setLong] = useState(false);
  const shown = isLong ? ports : ports.slice(0, SHOWN);
  return (
    <Panel
      title={
        <>
          {title} <span class="tab-count">{count(ports.length)}</span>
        </>
      }
      actions={
        ports.length > 1 && (
          <a href={hrefOf(["nodes"], [{ key: relation, operator: "=", value: of.uuid }])}>
            As a list
          </a>
        )
      }
    >
      {ports.length === 0 && <p class="muted">None.</p>}
      <ul class="ports">
        {shown.map((port) => (
          <li key={`${port.link_type} ${port.label} ${port.uuid}`}>
            <PortCard port={port} node={nodes.get(port.uuid) ?? null} />
          </li>
        ))}
      </ul>
      {shown.length < ports.length && (
        <button type="button" class="plain" onClick={() => setLong(true)}>
          Show {count(ports.length - shown.length)} more
        </button>
      )}
    </Panel>
  );
}

function PortCard({ port, node }: { port: Port; node: NodeDetail | null }) {
  const type = className(port.node_type);
  const title = node ? titleOf(node) : type;
  return (
    <>
      <p class="port-head">
        <span class="mono">{port.label}</span>
        <span>
          <KindShape kind={kindOf(port.node_type)} /> <NodeLink uuid={port.uuid}>{title}</NodeLink>
          {title !== type && <span class="muted"> {type}</span>}
        </span>
      </p>
      {node && (
        <Boundary>
          <Look node={node} />
        </Boundary>
      )}
    </>
  );
}

/** A small picture, drawn when it comes into view; else one telling line. */
function Look({ node }: { node: NodeDetail }) {
  const box = useRef<HTMLDivElement>(null);
  const [isSeen, setSeen] = useState(false);
  const Viewer = viewerOf(node.node_type);
  useEffect(() => {
    if (!box.current) return undefined;
    const watcher = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    watcher.observe(box.current);
    return () => watcher.disconnect();
  }, []);
  if (!Viewer) return <Telling node={node} />;
  const needsMore = DERIVED.some((type) => node.node_type.startsWith(type));
  return (
    <div ref={box} class="port-picture">
      {isSeen && (needsMore ? <Derived node={node} /> : <Viewer node={node} compact />)}
    </div>
  );
}

function Derived({ node }: { node: NodeDetail }) {
  const url = urlOf(`nodes/${node.uuid}`, { include: "derived_properties" });
  const answer = useAnswer<{ nodes: readonly { derived_properties: JsonObject | null }[] }>(url);
  const Viewer = viewerOf(node.node_type);
  const derived = answer.data?.nodes[0]?.derived_properties;
  const whole = useMemo(() => ({ ...node, derived_properties: derived ?? null }), [node, derived]);
  if (answer.error) return <Failure error={answer.error} onRetry={answer.retry} />;
  if (!answer.data || !Viewer) return null;
  return <Viewer node={whole} compact />;
}

function Telling({ node }: { node: NodeDetail }) {
  if (valueOf(node)) return null;
  const facts = tellingFacts(node).slice(0, 2);
  if (facts.length === 0) return null;
  return (
    <p class="muted port-facts">{facts.map(({ name, text }) => `${name}: ${text}`).join(" · ")}</p>
  );
}
