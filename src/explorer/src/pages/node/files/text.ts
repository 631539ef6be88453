/** Text that arrives in pieces of bytes, as lines. */

/** Lines that a search finds. */
export const FOUND = 5_000;

export class TextLines {
  readonly lines: string[] = [];
  /** Whether some bytes were no UTF-8. */
  hasBadBytes = false;
  private readonly decoder = new TextDecoder("utf-8", { ignoreBOM: false });
  private rest = "";

  /** Add bytes; the last ones end the last line. */
  push(bytes: Uint8Array, isLast: boolean): void {
    const text = this.decoder.decode(bytes, { stream: !isLast });
    if (text.includes("\ufffd")) this.hasBadBytes = true;
    const parts = (this.rest + text).split("\n");
    this.rest = parts.pop() ?? "";
    for (const part of parts) this.lines.push(withoutReturn(part));
    if (isLast && this.rest !== "") {
      this.lines.push(withoutReturn(this.rest));
      this.rest = "";
    }
  }

  /** The lines, and the one that is not complete yet. */
  shown(): readonly string[] {
    return this.rest ? [...this.lines, this.rest] : this.lines;
  }
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

/** The numbers (from 0) of the lines that have a text, upper and lower case alike. */
export function linesWith(lines: readonly string[], text: string): number[] {
  const found: number[] = [];
  const wanted = text.toLowerCase();
  if (!wanted) return found;
  for (let at = 0; at < lines.length && found.length < FOUND; at++) {
    if ((lines[at] ?? "").toLowerCase().includes(wanted)) found.push(at);
  }
  return found;
}

/** A line in pieces, every second one a place where the text was found. */
export function marked(line: string, text: string): string[] {
  const low = line.toLowerCase();
  const wanted = text.toLowerCase();
  if (!wanted || low.length !== line.length) return [line];
  const pieces: string[] = [];
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    pieces.push(line.slice(from, at), line.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  return [...pieces, line.slice(from)];
}

/** The place of the next (or previous) number after the current one, round and round. */
export function nextOf(
  found: readonly number[],
  current: number | null,
  step: 1 | -1,
): number | null {
  if (found.length === 0) return null;
  if (current === null) return (step === 1 ? found[0] : found[found.length - 1]) ?? null;
  const next =
    step === 1
      ? found.find((line) => line > current)
      : [...found].reverse().find((line) => line < current);
  return next ?? (step === 1 ? found[0] : found[found.length - 1]) ?? null;
}
