/** Numbers in columns: the first ones, and how many there are. */

import { count } from "../format";

const ROWS = 500;
const COLUMNS = 40;

export interface NumberTableProps {
  readonly head: readonly string[];
  readonly columns: readonly (readonly (number | string | boolean | null)[])[];
}

export function NumberTable({ head, columns }: NumberTableProps) {
  const rows = columns[0]?.length ?? 0;
  const shown = columns.slice(0, COLUMNS);
  return (
    <div class="number-table" tabIndex={0} role="region" aria-label="Numbers">
      <table class="table">
        <thead>
          <tr>
            {head.slice(0, COLUMNS).map((name, at) => (
              <th key={at} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: Math.min(rows, ROWS) }, (_, row) => (
            <tr key={row}>
              {shown.map((values, at) => (
                <td key={at} class="number mono">
                  {values[row] === null ? "–" : String(values[row])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {(rows > ROWS || columns.length > COLUMNS) && (
        <p class="muted">
          {count(Math.min(rows, ROWS))} of {count(rows)} rows, {Math.min(columns.length, COLUMNS)}{" "}
          of {count(columns.length)} columns shown.
        </p>
      )}
    </div>
  );
}
