/** Attributes and extras of a node as a tree. Its search and the current member are in the address. */

import "./json.css";

import { Empty, Failure, Notes, Skeleton } from "../../../parts/states";
import type { TabProps } from "../tab";
import { JsonTree } from "./JsonTree";
import { useExact } from "./useExact";

export default function JsonTab({ node }: TabProps) {
  const { contents, error, retry } = useExact(node.uuid);
  if (error) return <Failure error={error} onRetry={retry} />;
  if (!contents) return <Skeleton lines={12} />;
  const { roots, notes } = contents;
  return (
    <section class="panel json" aria-label="Attributes and extras">
      <Notes notes={notes} />
      {notes.some((note) => note.code === "limit-exceeded") && (
        <p>
          Who runs this server can raise the bound, or read the node from the store itself. All else
          of this node is shown.
        </p>
      )}
      {roots.keys.length > 0 ? (
        <JsonTree key={node.uuid} roots={roots} />
      ) : (
        <Empty>
          <p>Neither attributes nor extras of this node can be shown.</p>
        </Empty>
      )}
    </section>
  );
}
