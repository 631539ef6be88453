/** Filters as text: what a reader writes, and what the address and the API take. */

import { containing, split, termOf, textOf, type Term } from "../../router/selection";

/** The filters that a text means: filters, or a part of a label. */
export function meant(text: string, textKey: string): string {
  const plain = text.trim();
  if (plain === "" || /[=<>!]/.test(plain)) return encoded(plain);
  return textOf([{ key: textKey, operator: "=ilike=", value: containing(plain) }]);
}

/** Filters as they are read and written: not percent-encoded. */
export function written(filters: readonly Term[]): string {
  return filters.map(({ key, operator, value }) => `${key}${operator}${value}`).join("&");
}

/** A text of filters, encoded for a URL; what is no filter is left for the server to complain about. */
export function encoded(text: string): string {
  return split(text)
    .map((one) => {
      const term = termOf(one);
      return term ? textOf([term]) : encodeURIComponent(one);
    })
    .join("&");
}
