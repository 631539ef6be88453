/**
 * The search box: a uuid or pk goes to the node, a filter to the list, anything else is suggested.
 *
 * A combobox: the focus stays in the field, arrows walk the options, Enter takes one.
 */

import { useRef, useState } from "preact/hooks";

import "./search.css";

import { get, urlOf, type ApiError } from "../api/http";
import type { NodeRow } from "../api/types";
import { asApiError } from "../api/useAnswer";
import { check } from "../parts/list/check";
import { hrefOf, navigate } from "../router/router";
import { listOf, meaningOf, nodesQuery, promiseOf, type Option, type Section } from "./search";
import { useSuggestions } from "./useSuggestions";

export function SearchBox() {
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [error, setError] = useState<ApiError | null>(null);
  const sections = useSuggestions(isOpen ? text : null);
  const options = sections.flatMap((section) => section.options);
  const write = (next: string) => {
    setText(next);
    setOpen(true);
    setActive(-1);
    setError(null);
  };
  const leave = (href: string) => {
    write("");
    setOpen(false);
    field.current?.blur();
    navigate(href);
  };
  const take = (option: Option) => leave(hrefOf(option.path, option.query));
  const enter = () => {
    const chosen = options[active];
    if (chosen) take(chosen);
    else
      hrefFor(text).then(
        (href) => href !== null && leave(href),
        (reason: unknown) => setError(asApiError(reason)),
      );
  };
  const walk = (step: number) => {
    setOpen(true);
    const all = options.length + 1;
    const next = ((active + 1 + step + all) % all) - 1;
    setActive(next);
    document.getElementById(`search-option-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const promise = promiseOf(text);
  const isShown = isOpen && promise !== "";
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        enter();
      }}
      onFocusOut={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOpen(false);
      }}
    >
      <input
        ref={field}
        id="search"
        type="text"
        role="combobox"
        value={text}
        autocomplete="off"
        spellcheck={false}
        placeholder="Search: uuid, pk, label, type, filter"
        aria-label="Search"
        aria-expanded={isShown}
        aria-controls="search-options"
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `search-option-${active}` : undefined}
        onInput={(event) => write(event.currentTarget.value)}
        onFocus={() => setOpen(true)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") walk(1);
          else if (event.key === "ArrowUp") walk(-1);
          else if (event.key === "Escape" && isShown) setOpen(false);
          else return;
          event.preventDefault();
        }}
      />
      <div class="search-drop" hidden={!isShown}>
        {error && (
          <p class="search-error" role="alert">
            <strong>{error.message}</strong> {error.hint}
          </p>
        )}
        <Options sections={sections} active={active} onTake={take} />
        {active < 0 && !error && <p class="search-promise muted">{promise}</p>}
      </div>
    </form>
  );
}

function Options(props: {
  sections: readonly Section[];
  active: number;
  onTake: (option: Option) => void;
}) {
  let at = 0;
  return (
    <div id="search-options" role="listbox" aria-label="Suggestions">
      {props.sections.map((section) => (
        <div key={section.title} role="group" aria-labelledby={`search-${section.title}`}>
          <div id={`search-${section.title}`} class="search-title">
            {section.title}
          </div>
          {section.options.map((option) => {
            const own = at++;
            return (
              <div
                key={own}
                id={`search-option-${own}`}
                role="option"
                class="search-option"
                aria-selected={own === props.active}
                onMouseDown={(event) => event.preventDefault()}
                onClick={() => props.onTake(option)}
              >
                <span class="search-name">{option.title}</span>{" "}
                <span class="muted">{option.detail}</span>
              </div>
            );
          })}
        </div>
      ))}
    </div>
  );
}

/** Where a text leads; null for an empty one. */
async function hrefFor(text: string): Promise<string | null> {
  const meaning = meaningOf(text);
  if (meaning === "nothing") return null;
  if (meaning === "pk" || meaning === "uuid") {
    const { data } = await get<{ nodes: readonly NodeRow[] }>(
      urlOf("nodes", nodesQuery(text) ?? ""),
    );
    const [node] = data.nodes;
    if (node && data.nodes.length === 1) return hrefOf(["nodes", node.uuid]);
    if (meaning === "pk" && !node) return hrefOf(["nodes"], `id=${text.trim().replace("#", "")}`);
    return hrefOf(["nodes"], listOfBeginning(text));
  }
  const query = listOf(text);
  if (/[=<>!]/.test(text)) await check("nodes", query);
  return hrefOf(["nodes"], query);
}

function listOfBeginning(text: string): string {
  return (nodesQuery(text) ?? "").replace(/&limit=.*$/, "");
}
