/** One group: what it is, which types its nodes have, and the nodes. */

import { useMemo } from "preact/hooks";

import { urlOf } from "../../api/http";
import { useAnswer } from "../../api/useAnswer";
import { hrefOf, terms } from "../../router/router";
import { filtersOf, literal } from "../../router/selection";
import { count, counted } from "../../parts/format";
import { setFilters } from "../../parts/list/Chips";
import { toggled } from "../../parts/list/facets";
import { NodeList } from "../../parts/nodelist/NodeList";
import { NodeType, Time, Uuid } from "../../parts/small";
import { Loaded, Panel } from "../../parts/states";

export interface GroupRow {
  readonly id: number;
  readonly uuid: string;
  readonly label: string;
  readonly type_string: string;
  readonly description: string;
  readonly time: string;
  readonly user_id: number;
  readonly counts?: { readonly total: number; readonly types: Readonly<Record<string, number>> };
}

export function Group({ id }: { id: string }) {
  const answer = useAnswer<{ groups: readonly GroupRow[] }>(
    urlOf(`groups/${encodeURIComponent(id)}`, "include=counts"),
  );
  const fixed = useMemo(() => [{ key: "group", operator: "=", value: literal(id) }], [id]);
  return (
    <>
      <p class="crumbs">
        <a href={hrefOf(["groups"])}>Groups</a>
      </p>
      <Loaded answer={answer}>{({ groups }) => groups[0] && <About group={groups[0]} />}</Loaded>
      {answer.error?.status !== 404 && (
        <NodeList fixed={fixed} without={WITHOUT} name={answer.data?.groups[0]?.label ?? "group"} />
      )}
    </>
  );
}

const WITHOUT = ["group"];

function About({ group }: { group: GroupRow }) {
  const types = Object.entries(group.counts?.types ?? {}).sort(([, one], [, two]) => two - one);
  return (
    <>
      <h1>
        {group.label} <Uuid uuid={group.uuid} />
      </h1>
      <Panel title={counted(group.counts?.total ?? 0, "node")}>
        {group.description && <p>{group.description}</p>}
        <p class="muted">
          Type <code>{group.type_string}</code>, created <Time value={group.time} />
        </p>
        <ul class="chips" aria-label="Nodes by type">
          {types.map(([type, number]) => (
            <li key={type}>
              <button
                type="button"
                onClick={() => setFilters(toggled(filtersOf(terms.value), "node_type", type))}
              >
                <NodeType type={type} /> <span class="muted">{count(number)}</span>
              </button>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}
