/** What every page is given. */

export interface PageProps {
  /** The rest of the path, behind the name of the page. */
  readonly rest: readonly string[];
}
