/** What is known of the selected node, and what can be done with it. */

import { count } from "../parts/format";
import { OUTCOME_WORDS } from "../parts/kinds";
import { NodeType, Uuid } from "../parts/small";
import { hrefOf } from "../router/router";
import { missing, SIDES, type Graph, type GraphNode, type Side } from "./model";

const WORDS: Readonly<Record<Side, string>> = {
  incoming: "incoming",
  caller: "callers",
  outgoing: "outgoing",
  called: "called",
};
/** The relation that lists all neighbours of a process on a side. */
const RELATIONS: Readonly<Record<Side, string>> = {
  incoming: "input_of",
  caller: "caller_of",
  outgoing: "output_of",
  called: "called_by",
};

/** Data has no inputs and outputs of its own, but processes that made and took it. */
function relationOf(node: GraphNode, side: Side): string {
  if (node.kind === "calculation" || node.kind === "workflow") return RELATIONS[side];
  return side === "incoming" ? "with_outgoing" : "with_incoming";
}

export interface SideProps {
  readonly graph: Graph;
  readonly node: GraphNode;
  readonly isBusy: boolean;
  readonly onExpand: () => void;
}

export function SidePanel({ graph, node, isBusy, onExpand }: SideProps) {
  const hidden = SIDES.filter((side) => missing(graph, node, side) > 0 || node.cut.has(side));
  return (
    <aside class="graph-side" aria-label="Selected node">
      <h3>
        <a href={hrefOf(["nodes", node.uuid])}>{node.title}</a>
      </h3>
      <p>
        <NodeType type={node.type} /> <Uuid uuid={node.uuid} />
      </p>
      {node.outcome && (
        <p class={`state-${node.outcome}`}>
          {OUTCOME_WORDS[node.outcome].sign} {OUTCOME_WORDS[node.outcome].word}
          {node.exitStatus ? `, exit status ${node.exitStatus}` : ""}
        </p>
      )}
      <ul class="graph-counts">
        {SIDES.map((side) => {
          const total = node.counts[side];
          if (!total && !node.cut.has(side)) return null;
          return (
            <li key={side}>
              <a href={hrefOf(["nodes"], `${relationOf(node, side)}=${node.uuid}`)}>
                {total === undefined ? "more than 100" : count(total)} {WORDS[side]}
              </a>
            </li>
          );
        })}
      </ul>
      <p class="graph-actions">
        {hidden.length > 0 && (
          <button type="button" disabled={isBusy} onClick={onExpand}>
            {isBusy ? "Loading…" : "Expand"}
          </button>
        )}
        <a href={hrefOf(["graph", node.uuid])}>Put in the middle</a>
      </p>
    </aside>
  );
}
