/** The head of the page of a node: what it is, how it went, who made it. */

import type { NodeDetail } from "../../api/types";
import { isProcess, kindOf } from "../../parts/kinds";
import { KindShape, NodeType, StateBadge, Time, Uuid } from "../../parts/small";
import { hrefOf } from "../../router/router";
import { Actions } from "./Actions";
import { addressOf, numberAt, textAt, titleOf } from "./describe";

export function Header({ node }: { node: NodeDetail }) {
  const { attributes } = node;
  return (
    <header class="node-head">
      <div class="node-title">
        <h1>
          <KindShape kind={kindOf(node.node_type)} /> {titleOf(node)}
        </h1>
        {isProcess(node.node_type) && attributes && (
          <StateBadge
            state={textAt(attributes, "process_state") || null}
            exitStatus={numberAt(attributes, "exit_status")}
            paused={attributes["paused"] === true}
          />
        )}
        <span class="spacer" />
        <Actions node={node} />
      </div>
      <p class="node-line">
        <NodeType type={node.node_type} />
        <Uuid uuid={node.uuid} />
        <span class="muted">#{node.id}</span>
        <span>
          created <Time value={node.ctime} />
          {node.user && (
            <>
              {" "}
              by <a href={hrefOf(["people", String(node.user.id)])}>{node.user.name}</a>
            </>
          )}
        </span>
        {node.computer && (
          <span>
            on <a href={hrefOf(["computers", node.computer.uuid])}>{node.computer.label}</a>
          </span>
        )}
        {(node.groups ?? []).slice(0, 5).map((group) => (
          <a key={group.uuid} class="chip" href={hrefOf(["groups", group.uuid])}>
            {group.label}
          </a>
        ))}
      </p>
      <p class="print-only">{addressOf(node.uuid)}</p>
    </header>
  );
}
