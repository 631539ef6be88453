/** A Brillouin zone as lines on paper: turned, and seen from far away. Lengths are in 1/Å. */

import type { JsonObject } from "../../api/types";
import { vector, type Vector } from "../structure/structure";

export interface Zone {
  readonly faces: readonly (readonly Vector[])[];
  readonly points: readonly { readonly name: string; readonly at: Vector }[];
  /** Pairs of names. */
  readonly path: readonly (readonly [string, string])[];
  /** Points of a mesh or a list, without names. */
  readonly others: readonly Vector[];
}

const OTHERS = 2000;

/** The zone in the derived properties of k-points; null where there is none. */
export function zoneOf(derived: JsonObject | null): Zone | null {
  const said = derived?.["faces_data"] as { faces?: unknown } | undefined;
  if (!said || !Array.isArray(said.faces)) return null;
  const faces = said.faces.map((face) => vectors(face)).filter((face) => face.length > 2);
  if (faces.length === 0) return null;
  const named = (derived?.["labelled_kpoints_abs"] ?? {}) as Record<string, unknown>;
  const points = Object.entries(named).flatMap(([name, value]) => {
    const at = vector(value);
    return at ? [{ name, at }] : [];
  });
  const path = derived?.["labelled_path"];
  return {
    faces,
    points,
    path: Array.isArray(path) ? path.filter(isPair) : [],
    others: vectors(derived?.["explicit_kpoints_abs"]).slice(0, OTHERS),
  };
}

function vectors(value: unknown): Vector[] {
  return Array.isArray(value) ? value.map(vector).filter((one) => one !== null) : [];
}

function isPair(value: unknown): value is readonly [string, string] {
  return (
    Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === "string")
  );
}

/** Turn a point: first around the upright axis, then towards the reader. Angles are in radians. */
export function turned([x, y, z]: Vector, [round, over]: readonly [number, number]): Vector {
  const [a, b] = [
    x * Math.cos(round) - y * Math.sin(round),
    x * Math.sin(round) + y * Math.cos(round),
  ];
  return [a, z * Math.cos(over) - b * Math.sin(over), b * Math.cos(over) + z * Math.sin(over)];
}

/** The largest distance from the middle, which is Γ. */
export function radiusOf(zone: Zone): number {
  return Math.max(1e-9, ...zone.faces.flat().map((corner) => Math.hypot(...corner)));
}

/** Whether a face is turned to the reader: its middle lies before Γ. */
export function isFront(face: readonly Vector[]): boolean {
  return face.reduce((sum, corner) => sum + corner[2], 0) < 0;
}
