/** K-points: the mesh or the list, and the Brillouin zone with the path through it. */

import { useState } from "preact/hooks";

import type { Json } from "../../api/types";
import { pointName } from "../bands/bands";
import { NumberTable } from "../../parts/plot/NumberTable";
import type { ViewerProps } from "../props";
import { ZonePicture } from "./ZonePicture";
import { zoneOf, type Zone } from "./zone";

export default function KpointsViewer({ node, compact = false }: ViewerProps) {
  const derived = node.derived_properties;
  const zone = zoneOf(derived);
  const given = derived?.["explicit_kpoints_rel"];
  const list = Array.isArray(given) ? (given as readonly Json[]).map(numbers) : [];
  if (compact && zone) return <ZonePicture zone={zone} isCompact />;
  return (
    <>
      <Facts
        mesh={numbers(derived?.["mesh"])}
        offset={numbers(derived?.["offset"])}
        list={list}
        zone={zone}
      />
      {zone ? (
        <ZonePicture zone={zone} />
      ) : (
        <p class="muted">Without a cell there is no Brillouin zone.</p>
      )}
      {list.length > 0 && !compact && <Points list={list} />}
    </>
  );
}

interface FactsProps {
  readonly mesh: readonly number[];
  readonly offset: readonly number[];
  readonly list: readonly (readonly number[])[];
  readonly zone: Zone | null;
}

function Facts({ mesh, offset, list, zone }: FactsProps) {
  const total = list.length || mesh.reduce((one, other) => one * other, mesh.length ? 1 : 0);
  return (
    <dl class="facts">
      {mesh.length > 0 && (
        <div>
          <dt>mesh</dt>
          <dd>
            {mesh.join(" × ")}
            {offset.some((value) => value !== 0) && `, moved by ${offset.join(", ")}`}
          </dd>
        </div>
      )}
      <div>
        <dt>points</dt>
        <dd>{total || "–"}</dd>
      </div>
      {zone && zone.path.length > 0 && (
        <div>
          <dt>path</dt>
          <dd>{zone.path.map(([from, to]) => `${pointName(from)}–${pointName(to)}`).join(", ")}</dd>
        </div>
      )}
    </dl>
  );
}

function Points({ list }: { list: readonly (readonly number[])[] }) {
  const [isTable, setTable] = useState(false);
  return (
    <>
      <button type="button" aria-expanded={isTable} onClick={() => setTable(!isTable)}>
        {isTable ? "Hide the points" : "Show the points"}
      </button>
      {isTable && (
        <NumberTable
          head={["k₁", "k₂", "k₃"]}
          columns={[0, 1, 2].map((axis) => list.map((point) => point[axis] ?? null))}
        />
      )}
    </>
  );
}

function numbers(value: Json | undefined): number[] {
  return Array.isArray(value) ? (value as readonly Json[]).map(Number) : [];
}
