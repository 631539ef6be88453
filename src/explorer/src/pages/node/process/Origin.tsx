/** Where the lines stand that tell why a process failed: a link to the row of the log or to the file. */

import type { NodeDetail } from "../../../api/types";
import { short } from "../../../parts/format";
import { hrefOf } from "../../../router/router";
import type { Origin } from "./summary";

const PLACES: Readonly<Record<string, string>> = {
  log: "the log",
  report: "the log",
  exception: "the attribute exception",
  status: "the attribute process_status",
  stderr: "the scheduler’s errors",
  output: "the output file",
  message: "the exit message",
  none: "nothing stored",
};

export function OriginLink({ node, origin }: { node: NodeDetail; origin: Origin }) {
  const isOwn = origin.process === node.uuid;
  const place = PLACES[origin.source] ?? origin.source;
  const href = hrefOfOrigin(origin);
  const said = origin.filename ? `${place} ${origin.filename}` : place;
  return (
    <>
      {href ? <a href={href}>{said}</a> : said}
      {!isOwn && (
        <>
          {" "}
          of <a href={hrefOf(["nodes", origin.process])}>{short(origin.process)}</a>
        </>
      )}
    </>
  );
}

/** The address of the place; null where it has none of its own. */
export function hrefOfOrigin(origin: Origin): string | null {
  const { process, source, log_id: row, filename } = origin;
  if (source === "log" || source === "report") {
    return hrefOf(["nodes", process, "logs"], row === null ? "" : `row=${row}`);
  }
  if (filename !== null) {
    return hrefOf(["nodes", process, "files", ...filename.split("/")], "side=outputs");
  }
  if (source === "exception" || source === "status") {
    return hrefOf(["nodes", process, "attributes"]);
  }
  return null;
}
