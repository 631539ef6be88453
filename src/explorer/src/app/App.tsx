/** The shell: a bar, a rail, the page. */

import { useEffect, useRef } from "preact/hooks";

import { Boundary } from "../parts/states";
import { place } from "../router/router";
import { site } from "../site";
import { Bar } from "./Bar";
import { Help } from "./Help";
import { pageOf, STORES } from "./pages";
import { Preparing } from "./Preparing";
import { Rail } from "./Rail";
import { title } from "./title";
import { TokenGate } from "./TokenGate";

export function App() {
  const { path } = place.value;
  const isStores = site.page === "stores" && path.length === 0;
  const { page, rest } = isStores ? { page: STORES, rest: [] } : pageOf(path);
  const Page = page.component;
  const main = useRef<HTMLElement>(null);
  const where = path.slice(0, 2).join("/");
  const named = title.value ?? page.title;
  useEffect(() => {
    document.title = [named, site.profile ?? "Provender"].join(" – ");
  }, [named]);
  useEffect(() => {
    if (document.activeElement === document.body) main.current?.focus({ preventScroll: true });
  }, [where]);
  return (
    <>
      <a class="skip" href="#page">
        Skip to the page
      </a>
      <Bar />
      <Preparing />
      <div class="shell">
        {!isStores && <Rail />}
        <main id="page" ref={main} tabIndex={-1}>
          <TokenGate>
            <Boundary key={where}>
              <Page rest={rest} />
            </Boundary>
          </TokenGate>
        </main>
      </div>
      <Help />
    </>
  );
}
