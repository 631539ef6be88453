/** A process on one screen: its caller, what it called and when, what went in and what came out. */

import "./process.css";

import type { NodeDetail } from "../../../api/types";
import { className } from "../../../parts/kinds";
import { NodeLink } from "../../../parts/small";
import { Loaded, Panel } from "../../../parts/states";
import type { TabProps } from "../tab";
import { Ports } from "./Ports";
import { Steps } from "./Steps";
import { useSummary, type Summary } from "./summary";
import { TimesList } from "./TimesList";

export default function ProcessTab({ node }: TabProps) {
  const answer = useSummary(node.uuid);
  return (
    <Loaded answer={answer} lines={10}>
      {({ summary }) => (
        <>
          <Caller node={node} summary={summary} />
          {summary.called_total > 0 && (
            <Panel title="What it called, and when" id="steps">
              <Steps summary={summary} />
            </Panel>
          )}
          <Ports summary={summary} />
          <Panel title="Times" id="times">
            <TimesList times={summary.times} />
          </Panel>
        </>
      )}
    </Loaded>
  );
}

function Caller({ node, summary }: { node: NodeDetail; summary: Summary }) {
  if (summary.parent === null) {
    return <p class="muted caller">No other process called it.</p>;
  }
  const link = node.links?.incoming.find(({ uuid }) => uuid === summary.parent);
  const name = link?.label || (link ? className(link.node_type) : summary.parent.slice(0, 8));
  return (
    <p class="caller">
      Called by <NodeLink uuid={summary.parent}>{name}</NodeLink>
      {link && link.link_label !== "CALL" && (
        <span class="muted">
          {" "}
          as <span class="mono">{link.link_label}</span>
        </span>
      )}
    </p>
  );
}
