/** The menu of a list: the rows that are shown as a file made in the browser, and all of the selection. */

import { saveText } from "../save";
import { Menu } from "../Menu";
import { TakeAway } from "../taking/TakeAway";
import type { Options, Selection } from "../taking/selection";
import { csvOf, type Column } from "./columns";

export interface FilesProps<R> {
  readonly name: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  /** The nodes of the list; none for a list of other things. */
  readonly selection?: Selection | null;
  readonly table?: Options;
}

export function Files<R>({ name, columns, rows, selection, table = {} }: FilesProps<R>) {
  return (
    <Menu title="Download">
      {() => (
        <>
          {selection && <TakeAway selection={selection} name={name} table={table} />}
          <h3>The rows that are shown</h3>
          <ul>
            <li class="taking">
              <button
                type="button"
                onClick={() => saveText(`${name}.csv`, "text/csv", csvOf(columns, rows))}
              >
                Page as CSV
              </button>
              <button
                type="button"
                onClick={() =>
                  saveText(`${name}.json`, "application/json", JSON.stringify(rows, null, 2))
                }
              >
                Page as JSON
              </button>
            </li>
          </ul>
        </>
      )}
    </Menu>
  );
}
