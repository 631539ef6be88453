/** The first keys of a dictionary. */

import type { ViewerProps } from "../props";

const SHOWN = 12;

export default function DictFacts({ node, compact = false }: ViewerProps) {
  const entries = Object.entries(node.attributes ?? {});
  const shown = entries.slice(0, compact ? 3 : SHOWN);
  return (
    <dl class="facts">
      {shown.map(([key, value]) => (
        <div key={key}>
          <dt class="mono">{key}</dt>
          <dd>{typeof value === "object" ? JSON.stringify(value).slice(0, 120) : String(value)}</dd>
        </div>
      ))}
      {entries.length > shown.length && (
        <p class="muted">and {entries.length - shown.length} more keys</p>
      )}
    </dl>
  );
}
