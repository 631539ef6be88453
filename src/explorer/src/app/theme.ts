/** Dark or light: that of the system, unless the reader chose. */

import { effect, signal } from "@preact/signals";

export type Theme = "light" | "dark" | "system";

const KEY = "provender-theme";
const saved = read();

export const theme = signal<Theme>(saved === "light" || saved === "dark" ? saved : "system");

effect(() => {
  document.documentElement.dataset["theme"] = theme.value;
  try {
    localStorage.setItem(KEY, theme.value);
  } catch {
    // storage is switched off: the choice holds for this page
  }
});

/** Whether the page is dark now; pictures that draw their own background ask. */
export function isDark(): boolean {
  if (theme.value !== "system") return theme.value === "dark";
  return window.matchMedia?.("(prefers-color-scheme: dark)").matches ?? false;
}

/** A colour of the theme, e.g. `token("accent")`, for what is drawn on a canvas. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
