/** What is taken away: a selection of nodes, as the routes of nodes take it. */

import { queryOf, urlOf } from "../../api/http";
import type { Json } from "../../api/types";
import { quoted, textOf } from "../../router/selection";

/** A query string, or conditions where a query string cannot say it. */
export interface Selection {
  readonly query: string;
  readonly where: { readonly [key: string]: Json } | null;
}

/** A request for a file of a selection. */
export interface Asked {
  readonly url: string;
  readonly body: { readonly [key: string]: Json } | null;
}

/** Keys beside a selection; a query string has lists with commas, and objects as JSON. */
export type Options = Readonly<Record<string, Json>>;

/** The request of a route for a selection, with keys beside it. */
export function askedOf(path: string, { query, where }: Selection, options: Options): Asked {
  if (where) return { url: urlOf(path), body: { where, ...options } };
  const keys = queryOf(
    Object.fromEntries(Object.entries(options).map(([key, value]) => [key, written(value)])),
  );
  return { url: urlOf(path, [query, keys].filter((part) => part !== "").join("&")), body: null };
}

function written(value: Json): string {
  if (Array.isArray(value)) return value.join(",");
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What a request is known by. */
export function keyOf({ url, body }: Asked): string {
  return body ? `${url} ${JSON.stringify(body)}` : url;
}

/** The nodes with these uuids. */
export function ofUuids(uuids: readonly string[]): Selection {
  const value = uuids.map(quoted).join(",");
  return { query: textOf([{ key: "uuid", operator: "=in=", value }]), where: null };
}
