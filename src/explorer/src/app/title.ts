/** The title of the page in the tab of the browser, where a page knows a better one than its name. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";

export const title = signal<string | null>(null);

/** Name the page while the component is shown; null leaves the name of the page. */
export function useTitle(text: string | null): void {
  useEffect(() => {
    title.value = text;
    return () => {
      title.value = null;
    };
  }, [text]);
}
