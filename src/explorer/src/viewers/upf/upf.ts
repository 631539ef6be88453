/** A pseudopotential: what its header says, and its functions of the radius. */

import type { Json, JsonObject } from "../../api/types";
import type { Series } from "../../parts/plot/Plot";

export interface Upf {
  readonly header: readonly (readonly [string, string])[];
  /** In bohr. */
  readonly radii: readonly number[];
  readonly groups: readonly { readonly title: string; readonly series: readonly Series[] }[];
}

/** What the download in JSON holds; null if it is something else. */
export function upfOf(value: unknown): Upf | null {
  const root = isObject(value) ? value["pseudo_potential"] : null;
  if (!isObject(root)) return null;
  const radii = numbers(root["radial_grid"]);
  if (radii.length === 0) return null;
  const header = isObject(root["header"]) ? root["header"] : {};
  const groups = [
    { title: "Local potential", series: [line("local", root["local_potential"])] },
    { title: "Projectors", series: lines(root["beta_projectors"], "projector") },
    {
      title: "Atomic wave functions",
      series: lines(root["atomic_wave_functions"], "wave function"),
    },
    {
      title: "Densities",
      series: [
        line("total charge", root["total_charge_density"]),
        line("core", root["core_charge_density"]),
      ],
    },
  ];
  return {
    header: Object.entries(header).map(
      ([key, one]) => [key.replaceAll("_", " "), simple(one)] as const,
    ),
    radii,
    groups: groups
      .map(({ title, series }) => ({
        title,
        series: series.filter(({ values }) => values.length > 0),
      }))
      .filter(({ series }) => series.length > 0),
  };
}

function lines(value: Json | undefined, name: string): Series[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).map((one, at) => {
    if (!isObject(one)) return line(`${name} ${at + 1}`, one);
    const l = one["angular_momentum"];
    const title = typeof one["label"] === "string" ? one["label"] : `${name} ${at + 1}`;
    return {
      ...line(typeof l === "number" ? `${title} (l = ${l})` : title, one["radial_function"]),
      ...look(at),
    };
  });
}

function look(at: number): Pick<Series, "colour" | "isDashed"> {
  return { colour: at % 2 ? "chart-2" : "chart", isDashed: at >= 2 };
}

function line(label: string, value: Json | undefined): Series {
  return { label, values: numbers(value) };
}

function numbers(value: Json | undefined): number[] {
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).filter((one) => typeof one === "number");
}

function simple(value: Json): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
