/** What is alike and what differs in several nodes, member by member. */

import { dotted } from "../../router/selection";
import { Digits, isBranch, Members, sizeOf, writeExact, type Exact } from "../../parts/exact";

/** Lists of more members than this are compared as a whole. */
const LIST = 30;
/** So are lists whose text is no longer than this: cells and vectors are read at a glance. */
const SHORT = 80;
/** Members that are compared; the rest is told by their number. */
export const MOST = 5_000;

export interface Difference {
  readonly key: string;
  /** One value for each node; undefined where a node has none. */
  readonly values: readonly (Exact | undefined)[];
  readonly isEqual: boolean;
}

export interface Comparison {
  readonly differing: readonly Difference[];
  readonly equal: readonly Difference[];
  /** Whether there are more members than were compared. */
  readonly isCut: boolean;
}

/** Compare values below a name. Members that only some nodes have differ. */
export function compare(name: string, values: readonly (Exact | undefined)[]): Comparison {
  const found: Difference[] = [];
  walk([name], values, found);
  return {
    differing: found.filter((one) => !one.isEqual).slice(0, MOST),
    equal: found.filter((one) => one.isEqual).slice(0, MOST),
    isCut: found.length > MOST,
  };
}

function walk(
  path: readonly string[],
  values: readonly (Exact | undefined)[],
  found: Difference[],
): void {
  if (found.length > MOST) return;
  const names = namesOf(values);
  if (names === null) {
    const isEqual = values.every((value) => isSame(values[0], value));
    found.push({ key: dotted(path), values, isEqual });
    return;
  }
  for (const name of names) {
    const members = values.map((value) => memberOf(value, name));
    walk([...path, name], members, found);
  }
}

/** The names of the members of all values, if they can be compared one by one. */
function namesOf(values: readonly (Exact | undefined)[]): readonly string[] | null {
  const there = values.filter((value) => value !== undefined);
  if (there.length === 0) return null;
  if (there.every((value) => value instanceof Members && sizeOf(value) > 0)) {
    const objects = there as Members[];
    return [...new Set(objects.flatMap((value) => value.keys))];
  }
  const lists = there.filter((value) => Array.isArray(value) && value.length > 0);
  const longest = Math.max(...lists.map((value) => sizeOf(value)));
  if (lists.length < there.length || longest > LIST) return null;
  if (lists.every((value) => writeExact(value, SHORT + 1).length <= SHORT)) return null;
  return Array.from({ length: longest }, (_, at) => String(at));
}

function memberOf(value: Exact | undefined, name: string): Exact | undefined {
  if (value instanceof Members) {
    const at = value.keys.indexOf(name);
    return at < 0 ? undefined : value.values[at];
  }
  return Array.isArray(value) ? (value as readonly Exact[])[Number(name)] : undefined;
}

/** Whether two values say the same: `1` and `1.0` do, integers that differ in one digit do not. */
export function isSame(one: Exact | undefined, other: Exact | undefined): boolean {
  if (one === other) return true;
  if (one === undefined || other === undefined) return false;
  if (isNumber(one) && isNumber(other)) return isSameNumber(one, other);
  if (!isBranch(one) || !isBranch(other)) return false;
  if (one instanceof Members !== other instanceof Members) return false;
  if (sizeOf(one) !== sizeOf(other)) return false;
  const names =
    one instanceof Members ? one.keys : Array.from({ length: one.length }, (_, at) => String(at));
  return names.every((name) => isSame(memberOf(one, name), memberOf(other, name)));
}

function isNumber(value: Exact): value is number | Digits {
  return typeof value === "number" || value instanceof Digits;
}

function isSameNumber(one: number | Digits, other: number | Digits): boolean {
  const [left, right] = [writeExact(one), writeExact(other)];
  if (left === right) return true;
  const isWhole = (text: string) => /^-?\d+$/.test(text);
  if (isWhole(left) && isWhole(right)) return BigInt(left) === BigInt(right);
  return Number(left) === Number(right);
}

export interface FileOf {
  readonly path: string;
  readonly size: number | null;
  readonly sha256: string | null;
}

export interface FileDifference {
  readonly path: string;
  readonly files: readonly (FileOf | undefined)[];
  readonly isEqual: boolean;
}

/** Compare files by their hash, path by path; those that differ come first. */
export function compareFiles(lists: readonly (readonly FileOf[])[]): readonly FileDifference[] {
  const byPath = lists.map((files) => new Map(files.map((file) => [file.path, file])));
  const paths = [...new Set(lists.flatMap((files) => files.map((file) => file.path)))].sort();
  const rows = paths.map((path) => {
    const files = byPath.map((own) => own.get(path));
    const hash = files[0]?.sha256 ?? null;
    const isEqual = hash !== null && files.every((file) => file?.sha256 === hash);
    return { path, files, isEqual };
  });
  return [...rows.filter((row) => !row.isEqual), ...rows.filter((row) => row.isEqual)];
}
