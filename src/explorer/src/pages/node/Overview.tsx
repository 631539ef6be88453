/** The first tab of a node: the picture of what it is, its facts, neighbours, comments and groups. */

import type { ComponentChildren } from "preact";

import type { NodeDetail } from "../../api/types";
import { counted } from "../../parts/format";
import { isProcess } from "../../parts/kinds";
import { lazy } from "../../parts/lazy";
import { Copy, StateBadge, Time } from "../../parts/small";
import { Boundary, Panel } from "../../parts/states";
import { hrefOf } from "../../router/router";
import { viewerOf } from "../../viewers/viewer";
import { Comments } from "./Comments";
import { numberAt, textAt, valueOf } from "./describe";
import { Links } from "./Links";
import type { TabProps } from "./tab";
import { tellingFacts } from "./telling";

const Verdict = lazy(() => import("./process/Verdict"));

export default function Overview({ node }: TabProps) {
  const comments = node.comments ?? [];
  return (
    <>
      {isProcess(node.node_type) && (
        <Boundary>
          <Verdict node={node} />
        </Boundary>
      )}
      <div class="node-first">
        <Picture node={node} />
        <Panel title="Facts">
          <Facts node={node} />
        </Panel>
      </div>
      {comments.length > 0 && (
        <Panel title={counted(comments.length, "comment")} id="comments">
          <Comments comments={comments} />
        </Panel>
      )}
      <div class="node-pair">
        <Links node={node} side="incoming" />
        <Links node={node} side="outgoing" />
      </div>
    </>
  );
}

function Picture({ node }: { node: NodeDetail }) {
  const Viewer = node.attributes === null ? null : viewerOf(node.node_type);
  return (
    <Panel title={Viewer ? "Picture" : "At a glance"}>
      {Viewer ? <Viewer node={node} /> : <Glance node={node} />}
    </Panel>
  );
}

/** What stands in place of a picture: the value, else the most telling facts. */
function Glance({ node }: { node: NodeDetail }) {
  if (node.attributes === null) {
    return (
      <p class="muted">
        The attributes of this node cannot be shown here.{" "}
        <a href={hrefOf(["nodes", node.uuid, "attributes"])}>Try on their own</a>
      </p>
    );
  }
  const value = Object.hasOwn(node.attributes, "value") ? valueOf(node) : "";
  if (value) return <p class="big-value">{value}</p>;
  const facts = tellingFacts(node);
  if (facts.length === 0) {
    return (
      <p class="muted">
        There is no more about this node than its links. <LinkTo node={node} tab="graph" />
      </p>
    );
  }
  return (
    <dl class="facts">
      {facts.map(({ name, text }) => (
        <Fact key={name} name={name}>
          {text}
        </Fact>
      ))}
    </dl>
  );
}

function LinkTo({ node, tab }: { node: NodeDetail; tab: string }) {
  return <a href={hrefOf(["nodes", node.uuid, tab])}>Show them as a graph</a>;
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ node }: { node: NodeDetail }) {
  const formula = textAt(node.derived_properties, "formula");
  return (
    <dl class="facts">
      {node.label && <Fact name="label">{node.label}</Fact>}
      {node.description && (
        <Fact name="description">
          <span class="comment-text">{node.description}</span>
        </Fact>
      )}
      {formula && <Fact name="formula">{formula}</Fact>}
      {isProcess(node.node_type) && <ProcessFacts node={node} />}
      <Fact name="uuid">
        <span class="mono">{node.uuid}</span> <Copy text={node.uuid} label="Copy the uuid" />
      </Fact>
      <Fact name="pk">{node.id}</Fact>
      <Fact name="type">
        <a
          href={hrefOf(
            ["nodes"],
            [{ key: "node_type", operator: "=", value: `"${node.node_type}"` }],
          )}
        >
          <code>{node.node_type}</code>
        </a>
      </Fact>
      {node.process_type && (
        <Fact name="process type">
          <code>{node.process_type}</code>
        </Fact>
      )}
      <Fact name="created">
        <Time value={node.ctime} exactly />
      </Fact>
      <Fact name="changed">
        <Time value={node.mtime} exactly />
      </Fact>
      {node.user && (
        <Fact name="creator">
          <a href={hrefOf(["people", String(node.user.id)])}>{node.user.name}</a>
        </Fact>
      )}
      {node.computer && (
        <Fact name="computer">
          <a href={hrefOf(["computers", node.computer.uuid])}>{node.computer.label}</a>
        </Fact>
      )}
      <Fact name="groups">
        <Groups node={node} />
      </Fact>
    </dl>
  );
}

function ProcessFacts({ node: { attributes } }: { node: NodeDetail }) {
  const message = textAt(attributes, "exit_message");
  return (
    <>
      <Fact name="state">
        <StateBadge
          state={textAt(attributes, "process_state") || null}
          exitStatus={numberAt(attributes, "exit_status")}
          paused={attributes?.["paused"] === true}
        />
      </Fact>
      {message && <Fact name="exit message">{message}</Fact>}
    </>
  );
}

function Groups({ node }: { node: NodeDetail }) {
  const groups = node.groups ?? [];
  if (groups.length === 0) return <span class="muted">none</span>;
  return (
    <span class="chips">
      {groups.map((group) => (
        <a key={group.uuid} class="chip" href={hrefOf(["groups", group.uuid])}>
          {group.label}
        </a>
      ))}
    </span>
  );
}
