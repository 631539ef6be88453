/** A text file: numbered lines, a search, a line to jump to. Large files are loaded bit by bit. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { bytes, count } from "../../../parts/format";
import { Failure, Skeleton } from "../../../parts/states";
import { keepTerm, useLater } from "../../../router/later";
import { setTerms, terms } from "../../../router/router";
import { viewValue, withView } from "../../../router/selection";
import { Lines } from "./Lines";
import { FOUND, linesWith, nextOf } from "./text";
import { BY_SCROLLING, FIRST, MOST, useText, type Text } from "./useText";

/** Lines that a jump may ask for: bytes are loaded until it is there. */
const JUMP = 4 * 1024 * 1024;

function lineOf(value: string | null): number | null {
  const number = Number(value);
  return value !== null && Number.isInteger(number) && number !== 0 ? number : null;
}

export function TextView({ url, name }: { url: string; name: string }) {
  const isTail = viewValue(terms.value, "part") === "end";
  const text = useText(url, isTail);
  const at = lineOf(viewValue(terms.value, "at"));
  const isWrapped = viewValue(terms.value, "wrap") === "1";
  const [typed, setTyped] = useState(viewValue(terms.peek(), "find") ?? "");
  const [find, setFind] = useState(typed);
  useLater(typed, 200, (value) => {
    setFind(value);
    keepTerm("find", value || null);
  });
  const found = useMemo(
    () => linesWith(text.lines, find).map((line) => line + text.first),
    [text.lines, text.first, find],
  );
  useJump(text, at, isTail);
  const go = (line: number | null) => keepTerm("at", line === null ? null : String(line));
  if (text.error && text.lines.length === 0)
    return <Failure error={text.error} onRetry={text.loadMore} />;
  if (text.lines.length === 0 && text.isLoading) return <Skeleton lines={12} />;
  return (
    <>
      <div class="text-tools">
        <Find
          typed={typed}
          found={found}
          at={at}
          onType={setTyped}
          onStep={(step) => go(nextOf(found, at, step))}
        />
        <Jump onJump={go} />
        <label class="check">
          <input
            type="checkbox"
            checked={isWrapped}
            onChange={(event) => keepTerm("wrap", event.currentTarget.checked ? "1" : null)}
          />{" "}
          Wrap
        </label>
      </div>
      <Extent text={text} isTail={isTail} hasSearch={find !== ""} />
      <Lines
        lines={text.lines}
        first={text.first}
        at={at}
        find={find}
        isWrapped={isWrapped}
        label={`Text of ${name}`}
        onAt={(line) => go(line)}
      >
        {!isTail && !text.isWhole && <More text={text} />}
      </Lines>
    </>
  );
}

/** Load on until the line of the address is there. */
function useJump(text: Text, at: number | null, isTail: boolean): void {
  const isMissing = at !== null && at > text.lines.length && !text.isWhole && !isTail;
  const mayLoad = isMissing && !text.isLoading && text.loaded < MOST && !text.error;
  const { loaded, loadTo } = text;
  useEffect(() => {
    if (mayLoad) loadTo(loaded + JUMP);
    // `loadTo` is made anew with each drawing
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [mayLoad, loaded]);
}

function Find(props: {
  typed: string;
  found: readonly number[];
  at: number | null;
  onType: (text: string) => void;
  onStep: (step: 1 | -1) => void;
}) {
  const { typed, found, at } = props;
  const place = at === null ? -1 : found.indexOf(at);
  const total = found.length >= FOUND ? `${count(FOUND)} or more` : count(found.length);
  return (
    <>
      <input
        type="search"
        aria-label="Find in this file"
        placeholder="Find in this file"
        value={typed}
        onInput={(event) => props.onType(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          props.onStep(event.shiftKey ? -1 : 1);
        }}
      />
      <button type="button" disabled={found.length === 0} onClick={() => props.onStep(-1)}>
        Previous
      </button>
      <button type="button" disabled={found.length === 0} onClick={() => props.onStep(1)}>
        Next
      </button>
      <span class="muted" role="status">
        {typed &&
          (place < 0
            ? `${total} ${found.length === 1 ? "line" : "lines"}`
            : `${count(place + 1)} of ${total} lines`)}
      </span>
    </>
  );
}

function Jump({ onJump }: { onJump: (line: number | null) => void }) {
  return (
    <form
      class="jump"
      onSubmit={(event) => {
        event.preventDefault();
        const value = new FormData(event.currentTarget).get("line");
        onJump(lineOf(typeof value === "string" ? value : null));
      }}
    >
      <label>
        Line <input name="line" inputMode="numeric" pattern="-?[0-9]{1,9}" size={6} />
      </label>
      <button>Go</button>
    </form>
  );
}

/** How much of the file is shown, and how to see the rest. */
function Extent({ text, isTail, hasSearch }: { text: Text; isTail: boolean; hasSearch: boolean }) {
  const { size, loaded } = text;
  const isPart = size !== null && loaded < size;
  const showTail = (isEnd: boolean) =>
    setTerms(withView(withView(terms.peek(), "at", null), "part", isEnd ? "end" : null));
  return (
    <>
      {text.hasBadBytes && <p class="muted">Some bytes are no UTF-8; they are shown as “�”.</p>}
      {text.error && <Failure error={text.error} onRetry={text.loadMore} />}
      {(isPart || isTail) && (
        <p class="extent" role="status">
          {isTail ? "The last" : "The first"} {bytes(loaded)} of {bytes(size ?? 0)} are shown
          {hasSearch && " and searched"}.{" "}
          {isTail ? (
            <button type="button" onClick={() => showTail(false)}>
              Show the beginning
            </button>
          ) : (
            <>
              <button type="button" disabled={text.isLoading} onClick={() => text.loadTo(MOST)}>
                {(size ?? 0) <= MOST ? "Load all" : `Load ${bytes(MOST)}`}
              </button>{" "}
              <button type="button" onClick={() => showTail(true)}>
                Show the end
              </button>
            </>
          )}
        </p>
      )}
    </>
  );
}

/** Loads more when it comes into sight; beyond some megabytes only when it is pressed. */
function More({ text }: { text: Text }) {
  const box = useRef<HTMLParagraphElement>(null);
  const isFree = !text.isLoading && !text.error && text.loaded < BY_SCROLLING;
  const { loadMore } = text;
  useEffect(() => {
    const element = box.current;
    if (!element || !isFree) return undefined;
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) loadMore();
      },
      { root: element.parentElement, rootMargin: "600px" },
    );
    watcher.observe(element);
    return () => watcher.disconnect();
    // `loadMore` is made anew with each drawing; what it does depends on how much is loaded
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isFree, text.loaded]);
  return (
    <p ref={box} class="lines-more">
      <button type="button" disabled={text.isLoading} onClick={text.loadMore}>
        {text.isLoading ? "Loading …" : `Load more than ${bytes(Math.max(text.loaded, FIRST))}`}
      </button>
    </p>
  );
}
