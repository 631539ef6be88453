/** Handing a file of the API to the reader, from any store, whatever the browser can send. */

import { hasToken, post, raw, rawPost, urlOf, type ApiError } from "../../api/http";
import { asApiError } from "../../api/useAnswer";
import { pause, secondsOf } from "../../api/waiting";
import { site } from "../../site";
import { save } from "../save";
import type { Asked } from "./selection";

export interface File extends Asked {
  readonly name: string;
  /** A small request that fails if the file cannot be made now. */
  readonly check?: Asked;
}

/**
 * Download a file, as soon as the server can give it.
 *
 * A browser downloads what a link leads to, in constant memory and without a word on errors: so errors
 * are looked for before. What a body asks for comes through the page.
 *
 * @throws {ApiError} the server refused
 */
export async function take(
  file: File,
  onWait: (error: ApiError) => void,
  signal: AbortSignal,
): Promise<void> {
  if (file.check) await ready(file.check, onWait, signal);
  if (file.body) {
    save(file.name, await (await rawPost(file.url, file.body, signal)).blob());
  } else {
    follow(hasToken() ? await signed(file.url) : file.url, file.name);
  }
}

/** Ask until nothing is in the way that goes by itself. */
async function ready(
  { url, body }: Asked,
  onWait: (error: ApiError) => void,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      const answer = body ? await rawPost(url, body, signal) : await raw(url);
      await answer.body?.cancel();
      return;
    } catch (reason) {
      const error = asApiError(reason);
      const seconds = secondsOf(error);
      if (seconds === null) throw error;
      onWait(error);
      await pause(seconds, signal);
    }
  }
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
  // A menu closes at a click elsewhere, and this one is none of the reader's.
  link.addEventListener("click", (event) => event.stopPropagation());
  document.body.append(link);
  link.click();
  link.remove();
}
