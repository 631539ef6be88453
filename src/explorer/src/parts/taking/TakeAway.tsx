/** A selection of nodes to take away: as a table, its files as a zip, an archive for AiiDA. */

import { urlOf } from "../../api/http";
import { useAnswer } from "../../api/useAnswer";
import { Download } from "../Download";
import { Sized } from "./Sized";
import { askedOf, type Options, type Selection } from "./selection";

export interface TakeAwayProps {
  readonly selection: Selection;
  /** Of files, without the ending. */
  readonly name: string;
  readonly title?: string;
  /** The columns of the table: `want` or `fields`, and `orderby`. */
  readonly table?: Options;
}

interface Info {
  readonly info: { readonly extras: Readonly<Record<string, boolean>> };
}

const TABLES = [
  ["csv", "CSV"],
  ["ndjson", "JSON lines"],
  ["parquet", "Parquet"],
  ["arrow", "Arrow"],
] as const;
/** Formats that need a package which a server may lack. */
const OPTIONAL = new Set(["parquet", "arrow"]);
const NO_OPTIONS = {};

export function TakeAway({ selection, name, title, table = NO_OPTIONS }: TakeAwayProps) {
  const server = useAnswer<Info>(urlOf("server/info"));
  const hasTables = server.data?.info.extras["tables"] === true;
  const probe = askedOf("nodes/export", selection, { fields: ["id"], limit: 0 });
  return (
    <>
      <h3>{title ?? "All that the filters choose"}</h3>
      <ul>
        <li class="taking">
          <span class="taking-title">Table</span>
          {TABLES.filter(([format]) => hasTables || !OPTIONAL.has(format)).map(([format, word]) => (
            <Download
              key={format}
              {...askedOf("nodes/export", selection, { ...table, format })}
              name={`${name}.${format}`}
              check={askedOf("nodes/export", selection, { ...table, format, limit: 0 })}
            >
              {word}
            </Download>
          ))}
        </li>
        <Sized
          path="nodes/archive.zip"
          selection={selection}
          name={`${name}.zip`}
          title="Files as zip"
          check={probe}
        />
        <Sized
          path="nodes/archive.aiida"
          selection={selection}
          name={`${name}.aiida`}
          title="AiiDA archive"
          check={probe}
        />
      </ul>
    </>
  );
}
