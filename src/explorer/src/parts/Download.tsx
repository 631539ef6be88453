/** A link that downloads a file of the API, also from a store that asks for a token. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { ApiError, hasToken, post, urlOf } from "../api/http";
import { asApiError } from "../api/useAnswer";
import { site } from "../site";

export function Download({
  url,
  name,
  children,
}: {
  /** As `urlOf` gives it. */
  url: string;
  name: string;
  children: ComponentChildren;
}) {
  const [error, setError] = useState<ApiError | null>(null);
  if (!hasToken()) {
    return (
      <a class="button" href={url} download={name}>
        {children}
      </a>
    );
  }
  const start = () => {
    setError(null);
    signed(url).then(
      (link) => follow(link, name),
      (reason: unknown) => setError(asApiError(reason)),
    );
  };
  return (
    <>
      <button type="button" onClick={start}>
        {children}
      </button>
      {error && <span role="alert">{error.message}</span>}
    </>
  );
}

/** A link that needs no token for some minutes: a browser sends none when it follows a link. */
async function signed(url: string): Promise<string> {
  const path = url.startsWith(site.root) ? url.slice(site.root.length) : url;
  const { data } = await post<{ url: string }>(urlOf("download_links"), { path });
  return data.url;
}

function follow(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
