/** The files that a calculation job sent and those that it brought back. */

import { urlOf } from "../../../api/http";
import type { JsonObject } from "../../../api/types";
import { quoted } from "../../../router/selection";

export type Side = "inputs" | "outputs";

/** A row of `/calcjobs/<id>/files?metadata=1`. */
export interface JobFile {
  readonly side: Side;
  /** The node that holds the file. */
  readonly uuid: string;
  readonly path: string;
  readonly name: string;
  readonly type: "FILE" | "DIRECTORY";
  readonly size?: number | null;
  readonly binary?: boolean | null;
}

/** Bytes of a file that are shown here; the tab of files shows the others. */
export const PREVIEW = 64_000;

export function contentsUrl(file: JobFile): string {
  return urlOf(`nodes/${file.uuid}/repo/contents`, { filename: quoted(file.path) });
}

export function ofSide(files: readonly JobFile[], side: Side): readonly JobFile[] {
  return files.filter((file) => file.side === side);
}

/**
 * The file to show first: the one that the job names as its input or output, else the largest text.
 */
export function firstOf(
  files: readonly JobFile[],
  side: Side,
  attributes: JsonObject | null,
): JobFile | null {
  const named = attributes?.[side === "inputs" ? "input_filename" : "output_filename"];
  const own = ofSide(files, side).filter((file) => file.type === "FILE");
  const found = own.find((file) => file.path === named);
  if (found) return found;
  const texts = own.filter((file) => !file.binary && !file.name.startsWith("_"));
  const [largest] = [...texts].sort((one, two) => (two.size ?? 0) - (one.size ?? 0));
  return largest ?? own[0] ?? null;
}
