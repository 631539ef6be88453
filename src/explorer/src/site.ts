/** What the server says in the page about itself, and where things are. */

export interface Site {
  readonly version: string;
  /** The store of this page; null on the list of stores. */
  readonly profile: string | null;
  /** The root of the server, without a slash at its end. */
  readonly top: string;
  /** The root of the store, without a slash at its end. */
  readonly root: string;
  readonly page: "stores" | "store";
  readonly api: string;
  readonly guarded: boolean;
  readonly login: "basic" | "token" | null;
  readonly docs: boolean;
}

function read(): Site {
  const text = document.querySelector<HTMLMetaElement>('meta[name="provender"]')?.content;
  const said = JSON.parse(text ?? "{}") as Partial<Site>;
  return {
    version: "",
    profile: null,
    top: "",
    root: "",
    page: "store",
    api: "/api/v4",
    guarded: false,
    login: null,
    docs: true,
    ...said,
  };
}

export const site: Site = read();
