import { expect, test } from "vitest";

import { upfOf } from "./upf";

test("functions of the radius come in groups, empty ones are left out", () => {
  const upf = upfOf({
    pseudo_potential: {
      header: { element: "O", z_valence: 6, core_correction: true },
      radial_grid: [0, 0.1],
      local_potential: [-1, -2],
      beta_projectors: [{ radial_function: [0, 1], angular_momentum: 1 }],
      core_charge_density: [],
    },
  });
  expect(upf?.groups.map(({ title }) => title)).toEqual(["Local potential", "Projectors"]);
  expect(upf?.groups[1]?.series[0]?.label).toBe("projector 1 (l = 1)");
  expect(upf?.header).toContainEqual(["z valence", "6"]);
});

test("what is no pseudopotential is null", () => {
  expect(upfOf(null)).toBeNull();
  expect(upfOf({ pseudo_potential: { radial_grid: [] } })).toBeNull();
});
