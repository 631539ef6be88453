/** The bar: the store and the way to others, the search box, the theme. */

import { hrefOf } from "../router/router";
import { site } from "../site";
import { SearchBox } from "./SearchBox";
import { theme, type Theme } from "./theme";

const NEXT: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };
const SIGNS: Readonly<Record<Theme, string>> = { system: "◐", light: "☀", dark: "☾" };

export function Bar() {
  return (
    <header class="bar">
      <a class="brand" href={`${site.top}/`} aria-label="Provender: all stores">
        <span aria-hidden="true">❖</span>
      </a>
      {site.profile !== null && site.page === "store" && (
        <a class="store-name" href={hrefOf([])}>
          {site.profile}
        </a>
      )}
      {site.page === "store" && <SearchBox />}
      <span class="spacer" />
      {site.docs && (
        <a class="bar-link" href={`${site.top}/docs`}>
          API docs
        </a>
      )}
      <button
        type="button"
        class="plain"
        aria-label={`Theme: ${theme.value}`}
        title={`Theme: ${theme.value}`}
        onClick={() => {
          theme.value = NEXT[theme.value];
        }}
      >
        {SIGNS[theme.value]}
      </button>
    </header>
  );
}
