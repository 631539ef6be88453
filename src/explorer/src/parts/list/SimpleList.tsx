/** A list of things that are no nodes, or that have their own rows: filters, order, pages, downloads. */

import type { ComponentChildren } from "preact";

import { queryOf, urlOf } from "../../api/http";
import { useAnswer } from "../../api/useAnswer";
import { setTerms, terms } from "../../router/router";
import { filtersOf, textOf, viewValue, withView } from "../../router/selection";
import { Loaded } from "../states";
import type { Options, Selection } from "../taking/selection";
import { Chips } from "./Chips";
import { Files } from "./Files";
import { FilterField } from "./FilterField";
import { ListTable } from "./ListTable";
import { NoRows } from "./NoRows";
import { Pager } from "./Pager";
import { ThisQuery } from "./ThisQuery";
import type { Column } from "./columns";
import { fromStart, nextCursor, pageAt } from "./pages";
import type { Names } from "./words";

export interface SimpleListProps<R> {
  /** The route below the API, and the key of its rows in the answer. */
  readonly path: string;
  readonly dataKey: string;
  readonly noun: string;
  /** Or what makes them of the rows of the page. */
  readonly columns: readonly Column<R>[] | ((rows: readonly R[]) => readonly Column<R>[]);
  readonly idOf: (row: R) => string;
  /** The order unless the address says another; null where the route has one of its own. */
  readonly order: string | null;
  /** The key that a plain text is looked for in; without it there is no field for filters. */
  readonly textKey?: string;
  readonly names?: Names;
  readonly query?: string;
  /** The nodes of the list, to take away; none for a list of other things. */
  readonly selection?: Selection | null;
  /** The columns of the table to take away. */
  readonly table?: Options;
  /** What is said of a store that has none. */
  readonly children?: ComponentChildren;
}

export function SimpleList<R>(props: SimpleListProps<R>) {
  const { path, dataKey, noun, idOf, names } = props;
  const here = terms.value;
  const { cursor, limit } = pageAt(here);
  const order = props.order === null ? null : (viewValue(here, "orderby") ?? props.order);
  const filters = [textOf(filtersOf(here)), props.query ?? ""];
  const query = [...filters, queryOf({ orderby: order, limit, cursor: cursor ?? "*" })];
  const url = urlOf(path, query.filter((part) => part !== "").join("&"));
  const answer = useAnswer<Readonly<Record<string, readonly R[]>>>(url);
  const told = answer.headers?.get("X-Total-Count");
  const counted = told ? Number(told) : undefined;
  const onOrder = (next: string | null) => setTerms(withView(fromStart(here), "orderby", next));
  return (
    <>
      {props.textKey !== undefined && (
        <FilterField path={path} id="filter" textKey={props.textKey} />
      )}
      <Chips {...(names ? { names } : {})} />
      <Loaded answer={answer} lines={12}>
        {(data) => {
          const rows = data[dataKey] ?? [];
          const page = {
            shown: rows.length,
            next: answer.isStale ? null : nextCursor(answer.headers),
            total: answer.isStale ? null : counted,
            noun,
          };
          if (rows.length === 0) {
            return (
              <NoRows noun={noun} {...(names ? { names } : {})}>
                {props.children}
              </NoRows>
            );
          }
          const columns = typeof props.columns === "function" ? props.columns(rows) : props.columns;
          return (
            <>
              <div class="list-tools">
                <ThisQuery url={urlOf(path, query.slice(0, -1).filter(Boolean).join("&"))} />
                <Files
                  name={noun.replaceAll(" ", "-")}
                  columns={columns}
                  rows={rows}
                  selection={props.selection ?? null}
                  table={{ ...props.table, ...(order === null ? {} : { orderby: order }) }}
                />
                <Pager {...page} />
              </div>
              <div class="list-scroll">
                <ListTable
                  caption={noun}
                  columns={columns}
                  rows={rows}
                  idOf={idOf}
                  order={order}
                  {...(order === null ? {} : { onOrder })}
                />
              </div>
              {rows.length > 20 && <Pager {...page} hasSize />}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
