/** Which lines of a traceback tell the reason, and where they stand. */

import type { Traceback } from "./summary";

/** A line that names a file: `  File "/opt/x.py", line 93, in boom`. */
const PLACE = /^\s*(?:\[[^\]]*\]:\s*)?File "(.+)", line (\d+)/;
const CARETS = /^[\s^~]+$/;
const HEAD = /^Traceback \(most recent call last\)/;

/** The line that says in one sentence why a process failed; null where nothing does. */
export function reasonOf(traceback: Traceback): string | null {
  const { lines, exit_message: message } = traceback;
  const at = reasonAt(lines);
  const line = at === null ? "" : (lines[at] ?? "").trim();
  return line || traceback.exception?.trim().split("\n").at(-1) || message || null;
}

/** The index of the line that tells the reason: the error at the end of a traceback, else the last line with text. */
export function reasonAt(lines: readonly string[]): number | null {
  const heads = lines.flatMap((line, at) => (HEAD.test(bare(line)) ? [at] : []));
  const head = heads.at(-1);
  if (head !== undefined) {
    const error = lines.findIndex(
      (line, at) => at > head && line.trim() !== "" && /^\S/.test(line),
    );
    if (error >= 0) return error;
  }
  for (let at = lines.length - 1; at >= 0; at--) {
    if ((lines[at] ?? "").trim() !== "") return at;
  }
  return null;
}

/** The index of the line of code that raised the error: the last one of a traceback that names a file. */
export function raisedAt(lines: readonly string[]): number | null {
  const at = lines.findLastIndex((line) => PLACE.test(line));
  return at >= 0 ? at : null;
}

/** Whether a line belongs to the reason: the error itself, and the code that raised it. */
export function isTelling(lines: readonly string[], at: number): boolean {
  const reason = reasonAt(lines);
  if (at === reason) return true;
  const raised = raisedAt(lines);
  if (raised === null || at < raised || at > raised + 1) return false;
  return (reason === null || at < reason) && !CARETS.test(lines[at] ?? "");
}

/** A line without the prefix of AiiDA's log: `[248|boom|on_except]: `. */
function bare(line: string): string {
  return line.replace(/^\[\d+\|[^\]]*\]:\s*/, "");
}
