import { expect, test } from "vitest";

import { cellFacts, cellOf, composition, edgesOf, repeated, structureOf, xyzOf } from "./structure";

const ATTRIBUTES = {
  cell: [
    [2, 0, 0],
    [0, 3, 0],
    [0, 0, 4],
  ],
  pbc1: true,
  pbc2: true,
  pbc3: false,
  kinds: [
    { name: "FeX", symbols: ["Fe", "Ni"], weights: [0.4, 0.6] },
    { name: "O1", symbols: ["O"], weights: [1] },
  ],
  sites: [
    { kind_name: "FeX", position: [0, 0, 0] },
    { kind_name: "O1", position: [1, 1.5, 2] },
    { kind_name: "O1", position: "nowhere" },
  ],
};

test("an alloy is drawn as what there is most of, and odd sites are left out", () => {
  const structure = structureOf(ATTRIBUTES);
  expect(structure?.atoms.map(({ element }) => element)).toEqual(["Ni", "O"]);
  expect(structure?.pbc).toEqual([true, true, false]);
});

test("what is no structure is null", () => {
  expect(structureOf(null)).toBeNull();
  expect(structureOf({ sites: 3, kinds: [] })).toBeNull();
});

test("a flat cell is none", () => {
  expect(
    cellOf([
      [1, 0, 0],
      [2, 0, 0],
      [0, 0, 1],
    ]),
  ).toBeNull();
  expect(cellOf("no")).toBeNull();
});

test("a supercell has all atoms, the first cell first", () => {
  const structure = structureOf(ATTRIBUTES);
  const atoms = structure ? repeated(structure, [2, 1, 2]) : [];
  expect(atoms).toHaveLength(8);
  expect(atoms[1]?.position).toEqual([1, 1.5, 2]);
  expect(atoms.at(-1)?.position).toEqual([3, 1.5, 6]);
});

test("a cell has twelve edges", () => {
  const cell = cellOf(ATTRIBUTES.cell);
  expect(cell && edgesOf(cell, [2, 1, 1])).toHaveLength(12);
});

test("lengths, angles and volume", () => {
  const cell = cellOf([
    [2, 0, 0],
    [-1, Math.sqrt(3), 0],
    [0, 0, 4],
  ]);
  const facts = cell && cellFacts(cell);
  expect(facts?.gamma).toBeCloseTo(120);
  expect(facts?.volume).toBeCloseTo(8 * Math.sqrt(3));
});

test("formulas are in the order of Hill", () => {
  const atom = (element: string) => ({ element, kind: element, position: [0, 0, 0] as const });
  expect(composition(["O", "H", "C", "H"].map(atom))).toEqual([
    ["C", 1],
    ["H", 2],
    ["O", 1],
  ]);
  expect(composition(["O", "H", "Be"].map(atom))).toEqual([
    ["Be", 1],
    ["H", 1],
    ["O", 1],
  ]);
});

test("XYZ begins with the number of atoms", () => {
  expect(xyzOf([{ element: "Si", kind: "Si", position: [0, 0, 1.5] }])).toBe(
    "1\n\nSi 0.000000 0.000000 1.500000\n",
  );
});
