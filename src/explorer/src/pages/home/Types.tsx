/** The types of the store as a tree; each one is a link to its nodes. */

import { useState } from "preact/hooks";

import type { Facet } from "../../api/types";
import { count } from "../../parts/format";
import { kindOf } from "../../parts/kinds";
import { KindShape } from "../../parts/small";
import { hrefOf } from "../../router/router";
import { typeTree, type Branch } from "./home";

export function Types({ facet }: { facet: Facet }) {
  const tree = typeTree(facet.buckets);
  if (tree.length === 0) return <p class="muted">There are no nodes.</p>;
  return (
    <ul class="home-tree">
      {tree.map((branch) => (
        <li key={branch.title}>
          {branch.branches.length > 0 ? <Fold branch={branch} /> : <Row branch={branch} />}
        </li>
      ))}
    </ul>
  );
}

function Fold({ branch }: { branch: Branch }) {
  const [isOpen, setOpen] = useState(true);
  return (
    <>
      <div class="home-branch">
        <button
          type="button"
          class="plain"
          aria-expanded={isOpen}
          aria-label={`${branch.title}: fold or unfold`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? "▾" : "▸"}
        </button>
        <Row branch={branch} />
      </div>
      {isOpen && (
        <ul>
          {branch.branches.map((leaf) => (
            <li key={leaf.nodeType}>
              <Row branch={leaf} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Row({ branch }: { branch: Branch }) {
  return (
    <span class="home-row">
      <a href={hrefOf(["nodes"], [branch.filter])} title={branch.nodeType ?? undefined}>
        {branch.nodeType && <KindShape kind={kindOf(branch.nodeType)} />} {branch.title}
      </a>
      <span class="muted">{count(branch.count)}</span>
    </span>
  );
}
