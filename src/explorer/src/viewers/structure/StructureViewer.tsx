/** A crystal or a molecule: formula, picture with supercell, cell and sites. */

import { useMemo, useState } from "preact/hooks";

import { count } from "../../parts/format";
import { Empty } from "../../parts/states";
import type { ViewerProps } from "../props";
import { Formula } from "./Formula";
import { Scene, type Look } from "./Scene";
import { Sites } from "./Sites";
import { cellFacts, DRAWN, repeated, structureOf, type Structure, type Vector } from "./structure";

export default function StructureViewer({ node, compact = false }: ViewerProps) {
  const structure = useMemo(() => structureOf(node.attributes), [node]);
  if (!structure) return <Empty>The attributes of this node are not those of a structure.</Empty>;
  if (structure.atoms.length === 0) return <Empty>There are no sites in this structure.</Empty>;
  if (compact) return <Small structure={structure} subject={node.uuid} />;
  return <Large structure={structure} subject={node.uuid} />;
}

function Small({ structure, subject }: { structure: Structure; subject: string }) {
  const atoms = structure.atoms.slice(0, DRAWN);
  return (
    <Scene title="Structure" atoms={atoms} cell={structure.cell} subject={subject} isCompact />
  );
}

const LOOKS: readonly Look[] = ["balls and sticks", "spheres", "sticks"];

function Large({ structure, subject }: { structure: Structure; subject: string }) {
  const [times, setTimes] = useState<Vector>([1, 1, 1]);
  const [look, setLook] = useState<Look>("balls and sticks");
  const [hasLabels, setLabels] = useState(false);
  const [along, setAlong] = useState<{ axis: 0 | 1 | 2 } | null>(null);
  const all = useMemo(() => repeated(structure, times), [structure, times]);
  const atoms = useMemo(() => all.slice(0, DRAWN), [all]);
  const { cell } = structure;
  return (
    <div class="structure">
      <div class="scene-tools">
        {cell && <Supercell times={times} onChange={setTimes} />}
        <label>
          look{" "}
          <select value={look} onChange={(event) => setLook(event.currentTarget.value as Look)}>
            {LOOKS.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={hasLabels}
            onChange={(event) => setLabels(event.currentTarget.checked)}
          />{" "}
          names
        </label>
        {cell &&
          (["a", "b", "c"] as const).map((name, axis) => (
            <button key={name} type="button" onClick={() => setAlong({ axis: axis as 0 | 1 | 2 })}>
              along {name}
            </button>
          ))}
      </div>
      <Scene
        title={`Structure of ${structure.atoms.length} atoms`}
        atoms={atoms}
        cell={cell}
        times={times}
        look={look}
        hasLabels={hasLabels}
        along={along}
        subject={subject}
      />
      {all.length > atoms.length && (
        <p class="muted">
          {count(atoms.length)} of {count(all.length)} atoms are drawn.
        </p>
      )}
      <Facts structure={structure} />
      <Sites structure={structure} />
    </div>
  );
}

function Supercell({ times, onChange }: { times: Vector; onChange: (times: Vector) => void }) {
  return (
    <fieldset class="supercell">
      <legend>supercell</legend>
      {(["a", "b", "c"] as const).map((name, axis) => (
        <select
          key={name}
          aria-label={`cells along ${name}`}
          value={times[axis]}
          onChange={(event) => {
            const next = times.map((one, at) =>
              at === axis ? Number(event.currentTarget.value) : one,
            );
            onChange(next as unknown as Vector);
          }}
        >
          {[1, 2, 3, 4, 5].map((number) => (
            <option key={number}>{number}</option>
          ))}
        </select>
      ))}
    </fieldset>
  );
}

function Facts({ structure }: { structure: Structure }) {
  const facts = structure.cell && cellFacts(structure.cell);
  const periodic = structure.pbc.filter(Boolean).length;
  return (
    <dl class="facts">
      <div>
        <dt>formula</dt>
        <dd>
          <Formula atoms={structure.atoms} />
        </dd>
      </div>
      <div>
        <dt>sites</dt>
        <dd>{count(structure.atoms.length)}</dd>
      </div>
      {facts && (
        <>
          <div>
            <dt>a, b, c</dt>
            <dd>{[facts.a, facts.b, facts.c].map((length) => length.toFixed(4)).join(", ")} Å</dd>
          </div>
          <div>
            <dt>α, β, γ</dt>
            <dd>
              {[facts.alpha, facts.beta, facts.gamma]
                .map((degrees) => degrees.toFixed(2))
                .join(", ")}
              °
            </dd>
          </div>
          <div>
            <dt>volume</dt>
            <dd>{facts.volume.toFixed(3)} Å³</dd>
          </div>
        </>
      )}
      <div>
        <dt>periodic in</dt>
        <dd>
          {periodic === 0
            ? "no direction: a molecule"
            : (["a", "b", "c"] as const).filter((_, axis) => structure.pbc[axis]).join(", ")}
        </dd>
      </div>
    </dl>
  );
}
