/**
 * Numbered lines of a text. They are drawn in blocks, of which only those near the sight have
 * content, so that a million lines scroll as well as ten.
 */

import { Component, type ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import { count } from "../../../parts/format";
import { marked } from "./text";

const BLOCK = 100;
export const LINE = 18;
/** Characters of a line that are drawn. */
const LONGEST = 10_000;

interface LinesProps {
  readonly lines: readonly string[];
  /** The number of the first line. */
  readonly first: number;
  /** The line to bring into sight, and to mark. */
  readonly at: number | null;
  readonly find: string;
  readonly isWrapped: boolean;
  readonly label: string;
  readonly onAt: (line: number) => void;
  readonly children?: ComponentChildren;
}

export function Lines(props: LinesProps) {
  const { lines, first, at, isWrapped } = props;
  const box = useRef<HTMLDivElement>(null);
  const isThere = at !== null && at >= first && at < first + lines.length;
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || at === null || !isThere) return undefined;
    if (!isWrapped) {
      const middle = (at - first) * LINE - element.clientHeight / 2;
      if (!isInSight(element, (at - first) * LINE)) element.scrollTop = middle;
      return undefined;
    }
    const block = element.querySelector(`[data-block="${Math.floor((at - first) / BLOCK)}"]`);
    block?.scrollIntoView({ block: "nearest" });
    const timer = setTimeout(() => {
      element.querySelector(`[data-line="${at}"]`)?.scrollIntoView({ block: "center" });
    }, 100);
    return () => clearTimeout(timer);
  }, [at, first, isThere, isWrapped]);
  const blocks = Math.ceil(lines.length / BLOCK);
  return (
    <div
      ref={box}
      class={isWrapped ? "lines wrapped" : "lines"}
      tabIndex={0}
      role="region"
      aria-label={props.label}
      style={{ "--digits": `${String(Math.abs(first) + lines.length).length + 1}ch` }}
    >
      {Array.from({ length: blocks }, (_, number) => {
        const from = number * BLOCK;
        const isMarked = at !== null && at >= first + from && at < first + from + BLOCK;
        return (
          <Block
            key={number}
            number={number}
            lines={lines}
            from={from}
            end={Math.min(lines.length, from + BLOCK)}
            first={first}
            at={isMarked ? at : null}
            find={props.find}
            isWrapped={isWrapped}
            onAt={props.onAt}
          />
        );
      })}
      {props.children}
    </div>
  );
}

function isInSight(element: Element, top: number): boolean {
  return top >= element.scrollTop && top + LINE <= element.scrollTop + element.clientHeight;
}

interface BlockProps {
  readonly number: number;
  readonly lines: readonly string[];
  readonly from: number;
  readonly end: number;
  readonly first: number;
  readonly at: number | null;
  readonly find: string;
  readonly isWrapped: boolean;
  readonly onAt: (line: number) => void;
}

/** Equal if it shows equal lines: the list of all lines grows while a file is loaded. */
function isSame(one: BlockProps, other: BlockProps): boolean {
  return (
    one.first === other.first &&
    one.end === other.end &&
    one.at === other.at &&
    one.find === other.find &&
    one.isWrapped === other.isWrapped &&
    one.lines[one.from] === other.lines[other.from] &&
    one.lines[one.end - 1] === other.lines[other.end - 1]
  );
}

/** A block that is drawn anew only if it shows other lines. */
class Block extends Component<BlockProps> {
  override shouldComponentUpdate(next: BlockProps): boolean {
    return !isSame(this.props, next);
  }

  override render() {
    return <Drawn {...this.props} />;
  }
}

function Drawn(props: BlockProps) {
  const { from, end, first } = props;
  const box = useRef<HTMLDivElement>(null);
  const drawn = useRef({ lines: 0, height: 0 });
  const [isNear, setNear] = useState(from === 0);
  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const watcher = new IntersectionObserver(
      ([entry]) => {
        if (!entry) return;
        const lines = element.childElementCount;
        if (!entry.isIntersecting && lines > 0) {
          drawn.current = { lines, height: element.offsetHeight };
        }
        setNear(entry.isIntersecting);
      },
      { root: element.parentElement, rootMargin: "1000px 100000px" },
    );
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  const isKnown = props.isWrapped && drawn.current.lines === end - from;
  const away = { height: `${isKnown ? drawn.current.height : (end - from) * LINE}px` };
  return (
    <div ref={box} data-block={props.number} style={isNear ? {} : away}>
      {isNear &&
        props.lines
          .slice(from, end)
          .map((line, at) => (
            <Line
              key={at}
              line={line}
              number={first + from + at}
              isCurrent={first + from + at === props.at}
              find={props.find}
              onAt={props.onAt}
            />
          ))}
    </div>
  );
}

function Line(props: {
  line: string;
  number: number;
  isCurrent: boolean;
  find: string;
  onAt: (line: number) => void;
}) {
  const { line, number, isCurrent } = props;
  const shown = line.length > LONGEST ? line.slice(0, LONGEST) : line;
  return (
    <div class={isCurrent ? "line current" : "line"} data-line={number}>
      <button
        type="button"
        class="line-number"
        tabIndex={-1}
        aria-label={`Line ${number}`}
        onClick={() => props.onAt(number)}
      >
        {number}
      </button>
      <span class="line-text">
        {marked(shown, props.find).map((piece, at) =>
          at % 2 === 1 ? <mark key={at}>{piece}</mark> : piece,
        )}
        {line.length > LONGEST && (
          <span class="muted"> … {count(line.length - LONGEST)} more characters</span>
        )}
        {"\n"}
      </span>
    </div>
  );
}
