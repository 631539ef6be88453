/** More columns: those of the table of nodes, and keys that the nodes of the list have. */

import { useState } from "preact/hooks";

import { urlOf } from "../../api/http";
import { useAnswer } from "../../api/useAnswer";
import { dotted } from "../../router/selection";
import { count } from "../format";
import { Menu } from "../Menu";
import { Loaded } from "../states";
import { OFFERED } from "./columns";
import { isPath, pathOf } from "./rows";

interface Key {
  readonly name: string;
  readonly types: readonly string[];
  readonly count: number;
}
interface Keys {
  readonly keys: readonly Key[];
  readonly nodes: number;
  readonly sampled: boolean;
}

export interface AddColumnProps {
  /** The filters of the list, encoded. */
  readonly query: string;
  readonly shown: readonly string[];
  readonly onAdd: (key: string) => void;
}

export function AddColumn(props: AddColumnProps) {
  return <Menu title="Add a column">{() => <Choices {...props} />}</Menu>;
}

function Choices({ query, shown, onAdd }: AddColumnProps) {
  const [text, setText] = useState("");
  const left = OFFERED.filter(([key, title]) => !shown.includes(key) && fits(title, text));
  const typed = keyOf(text);
  return (
    <>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!typed) return;
          onAdd(typed);
          setText("");
        }}
      >
        <label>
          A key, or part of one{" "}
          <input
            value={text}
            autocomplete="off"
            spellcheck={false}
            placeholder="e.g. energy or cell.0.0"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {typed && !shown.includes(typed) && (
          <button>
            Add <span class="mono">{typed}</span>
          </button>
        )}
      </form>
      {left.length > 0 && (
        <ul>
          {left.map(([key, title]) => (
            <li key={key}>
              <button type="button" onClick={() => onAdd(key)}>
                {title}
              </button>
            </li>
          ))}
        </ul>
      )}
      {(["attributes", "extras"] as const).map((document) => (
        <KeysOf key={document} document={document} text={text} {...{ query, shown, onAdd }} />
      ))}
    </>
  );
}

function KeysOf(props: AddColumnProps & { document: "attributes" | "extras"; text: string }) {
  const { document, text, query, shown, onAdd } = props;
  const bare = text.trim().replace(new RegExp(`^${document}\\.`), "");
  const parts = pathOf(bare);
  const above = dotted([document, ...(bare.endsWith(".") ? parts : parts.slice(0, -1))]);
  const under = `under=${encodeURIComponent(above)}&size=300`;
  const answer = useAnswer<Keys>(urlOf("nodes/keys", query ? `${query}&${under}` : under));
  const last = bare.endsWith(".") ? "" : (parts[parts.length - 1] ?? "");
  return (
    <section>
      <h3>{document === "attributes" ? "Attributes" : "Extras"}</h3>
      <Loaded answer={answer}>
        {({ keys, nodes, sampled }) => {
          const all = keys.map((key) => ({ ...key, path: `${above}.${dotted([key.name])}` }));
          const found = all.filter((key) => fits(key.name, last) && !shown.includes(key.path));
          if (found.length === 0) return <p class="muted">No key fits.</p>;
          return (
            <>
              <ul>
                {found.slice(0, 40).map((key) => (
                  <li key={key.path}>
                    <button type="button" onClick={() => onAdd(key.path)}>
                      <span class="mono">{key.path.replace(/^attributes\./, "")}</span>
                      <span class="muted">
                        {key.types[0]} · {count(key.count)}
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
              {sampled && <p class="muted">Looked up in the newest {count(nodes)} nodes.</p>}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function fits(name: string, text: string): boolean {
  return name.toLowerCase().includes(text.trim().toLowerCase());
}

/** The column that a text names: attributes, unless it says otherwise. */
export function keyOf(text: string): string | null {
  const key = text.trim().replace(/\.$/, "");
  if (key === "") return null;
  if (OFFERED.some(([known]) => known === key)) return key;
  const path = pathOf(isPath(key) ? key : `attributes.${key}`);
  return dotted(path);
}
