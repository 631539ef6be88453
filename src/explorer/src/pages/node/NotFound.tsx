/** No node, or several: what an id that names no single node leads to. */

import { urlOf, type ApiError } from "../../api/http";
import type { NodeRow } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";
import { counted } from "../../parts/format";
import { NodeLink, NodeType, Time } from "../../parts/small";
import { Empty, Failure, Loaded } from "../../parts/states";
import { hrefOf } from "../../router/router";
import { containing, quoted } from "../../router/selection";

const SHOWN = 25;
const MISSING = new Set(["no-such-entity", "unknown-route", "no-id"]);

export function NotFound(props: { id: string; error: ApiError; onRetry: () => void }) {
  const { id, error, onRetry } = props;
  if (error.code === "ambiguous-identifier") return <Several id={id} />;
  if (!MISSING.has(error.code ?? "")) return <Failure error={error} onRetry={onRetry} />;
  return (
    <Empty>
      <h1>There is no node “{id}” in this store</h1>
      <p>
        The address takes a uuid, the beginning of one (<code>5be4ac2c</code>), or a pk (
        <code>#12</code>).
      </p>
      <p>
        <a href={hrefOf(["nodes"])}>All nodes</a> ·{" "}
        <a href={hrefOf(["nodes"], [{ key: "label", operator: "=like=", value: containing(id) }])}>
          Nodes with “{id}” in their label
        </a>{" "}
        · <a href={hrefOf([])}>Start page of the store</a>
      </p>
    </Empty>
  );
}

/** The nodes whose uuid begins as the address says. */
function Several({ id }: { id: string }) {
  const filter = { key: "uuid", operator: "=like=", value: quoted(`${id.replace(/^#/, "")}%`) };
  const answer = useAnswer<{ nodes: NodeRow[] }>(
    urlOf("nodes", `uuid=like=${encodeURIComponent(filter.value)}&orderby=uuid&limit=${SHOWN}`),
  );
  const total = Number(answer.headers?.get("X-Total-Count") ?? NaN);
  return (
    <>
      <h1>
        {Number.isNaN(total) ? "Several nodes begin" : `${counted(total, "node")} begin`} with “{id}
        ”
      </h1>
      <Loaded answer={answer} lines={8}>
        {({ nodes }) => (
          <table class="table">
            <thead>
              <tr>
                <th scope="col">Node</th>
                <th scope="col">Label</th>
                <th scope="col">Type</th>
                <th scope="col">Created</th>
              </tr>
            </thead>
            <tbody>
              {nodes.map((node) => (
                <tr key={node.uuid}>
                  <th scope="row">
                    <NodeLink uuid={node.uuid}>
                      <span class="mono">{node.uuid}</span>
                    </NodeLink>
                  </th>
                  <td>{node.label}</td>
                  <td>
                    <NodeType type={node.node_type} />
                  </td>
                  <td>
                    <Time value={node.ctime} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Loaded>
      {total > SHOWN && (
        <p>
          {SHOWN} of {counted(total, "node")} shown —{" "}
          <a href={hrefOf(["nodes"], [filter])}>list them all</a>
        </p>
      )}
    </>
  );
}
