/** Arrays of the API: what there is, and slices that can be shown. */

import { get, urlOf } from "../../api/http";

export interface ArrayRow {
  readonly name: string;
  readonly dtype: string | null;
  readonly shape: readonly number[] | null;
  readonly bytes: number | null;
}

export type Value = number | string | boolean | null;
export type Nested = Value | readonly Nested[];

/** At most so many values of an axis are asked for. */
export const SHOWN = 200;

/** Whether a dtype is a real number that can be drawn. */
export function isReal(dtype: string | null): boolean {
  return /^[<>|=]?[fiub]\d/.test(dtype ?? "");
}

/**
 * The slice of an array that a table shows: rows and columns of its last two axes, at an index of the others.
 * A vector is a column.
 */
export function sliceOf(shape: readonly number[], indices: readonly number[]): string {
  const leading = Math.max(0, shape.length - 2);
  return shape
    .map((size, axis) =>
      axis < leading ? String(indices[axis] ?? 0) : `0:${Math.min(size, SHOWN)}`,
    )
    .join(",");
}

export function arrayUrl(uuid: string, name: string, slice: string): string {
  return urlOf(`nodes/${uuid}/arrays/${encodeURIComponent(name)}`, {
    format: "json",
    ...(slice ? { slice } : {}),
  });
}

/** The values of a slice. */
export async function loadArray(uuid: string, name: string, slice = ""): Promise<Nested> {
  const { data } = await get<Record<string, Nested>>(arrayUrl(uuid, name, slice));
  return data[name] ?? null;
}

/** Nested lists as rows: a number is one row of one, a vector is a column. Complex numbers are text. */
export function rowsOf(values: Nested, rank: number): Value[][] {
  if (rank === 0 || !Array.isArray(values)) return [[scalar(values)]];
  const list = values as readonly Nested[];
  if (rank === 1) return list.map((value) => [scalar(value)]);
  return list.map((row) =>
    Array.isArray(row) ? (row as readonly Nested[]).map(scalar) : [scalar(row)],
  );
}

function scalar(value: Nested): Value {
  if (!Array.isArray(value)) return value as Value;
  const [real, imaginary] = value as readonly number[];
  return `${real} ${Number(imaginary) < 0 ? "−" : "+"} ${Math.abs(Number(imaginary))}i`;
}

/** A colour between two ends for a value in a range: its place from 0 to 1. */
export function position(value: number, least: number, most: number): number {
  return most > least ? (value - least) / (most - least) : 0.5;
}
