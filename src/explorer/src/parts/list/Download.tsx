/** The shown page as a file, made in the browser. */

import { useState } from "preact/hooks";

import { csvOf, type Column } from "./columns";

export interface DownloadProps<R> {
  readonly name: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  /** The whole selection in a format, where the server offers it: `[["zip", url], …]`. */
  readonly whole?: readonly (readonly [string, string])[];
}

export function Download<R>({ name, columns, rows, whole = [] }: DownloadProps<R>) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details class="menu" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Download</summary>
      <div class="menu-body">
        <h3>The rows of this page</h3>
        <ul>
          <li>
            <button
              type="button"
              onClick={() => save(`${name}.csv`, "text/csv", csvOf(columns, rows))}
            >
              CSV, the columns shown
            </button>
          </li>
          <li>
            <button
              type="button"
              onClick={() =>
                save(`${name}.json`, "application/json", JSON.stringify(rows, null, 2))
              }
            >
              JSON
            </button>
          </li>
        </ul>
        {whole.length > 0 && (
          <>
            <h3>All that the filters choose</h3>
            <ul>
              {whole.map(([format, url]) => (
                <li key={format}>
                  <a href={url} download>
                    {format}
                  </a>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </details>
  );
}

/** Give a text to the browser as a file. */
export function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
