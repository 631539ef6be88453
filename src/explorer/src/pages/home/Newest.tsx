/** Processes in short lines: what, how it went, why in one line, when. */

import type { ProcessRow } from "../../api/types";
import { className, kindOf } from "../../parts/kinds";
import { KindShape, NodeLink, StateBadge, Time } from "../../parts/small";

export function Newest({ processes }: { processes: readonly ProcessRow[] }) {
  if (processes.length === 0) return <p class="muted">There are none.</p>;
  return (
    <table class="table home-processes">
      <thead>
        <tr>
          <th scope="col">Process</th>
          <th scope="col">State</th>
          <th scope="col">Created</th>
        </tr>
      </thead>
      <tbody>
        {processes.map((row) => (
          <tr key={row.uuid}>
            <th scope="row">
              <KindShape kind={kindOf(row.node_type)} />{" "}
              <NodeLink uuid={row.uuid}>
                {row.label || row.process_label || className(row.node_type)}
              </NodeLink>
              {row.exit_message && <div class="muted">{row.exit_message}</div>}
            </th>
            <td>
              <StateBadge
                state={row.process_state}
                exitStatus={row.exit_status}
                paused={row.paused}
              />
            </td>
            <td>
              <Time value={row.ctime} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
