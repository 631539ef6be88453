/** A file that can be taken away, with its size told before; or why it cannot. */

import type { ComponentChildren } from "preact";

import { get, post, sizeOf, urlOf } from "../../api/http";
import { useAsked, type Loading } from "../../api/useAnswer";
import { Download } from "../Download";
import { bytes, counted } from "../format";
import { askedOf, keyOf, type Asked, type Options, type Selection } from "./selection";
import type { File } from "./take";

/** What a route says of a file instead of making it: `dry_run=1`. */
export interface Figures {
  readonly nodes: number;
  readonly files: number;
  readonly bytes: number;
  readonly links?: number;
  readonly skipped?: number;
}

export function figuresText({ nodes, files, bytes: size, skipped }: Figures): string {
  const parts = [bytes(size), counted(nodes, "node"), counted(files, "file")];
  if (skipped) parts.push(`${counted(skipped, "file")} left out: they cannot be read`);
  return parts.join(", ");
}

export function useFigures(asked: Asked | null): Loading<Figures> {
  return useAsked(asked && keyOf(asked), (signal) => {
    const { url, body } = asked as Asked;
    return body ? post<Figures>(url, body, signal) : get<Figures>(url, signal);
  });
}

/** A file whose route knows `dry_run`. */
export function Sized({ path, selection, options = {}, ...rest }: SizedProps) {
  const dry = useFigures(askedOf(path, selection, { ...options, dry_run: true }));
  const file = { ...askedOf(path, selection, options), ...rest };
  return <Row file={file} answer={dry} text={figuresText} />;
}

interface SizedProps {
  readonly path: string;
  readonly selection: Selection;
  readonly options?: Options;
  readonly name: string;
  readonly title: string;
  readonly check?: Asked;
}

/** The stored files of one node. */
export function FilesOfNode({ uuid, name, title }: { uuid: string; name: string; title: string }) {
  const path = `nodes/${uuid}/repo/archive.zip`;
  const dry = useFigures({ url: urlOf(path, { dry_run: 1 }), body: null });
  const file = { url: urlOf(path), body: null, name, title };
  const text = ({ files, bytes: size }: Figures) => `${bytes(size)}, ${counted(files, "file")}`;
  if (dry.data?.files === 0) return null;
  return <Row file={file} answer={dry} text={text} />;
}

/** A file whose route tells its size alone, by HEAD. */
export function Measured({ url, name, title }: { url: string; name: string; title: string }) {
  const answer = useAsked(`HEAD ${url}`, (signal) => sizeOf(url, signal));
  return <Row file={{ url, body: null, name, title }} answer={answer} text={bytes} />;
}

function Row<T>({ file, answer, text }: RowProps<T>) {
  const { title, ...rest } = file;
  return (
    <li class="taking" aria-busy={answer.isLoading}>
      {answer.data === null ? (
        <span class="taking-title">{title}</span>
      ) : (
        <Download {...rest}>{title}</Download>
      )}
      <Told answer={answer}>{answer.data !== null && text(answer.data)}</Told>
    </li>
  );
}

interface RowProps<T> {
  readonly file: File & { readonly title: string };
  readonly answer: Loading<T>;
  readonly text: (data: T) => string;
}

function Told<T>({ answer, children }: { answer: Loading<T>; children: ComponentChildren }) {
  const { error } = answer;
  if (error) {
    // What is too large or wrong stays so.
    const mayHelp = error.status <= 0 || error.status >= 500;
    return (
      <span class="said said-wrong" role="alert">
        {error.message} {error.hint}{" "}
        {mayHelp && (
          <button type="button" class="plain" onClick={answer.retry}>
            Try again
          </button>
        )}
      </span>
    );
  }
  return (
    <span class="muted said" role="status">
      {answer.data === null ? "counting…" : children}
    </span>
  );
}
