/** Bytes of a file by ranges. */

import { raw } from "../../../api/http";

export interface Piece {
  readonly bytes: Uint8Array;
  /** The first byte, from 0. */
  readonly start: number;
  /** How many bytes the file has. */
  readonly size: number;
}

const RANGE = /^bytes (\d+)-\d+\/(\d+)$/;

/**
 * Bytes of a file from `start`, `length` of them at most; a negative `start` counts from the end.
 *
 * @throws {ApiError} the file cannot be read
 */
export async function readPiece(url: string, start: number, length: number): Promise<Piece> {
  const range = start < 0 ? `bytes=${start}` : `bytes=${start}-${start + length - 1}`;
  const response = await raw(url, { Range: range });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const said = RANGE.exec(response.headers.get("Content-Range") ?? "");
  if (!said) return { bytes, start: 0, size: bytes.length };
  return { bytes, start: Number(said[1]), size: Number(said[2]) };
}

/** A dump of bytes: offset, sixteen bytes, what is readable of them. */
export function hexLines(bytes: Uint8Array, start = 0): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.slice(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0"));
    const left = hex.slice(0, 8).join(" ").padEnd(23);
    const right = hex.slice(8).join(" ").padEnd(23);
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "."));
    lines.push(
      `${(start + at).toString(16).padStart(8, "0")}  ${left}  ${right}  ${text.join("")}`,
    );
  }
  return lines;
}

const PICTURES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  bmp: "image/bmp",
  svg: "image/svg+xml",
  avif: "image/avif",
};

/** The type of a picture that a browser draws, by the name of its file; null for others. */
export function pictureType(name: string): string | null {
  const ending = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(PICTURES, ending) ? (PICTURES[ending] ?? null) : null;
}
