/** The facets of a list of processes, in one request. */

import { useEffect, useState } from "preact/hooks";

import { get, post, urlOf, type ApiError } from "../../api/http";
import type { Facet } from "../../api/types";
import { asApiError } from "../../api/useAnswer";
import type { Term } from "../../router/selection";
import { facetsAsked, type FacetsAsked } from "./asked";

export type Facets = Readonly<Record<string, Facet>>;

const FACETS = [
  "attributes.process_label",
  "attributes.process_state",
  "attributes.exit_status",
  "node_type",
  "group",
  "computer",
  "user",
  "ctime:month",
];
const SIZE = 30;

interface State {
  readonly key: string | null;
  readonly facets: Facets | null;
  readonly error: ApiError | null;
}

export function useProcessFacets(filters: readonly Term[]): State & { readonly isStale: boolean } {
  const [state, setState] = useState<State>({ key: null, facets: null, error: null });
  const key = JSON.stringify(filters);
  useEffect(() => {
    let isWanted = true;
    ask(facetsAsked(filters, FACETS, SIZE)).then(
      ({ data }) => {
        if (isWanted) setState({ key, facets: data.facets, error: null });
      },
      (error: unknown) => {
        if (isWanted) setState({ key, facets: null, error: asApiError(error) });
      },
    );
    return () => {
      isWanted = false;
    };
    // the key is all of the filters
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return { ...state, isStale: state.key !== key };
}

function ask({ query, body }: FacetsAsked) {
  if (body) return post<{ facets: Facets }>(urlOf("nodes/facets"), body);
  return get<{ facets: Facets }>(urlOf("nodes/facets", query));
}
