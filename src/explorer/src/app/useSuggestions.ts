/** What is suggested while the reader writes: asked after a pause, and only for the last text. */

import { useEffect, useState } from "preact/hooks";

import { get, queryOf, urlOf } from "../api/http";
import type { NodeRow } from "../api/types";
import { short } from "../parts/format";
import { className } from "../parts/kinds";
import {
  meaningOf,
  nodesQuery,
  QUICK,
  SAMPLED,
  sectionsOf,
  type Section,
  type Suggestion,
} from "./search";

const PAUSE = 180;
const SHORTEST = 2;
const SIZE = 5;

interface Suggested {
  readonly text: string;
  readonly nodes: readonly NodeRow[];
  readonly found: readonly Suggestion[];
}

const NOTHING: Suggested = { text: "", nodes: [], found: [] };

/** Sections of suggestions for a text; null asks for none. */
export function useSuggestions(text: string | null): readonly Section[] {
  const plain = text?.trim() ?? "";
  const [state, setState] = useState<Suggested>(NOTHING);
  useEffect(() => {
    const urls = urlsFor(plain);
    if (urls.length === 0) {
      setState(NOTHING);
      return undefined;
    }
    const ending = new AbortController();
    const timer = setTimeout(() => {
      for (const url of urls) ask(plain, url, ending.signal, setState);
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [plain]);
  const sections = sectionsOf(state.found);
  return state.nodes.length ? [nodesSection(state.nodes), ...sections] : sections;
}

type Update = (change: (before: Suggested) => Suggested) => void;

function ask(text: string, url: string, signal: AbortSignal, update: Update): void {
  get<{ suggest?: readonly Suggestion[]; nodes?: readonly NodeRow[] }>(url, signal).then(
    ({ data }) => {
      if (signal.aborted) return;
      update((before) => {
        const kept = before.text === text ? before : { ...NOTHING, text };
        return {
          text,
          nodes: data.nodes ?? kept.nodes,
          found: [...kept.found, ...(data.suggest ?? [])],
        };
      });
    },
    () => undefined,
  );
}

/** At most two requests: nodes by pk or uuid, or else values from an index and from a sample. */
function urlsFor(text: string): string[] {
  const nodes = nodesQuery(text);
  const byNode = nodes === null ? [] : [urlOf("nodes", nodes)];
  const meaning = meaningOf(text);
  if (meaning === "pk" || meaning === "uuid") return byNode;
  if (meaning !== "text" || text.length < SHORTEST) return [];
  const suggest = (fields: readonly string[]) =>
    urlOf("nodes/suggest", queryOf({ field: fields.join(","), q: text, size: SIZE }));
  return byNode.length ? [...byNode, suggest(QUICK)] : [suggest(QUICK), suggest(SAMPLED)];
}

function nodesSection(nodes: readonly NodeRow[]): Section {
  return {
    title: "Nodes",
    options: nodes.map((node) => ({
      title: node.label || className(node.node_type),
      detail: `${className(node.node_type)} ${short(node.uuid)}, pk ${node.id}`,
      path: ["nodes", node.uuid],
      query: "",
    })),
  };
}
