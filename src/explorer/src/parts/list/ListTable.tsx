/** The rows of a list: a table, which is cards on a phone. `j`, `k` and Enter walk through it. */

import { useMemo, useRef } from "preact/hooks";

import "./list.css";

import { useKeys } from "../../app/keys";
import { ariaSort, nextOrder, type Column } from "./columns";

export interface Choice {
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  readonly labelOf: (id: string) => string;
}

export interface ListTableProps<R> {
  /** Says what the table holds, for those who do not see it. */
  readonly caption: string;
  /** The first one names the row, and holds the link that Enter follows. */
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly idOf: (row: R) => string;
  readonly order?: string | null;
  readonly onOrder?: (order: string | null) => void;
  readonly choice?: Choice;
  readonly onRemoveColumn?: (key: string) => void;
}

export function ListTable<R>(props: ListTableProps<R>) {
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(body, props.choice);
  const { columns, choice, rows, idOf } = props;
  return (
    <table class="table list">
      <caption class="offscreen">{props.caption}</caption>
      <thead>
        <tr>
          {choice && (
            <td class="tick">
              <span class="offscreen">Chosen</span>
            </td>
          )}
          {columns.map((column) => (
            <Header key={column.key} column={column} {...props} />
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {rows.map((row) => (
          <Row key={idOf(row)} row={row} id={idOf(row)} columns={columns} choice={choice} />
        ))}
      </tbody>
    </table>
  );
}

function Header<R>({
  column,
  order = null,
  onOrder,
  onRemoveColumn,
  columns,
}: { column: Column<R> } & ListTableProps<R>) {
  const any = column as unknown as Column<never>;
  const sort = ariaSort(any, order);
  const isFirst = columns[0]?.key === column.key;
  const sign = { ascending: "↑", descending: "↓" };
  return (
    <th scope="col" class={column.isNumeric ? "number" : ""} aria-sort={sort}>
      {column.order !== undefined && onOrder ? (
        <button type="button" class="plain head" onClick={() => onOrder(nextOrder(any, order))}>
          {column.title} <span aria-hidden="true">{sort ? sign[sort] : ""}</span>
        </button>
      ) : (
        <span class="head">{column.title}</span>
      )}
      {onRemoveColumn && !isFirst && (
        <button
          type="button"
          class="plain remove"
          aria-label={`Remove the column ${column.title}`}
          title="Remove this column"
          onClick={() => onRemoveColumn(column.key)}
        >
          ×
        </button>
      )}
    </th>
  );
}

function Row<R>(props: {
  row: R;
  id: string;
  columns: readonly Column<R>[];
  choice: Choice | undefined;
}) {
  const { row, id, columns, choice } = props;
  const isChosen = choice?.chosen.has(id) ?? false;
  return (
    <tr class={isChosen ? "chosen" : ""}>
      {choice && (
        <td class="tick">
          <input
            type="checkbox"
            checked={isChosen}
            aria-label={`Choose ${choice.labelOf(id)}`}
            onChange={() => choice.toggle(id)}
          />
        </td>
      )}
      {columns.map((column, at) =>
        at === 0 ? (
          <th key={column.key} scope="row">
            {column.cell(row)}
          </th>
        ) : (
          <td key={column.key} class={column.isNumeric ? "number" : ""} data-label={column.title}>
            {column.cell(row)}
          </td>
        ),
      )}
    </tr>
  );
}

/** `j` and `k` move the focus over the links of the rows, which Enter then follows; `x` chooses. */
function useRowKeys(body: { current: HTMLElement | null }, choice: Choice | undefined): void {
  const canChoose = choice !== undefined;
  const keys = useMemo(() => {
    const move = (step: number) => () => {
      const links = [...(body.current?.querySelectorAll<HTMLElement>("th a") ?? [])];
      const row = document.activeElement?.closest("tr");
      const at = links.findIndex((link) => link.closest("tr") === row);
      const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1);
      links[next]?.focus();
    };
    const mark = () => {
      const row = document.activeElement?.closest("tr");
      if (row && body.current?.contains(row))
        row.querySelector<HTMLElement>(".tick input")?.click();
    };
    return [
      { keys: "j", what: "next row (Enter opens it)", run: move(1) },
      { keys: "k", what: "row before", run: move(-1) },
      ...(canChoose ? [{ keys: "x", what: "choose the row", run: mark }] : []),
    ];
  }, [body, canChoose]);
  useKeys(keys);
}
