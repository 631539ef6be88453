/** Structures as numbers: atoms, cells, formulas. Lengths are in Å, angles in degrees. */

import type { Json, JsonObject } from "../../api/types";

export type Vector = readonly [number, number, number];

export interface Atom {
  /** The symbol that is drawn: of an alloy that of the largest weight. */
  readonly element: string;
  /** The name of its kind, e.g. `Fe1`. */
  readonly kind: string;
  readonly position: Vector;
}

export interface Structure {
  readonly atoms: readonly Atom[];
  /** The rows a, b and c; null where there is no cell. */
  readonly cell: readonly [Vector, Vector, Vector] | null;
  readonly pbc: readonly [boolean, boolean, boolean];
}

/** More atoms are not drawn. */
export const DRAWN = 6000;

/** The structure in the attributes of a `StructureData`; null if they are none. */
export function structureOf(attributes: JsonObject | null): Structure | null {
  const sites = attributes?.["sites"];
  const kinds = attributes?.["kinds"];
  if (!Array.isArray(sites) || !Array.isArray(kinds)) return null;
  const elements = new Map<string, string>();
  for (const kind of kinds as readonly Json[]) {
    if (isObject(kind)) elements.set(text(kind["name"]), mainSymbol(kind));
  }
  const atoms: Atom[] = [];
  for (const site of sites as readonly Json[]) {
    const position = isObject(site) ? vector(site["position"]) : null;
    if (!isObject(site) || !position) continue;
    const kind = text(site["kind_name"]);
    atoms.push({ kind, element: elements.get(kind) ?? kind, position });
  }
  const pbc = [1, 2, 3].map((axis) => attributes?.[`pbc${axis}`] === true);
  return {
    atoms,
    cell: cellOf(attributes?.["cell"]),
    pbc: [pbc[0] === true, pbc[1] === true, pbc[2] === true],
  };
}

function mainSymbol(kind: JsonObject): string {
  const symbols = Array.isArray(kind["symbols"])
    ? (kind["symbols"] as readonly Json[]).map(String)
    : [];
  const weights = Array.isArray(kind["weights"])
    ? (kind["weights"] as readonly Json[]).map(Number)
    : [];
  let best = 0;
  weights.forEach((weight, at) => {
    if (weight > (weights[best] ?? 0)) best = at;
  });
  return symbols[best] ?? text(kind["name"]);
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "?";
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Three numbers, or null. */
export function vector(value: unknown): Vector | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [x, y, z] = value.map(Number) as [number, number, number];
  return [x, y, z].every(Number.isFinite) ? [x, y, z] : null;
}

/** A cell whose three vectors span a volume, or null. */
export function cellOf(value: unknown): Structure["cell"] {
  if (!Array.isArray(value)) return null;
  const [a, b, c] = value.map(vector);
  if (!a || !b || !c) return null;
  return Math.abs(dot(a, cross(b, c))) > 1e-9 ? [a, b, c] : null;
}

/** The atoms of several cells side by side, the first cell first. */
export function repeated(structure: Structure, times: Vector): Atom[] {
  const { atoms, cell } = structure;
  if (!cell) return [...atoms];
  const all: Atom[] = [];
  for (let i = 0; i < times[0]; i++) {
    for (let j = 0; j < times[1]; j++) {
      for (let k = 0; k < times[2]; k++) {
        const shift = combined(cell, [i, j, k]);
        for (const atom of atoms) all.push({ ...atom, position: plus(atom.position, shift) });
      }
    }
  }
  return all;
}

/** The twelve edges of a cell, or of several side by side. */
export function edgesOf(
  cell: readonly [Vector, Vector, Vector],
  times: Vector = [1, 1, 1],
): [Vector, Vector][] {
  const corners: Vector[] = [];
  for (const i of [0, times[0]]) {
    for (const j of [0, times[1]])
      for (const k of [0, times[2]]) corners.push(combined(cell, [i, j, k]));
  }
  const edges: [Vector, Vector][] = [];
  for (let at = 0; at < 8; at++) {
    for (const bit of [1, 2, 4]) {
      const [from, to] = [corners[at], corners[at | bit]];
      if (!(at & bit) && from && to) edges.push([from, to]);
    }
  }
  return edges;
}

export interface CellFacts {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  /** In Å³. */
  readonly volume: number;
}

export function cellFacts([a, b, c]: readonly [Vector, Vector, Vector]): CellFacts {
  return {
    a: norm(a),
    b: norm(b),
    c: norm(c),
    alpha: angle(b, c),
    beta: angle(a, c),
    gamma: angle(a, b),
    volume: Math.abs(dot(a, cross(b, c))),
  };
}

/** Elements with their numbers, in the order of Hill: C, H, then the alphabet. */
export function composition(atoms: readonly Atom[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { element } of atoms) counts.set(element, (counts.get(element) ?? 0) + 1);
  const hasCarbon = counts.has("C");
  const rank = (element: string) => (hasCarbon ? ["C", "H"].indexOf(element) + 1 || 3 : 3);
  return [...counts].sort(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1));
}

/** Atoms in the format XYZ, which viewers read. */
export function xyzOf(atoms: readonly Atom[]): string {
  const lines = atoms.map(
    ({ element, position }) => `${element} ${position.map((x) => x.toFixed(6)).join(" ")}`,
  );
  return `${atoms.length}\n\n${lines.join("\n")}\n`;
}

export function combined(cell: readonly [Vector, Vector, Vector], [i, j, k]: Vector): Vector {
  return [0, 1, 2].map(
    (axis) => i * at(cell[0], axis) + j * at(cell[1], axis) + k * at(cell[2], axis),
  ) as unknown as Vector;
}

function at(value: Vector, axis: number): number {
  return value[axis] ?? 0;
}

export function plus(one: Vector, other: Vector): Vector {
  return [one[0] + other[0], one[1] + other[1], one[2] + other[2]];
}

export function dot(one: Vector, other: Vector): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2];
}

export function cross(one: Vector, other: Vector): Vector {
  return [
    one[1] * other[2] - one[2] * other[1],
    one[2] * other[0] - one[0] * other[2],
    one[0] * other[1] - one[1] * other[0],
  ];
}

export function norm(value: Vector): number {
  return Math.sqrt(dot(value, value));
}

function angle(one: Vector, other: Vector): number {
  return (Math.acos(dot(one, other) / (norm(one) * norm(other))) * 180) / Math.PI;
}
