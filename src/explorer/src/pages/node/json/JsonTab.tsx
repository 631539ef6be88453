/** Attributes and extras of a node as a tree. Its search and the current member are in the address. */

import "./json.css";

import type { NodeDetail } from "../../../api/types";
import { Empty, Failure, Notes, Skeleton } from "../../../parts/states";
import { setTerms, terms } from "../../../router/router";
import { quoted, viewValue, withView } from "../../../router/selection";
import type { TabProps } from "../tabs";
import { JsonTree } from "./JsonTree";
import { useExact, type Contents } from "./useExact";

export default function JsonTab({ node }: TabProps) {
  const keys = viewValue(terms.value, "keys");
  const { contents, error, retry } = useExact(node.uuid, keys);
  if (error) {
    return (
      <>
        <Failure error={error} onRetry={retry} />
        {keys !== null && <SomeKeys tooLarge={[]} keys={keys} />}
      </>
    );
  }
  if (!contents) return <Skeleton lines={12} />;
  return (
    <section class="panel json">
      <Notes notes={contents.notes} />
      {(contents.tooLarge.length > 0 || keys !== null) && (
        <SomeKeys tooLarge={contents.tooLarge} keys={keys} />
      )}
      <Body node={node} contents={contents} />
    </section>
  );
}

function Body({ node, contents }: { node: NodeDetail; contents: Contents }) {
  if (contents.roots.keys.length === 0) {
    return (
      <Empty>
        <p>Neither attributes nor extras of this node can be shown.</p>
      </Empty>
    );
  }
  return <JsonTree key={node.uuid} roots={contents.roots} />;
}

/** What is too large for one answer can be asked for by keys. */
function SomeKeys({ tooLarge, keys }: { tooLarge: readonly string[]; keys: string | null }) {
  const show = (value: string | null) =>
    setTerms(withView(terms.peek(), "keys", value === null ? null : quoted(value)));
  return (
    <form
      class="json-keys"
      onSubmit={(event) => {
        event.preventDefault();
        const text = new FormData(event.currentTarget).get("keys");
        show(typeof text === "string" && text.trim() ? text.trim() : null);
      }}
    >
      <p>
        {tooLarge.length > 0
          ? `All of ${tooLarge.join(" and ")} is too much for one answer.`
          : "Only some keys are shown."}{" "}
        Name the keys that you want, with commas between.
      </p>
      <label>
        Keys <input name="keys" defaultValue={keys ?? ""} placeholder="cell,kinds" required />
      </label>{" "}
      <button>Show them</button>{" "}
      {keys !== null && (
        <button type="button" onClick={() => show(null)}>
          Show all
        </button>
      )}
    </form>
  );
}
