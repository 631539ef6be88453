/** Attributes and extras of a node as they are stored. */

import { useEffect, useState } from "preact/hooks";

import { raw, urlOf, type ApiError, type Note } from "../../../api/http";
import { asApiError } from "../../../api/useAnswer";
import { Digits, Members, member, parseExact, type Exact } from "../../../parts/exact";

export interface Contents {
  /** `attributes` and `extras`; one that cannot be shown is missing. */
  readonly roots: Members;
  readonly notes: readonly Note[];
}

interface State {
  readonly url: string;
  readonly contents: Contents | null;
  readonly error: ApiError | null;
}

const COLUMNS = ["attributes", "extras"];

/** Ask for both; attributes last, so that they are left out if both are too much. */
export function useExact(uuid: string) {
  const url = urlOf(`nodes/${uuid}`, { include: "extras,attributes" });
  const [state, setState] = useState<State | null>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let isWanted = true;
    read(url).then(
      (contents) => {
        if (isWanted) setState({ url, contents, error: null });
      },
      (error: unknown) => {
        if (isWanted) setState({ url, contents: null, error: asApiError(error) });
      },
    );
    return () => {
      isWanted = false;
    };
  }, [url, turn]);
  const isCurrent = state?.url === url;
  return {
    contents: isCurrent ? state.contents : null,
    error: isCurrent ? state.error : null,
    retry: () => {
      setState(null);
      setTurn(turn + 1);
    },
  };
}

async function read(url: string): Promise<Contents> {
  const response = await raw(url);
  return contentsOf(parseExact(await response.text()));
}

/** What an answer says of a node's attributes and extras. */
export function contentsOf(body: Exact): Contents {
  const nodes = member(member(body, "data"), "nodes");
  const node = Array.isArray(nodes) ? (nodes as readonly Exact[])[0] : undefined;
  const keys = COLUMNS.filter((name) => member(node, name) instanceof Members);
  const said = member(body, "notes");
  const notes = (Array.isArray(said) ? (said as readonly Exact[]) : []).map(noteOf);
  return {
    roots: new Members(
      keys,
      keys.map((name) => member(node, name) ?? null),
    ),
    notes,
  };
}

function noteOf(note: Exact): Note {
  const texts = note instanceof Members ? note.keys.map((key) => [key, member(note, key)]) : [];
  const plain = texts.map(([key, value]) => [key, value instanceof Digits ? value.text : value]);
  return Object.fromEntries(plain) as Note;
}
