/** Where the reader is: the path below `browse/` and the query string, kept in the address. */

import { computed, signal } from "@preact/signals";

import { site } from "../site";
import { termsOf, textOf, type Term } from "./selection";

export interface Place {
  /** Decoded parts of the path below `browse/`, e.g. `["nodes", "<uuid>", "files"]`. */
  readonly path: readonly string[];
  /** The query string without its question mark, as it stands in the address. */
  readonly query: string;
}

const here = signal<Place>(read());

/** Where the reader is now. */
export const place = computed(() => here.value);
export const terms = computed<readonly Term[]>(() => termsOf(here.value.query));

/** The address of a page of this store: `hrefOf(["nodes", uuid], "tab=files")`. */
export function hrefOf(path: readonly string[], query: string | readonly Term[] = ""): string {
  const text = typeof query === "string" ? query : textOf(query);
  const parts = path.map((part) => encodeURIComponent(part)).join("/");
  const base = parts ? `${site.root}/browse/${parts}` : `${site.root}/`;
  return text ? `${base}?${text}` : base;
}

/** Go to an address of this store. */
export function navigate(
  href: string,
  options: { replace?: boolean; keepScroll?: boolean } = {},
): void {
  if (options.replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  here.value = read();
  if (!options.keepScroll && !options.replace) window.scrollTo(0, 0);
}

/** Change what is shown of this page: the terms of its query string. */
export function setTerms(next: readonly Term[], options: { replace?: boolean } = {}): void {
  navigate(hrefOf(here.value.path, next), { ...options, keepScroll: true });
}

/** Whether an address is a page of this store, which needs no new page load. */
export function isInside(url: URL): boolean {
  if (url.origin !== location.origin) return false;
  const path = url.pathname;
  return (
    path === `${site.root}/` ||
    path === `${site.root}/browse` ||
    path.startsWith(`${site.root}/browse/`)
  );
}

/** Follow links within the store without loading the page anew, and Back and Forward. */
export function start(): void {
  window.addEventListener("popstate", () => {
    here.value = read();
  });
  document.addEventListener("click", (event) => {
    const url = followed(event);
    if (!url || !isInside(url)) return;
    if (url.hash && url.pathname === location.pathname && url.search === location.search) return;
    event.preventDefault();
    navigate(url.pathname + url.search + url.hash);
  });
}

/** The address of a link that was clicked to be followed here, not in another tab or as a download. */
function followed(event: MouseEvent): URL | null {
  const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (event.defaultPrevented || event.button !== 0 || !isPlain) return null;
  const link = (event.target as Element | null)?.closest?.("a");
  if (!link?.href || link.target || link.hasAttribute("download")) return null;
  return new URL(link.href);
}

function read(): Place {
  const below = location.pathname.slice(`${site.root}/browse`.length);
  const isHome = location.pathname === `${site.root}/` || location.pathname === site.root;
  const parts = isHome ? [] : below.split("/").filter((part) => part !== "");
  return { path: parts.map(decoded), query: location.search.slice(1) };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
