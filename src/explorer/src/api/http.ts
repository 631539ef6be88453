/**
 * Requests to the public API, and nothing else.
 *
 * Answers are kept in memory with their ETag: a repeated request that the server answers with 304
 * costs no body. Two equal requests at the same time are one. While the server makes a store ready for
 * its first use, every request waits, and is sent again as often as the server says.
 */

import { site } from "../site";
import { ApiError } from "./error";
import { isPreparing, pause, preparing, secondsOf } from "./waiting";

export { ApiError };

export interface Answer<T> {
  readonly data: T;
  readonly notes: readonly Note[];
  readonly headers: Headers;
}

export interface Note {
  readonly code?: string;
  readonly message: string;
  readonly [key: string]: unknown;
}

interface Kept {
  readonly etag: string;
  readonly answer: Answer<unknown>;
}

const KEPT = 200;
const kept = new Map<string, Kept>();
const running = new Map<string, Promise<Answer<unknown>>>();
const TOKEN = "provender-token";

export type Value = string | number | boolean | null | undefined;
export type Params = Record<string, Value | readonly Value[]>;

/** A query string of parameters that have a value; lists repeat their key. */
export function queryOf(params: Params): string {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(params)) {
    for (const one of Array.isArray(value) ? (value as readonly Value[]) : [value as Value]) {
      if (one !== undefined && one !== null && one !== "") {
        pairs.push(`${encode(key)}=${encode(String(one))}`);
      }
    }
  }
  return pairs.join("&");
}

/** Percent-encode what a query string cannot hold; quotes, commas and colons stay readable. */
export function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll("%2C", ",")
    .replaceAll("%3A", ":")
    .replaceAll("%2F", "/")
    .replaceAll("%40", "@");
}

/** The URL of a route below the API of the store, e.g. `urlOf("nodes", {limit: 3})`. */
export function urlOf(path: string, query: Params | string = {}): string {
  const text = typeof query === "string" ? query : queryOf(query);
  return `${site.api}/${path}${text ? `?${text}` : ""}`;
}

/** Where the same can be asked from outside, with its host. */
export function absolute(url: string): string {
  return new URL(url, document.baseURI).href;
}

export function setToken(token: string | null): void {
  if (token) sessionStorage.setItem(TOKEN, token);
  else sessionStorage.removeItem(TOKEN);
  kept.clear();
}

export function hasToken(): boolean {
  return sessionStorage.getItem(TOKEN) !== null;
}

export function authorization(): Record<string, string> {
  const token = sessionStorage.getItem(TOKEN);
  return token ? { Authorization: `Bearer ${token}` } : {};
}

/**
 * Whether the token opens the store of this page.
 *
 * @throws {ApiError} the server cannot say so, or could not be reached
 */
export async function opens(): Promise<boolean> {
  const response = await reach(urlOf("server"), { headers: authorization(), cache: "no-store" });
  if (!response.ok && response.status !== 401) throw await refusal(response);
  return response.ok;
}

/**
 * GET a URL of the API and give the content of `data`.
 *
 * A request with a signal is one of its own, and ends when the signal says so.
 *
 * @throws {ApiError} the server refused, or could not be reached (status 0)
 */
export function get<T>(url: string, signal?: AbortSignal): Promise<Answer<T>> {
  if (signal) return fetchAnswer<T>(url, signal);
  const same = running.get(url);
  if (same) return same as Promise<Answer<T>>;
  const asked = fetchAnswer<T>(url).finally(() => running.delete(url));
  running.set(url, asked);
  return asked;
}

/** POST a body to a URL of the API; equal bodies are not kept. */
export async function post<T>(
  url: string,
  body: unknown,
  signal: AbortSignal | null = null,
): Promise<Answer<T>> {
  return decoded<T>(await rawPost(url, body, signal));
}

/** The response to a posted body, for files; refusals are errors as everywhere. */
export async function rawPost(
  url: string,
  body: unknown,
  signal: AbortSignal | null = null,
): Promise<Response> {
  const response = await reach(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...authorization() },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw await refusal(response);
  return response;
}

/**
 * The size of a file that is made for the request, which is not sent.
 *
 * @throws {ApiError} the file cannot be made
 */
export async function sizeOf(url: string, signal: AbortSignal): Promise<Answer<number>> {
  const asked = { method: "HEAD", headers: authorization(), cache: "no-store", signal } as const;
  let response = await reach(url, asked);
  if (!response.ok) {
    // An answer without a body says no reason, so it is asked for.
    await (await raw(url)).body?.cancel();
    response = await reach(url, asked);
  }
  if (!response.ok) throw await refusal(response);
  const { headers } = response;
  return { data: Number(headers.get("Content-Length")), notes: [], headers };
}

/** The response itself, for files; refusals are errors as everywhere. */
export async function raw(url: string, headers: Record<string, string> = {}): Promise<Response> {
  const response = await reach(url, { headers: { ...headers, ...authorization() } });
  if (!response.ok) throw await refusal(response);
  return response;
}

async function fetchAnswer<T>(url: string, signal: AbortSignal | null = null): Promise<Answer<T>> {
  const known = kept.get(url);
  const headers: Record<string, string> = authorization();
  if (known) headers["If-None-Match"] = known.etag;
  const response = await reach(url, { headers, cache: "no-store", signal });
  if (response.status === 304 && known) return known.answer as Answer<T>;
  const answer = await decoded<T>(response);
  const etag = response.headers.get("ETag");
  if (etag) keep(url, { etag, answer });
  return answer;
}

function keep(url: string, entry: Kept): void {
  kept.delete(url);
  kept.set(url, entry);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  for (;;) {
    const response = await sent(url, init);
    const error = response.status === 503 ? await refusal(response.clone()) : null;
    const isWaiting = error !== null && isPreparing(error);
    preparing.value = isWaiting ? error.message : null;
    if (!isWaiting) return response;
    await pause(secondsOf(error) ?? 1, init.signal ?? null);
  }
}

async function sent(url: string, init: RequestInit): Promise<Response> {
  try {
    // With a token the browser has nothing to add: it would ask for a password when one is refused.
    return await fetch(url, hasToken() ? { ...init, credentials: "omit" } : init);
  } catch {
    throw new ApiError(0, "The server cannot be reached.", "Is it running, and is the network up?");
  }
}

async function decoded<T>(response: Response): Promise<Answer<T>> {
  if (!response.ok) throw await refusal(response);
  const body = (await response.json()) as { data: T; notes?: Note[] };
  return { data: body.data, notes: body.notes ?? [], headers: response.headers };
}

async function refusal(response: Response): Promise<ApiError> {
  let said: { message?: string; hint?: string; code?: string } = {};
  try {
    said = (await response.json()) as typeof said;
  } catch {
    // not JSON: a proxy in between answered
  }
  const wait = Number(response.headers.get("Retry-After"));
  return new ApiError(
    response.status,
    said.message ?? `The server answered ${response.status} ${response.statusText}`.trim(),
    said.hint ?? null,
    said.code ?? null,
    response.headers.get("X-Request-Id"),
    wait > 0 ? wait : null,
  );
}
