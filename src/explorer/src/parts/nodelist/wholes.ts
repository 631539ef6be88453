/** Files of a whole selection: only those that this server has a route for. */

import { urlOf } from "../../api/http";

/** What a route gives: its path below the API, a name for people, keys beside the filters. */
const KNOWN: readonly (readonly [path: string, title: string, ending: string, keys: string])[] = [
  ["nodes/export", "CSV table", "csv", "format=csv"],
  ["nodes/archive.zip", "Files as zip", "zip", ""],
  ["nodes/archive.aiida", "AiiDA archive", "aiida", ""],
];

export interface Whole {
  readonly title: string;
  readonly ending: string;
  readonly url: string;
}

/** The files that a list of routes offers for filters. */
export function wholesOf(routes: readonly string[], query: string): Whole[] {
  return KNOWN.filter(([path]) => routes.some((line) => line.includes(`/${path}/`))).map(
    ([path, title, ending, keys]) => ({
      title,
      ending,
      url: urlOf(path, [query, keys].filter((part) => part !== "").join("&")),
    }),
  );
}
