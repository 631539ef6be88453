/** The shown page as a file, made in the browser. */

import type { ComponentChildren } from "preact";

import { raw } from "../../api/http";
import { save, saveText } from "../save";
import { site } from "../../site";

import { Menu } from "./Menu";
import { csvOf, type Column } from "./columns";

export interface DownloadProps<R> {
  readonly name: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  /** The files of the whole selection; asked for when the menu is opened. */
  readonly whole?: ComponentChildren;
}

export function Download<R>({ name, columns, rows, whole }: DownloadProps<R>) {
  return (
    <Menu title="Download">
      {() => (
        <>
          <h3>The rows of this page</h3>
          <ul>
            <li>
              <button
                type="button"
                onClick={() => saveText(`${name}.csv`, "text/csv", csvOf(columns, rows))}
              >
                CSV, the columns shown
              </button>
            </li>
            <li>
              <button
                type="button"
                onClick={() =>
                  saveText(`${name}.json`, "application/json", JSON.stringify(rows, null, 2))
                }
              >
                JSON
              </button>
            </li>
          </ul>
          {whole}
        </>
      )}
    </Menu>
  );
}

/** A link to a file of the API; where a token is asked for, the file comes through the page. */
export function FileLink({ url, name, children }: FileLinkProps) {
  const throughPage = async (event: MouseEvent) => {
    if (site.login !== "token") return;
    event.preventDefault();
    const blob = await (await raw(url)).blob();
    save(name, blob);
  };
  return (
    <a href={url} download={name} onClick={(event) => void throughPage(event)}>
      {children}
    </a>
  );
}

interface FileLinkProps {
  readonly url: string;
  readonly name: string;
  readonly children: ComponentChildren;
}
