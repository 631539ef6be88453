/** The lines that tell why a process failed; those that say the reason itself are marked. */

import "./log.css";

import { useMemo } from "preact/hooks";

import { Copy, NodeLink, StateBadge } from "../../../parts/small";
import { Empty, Loaded, Panel } from "../../../parts/states";
import type { TabProps } from "../tab";
import { OriginLink } from "./Origin";
import { isTelling, reasonOf } from "./reason";
import { useTraceback, type Traceback } from "./summary";

export default function TracebackTab({ node }: TabProps) {
  const answer = useTraceback(node.uuid, true);
  return (
    <Loaded answer={answer} lines={8}>
      {({ traceback }) => {
        const { origin, lines, called } = traceback;
        if (!origin) {
          return (
            <Empty>
              <p>This process did not fail.</p>
            </Empty>
          );
        }
        return (
          <Panel
            title="Why it failed"
            actions={
              lines.length > 0 && (
                <Copy text={lines.join("\n")} label="Copy the lines">
                  Copy
                </Copy>
              )
            }
          >
            <p>
              <strong>
                {traceback.exit_message
                  ? `Exit ${traceback.exit_status}: ${traceback.exit_message}`
                  : reasonOf(traceback)}
              </strong>
            </p>
            {called.length > 0 && (
              <ol class="why-chain">
                {called.map((one) => (
                  <li key={one.uuid}>
                    It called{" "}
                    <NodeLink uuid={one.uuid}>{one.process_label ?? "a process"}</NodeLink>, which
                    failed: <StateBadge state={one.process_state} exitStatus={one.exit_status} />{" "}
                    {one.exit_message}
                  </li>
                ))}
              </ol>
            )}
            <p class="muted">
              {lines.length > 0 ? "These lines stand in " : "Nothing tells more than "}
              <OriginLink node={node} origin={origin} />.
            </p>
            <Lines traceback={traceback} />
          </Panel>
        );
      }}
    </Loaded>
  );
}

function Lines({ traceback: { lines } }: { traceback: Traceback }) {
  const telling = useMemo(() => lines.map((_, at) => isTelling(lines, at)), [lines]);
  if (lines.length === 0) return null;
  return (
    <pre class="traceback" tabIndex={0} aria-label="Lines that tell why it failed">
      {lines.map((line, at) => (
        <span key={at} class={telling[at] ? "traceback-line telling" : "traceback-line"}>
          <span class="traceback-sign" aria-hidden="true">
            {telling[at] ? "▶" : ""}
          </span>
          {telling[at] ? <mark>{line}</mark> : line}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
