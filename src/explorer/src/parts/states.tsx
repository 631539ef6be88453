/** Waiting, empty and failed: what a panel shows when it has no data to show. */

import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { asApiError, type Loading } from "../api/useAnswer";
import type { ApiError, Note } from "../api/http";

/** A grey block of the size of what is to come, shown after 150 ms. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="skeleton" role="progressbar" aria-busy="true" aria-label="loading">
      {isShown && Array.from({ length: lines }, (_, at) => <div key={at} class="skeleton-line" />)}
    </div>
  );
}

/** An error in the words of the server, with what can be done. */
export function Failure({
  error,
  onRetry,
}: {
  error: ApiError;
  onRetry?: (() => void) | undefined;
}) {
  return (
    <div class="failure" role="alert">
      <p>
        <strong>{error.message}</strong>
      </p>
      {error.hint && <p>{error.hint}</p>}
      <p class="muted">
        {error.status > 0 && <>HTTP {error.status} </>}
        {error.code && <code>{error.code}</code>}{" "}
        {error.requestId && <>request {error.requestId}</>}
      </p>
      {onRetry && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="empty">{children}</div>;
}

/** What the server says beside the data: something was cut, or cannot be shown. */
export function Notes({ notes }: { notes: readonly Note[] }) {
  if (notes.length === 0) return null;
  return (
    <ul class="notes">
      {notes.map((note, at) => (
        <li key={at}>{note.message}</li>
      ))}
    </ul>
  );
}

/** The data of a request once it is there; a skeleton before, an error instead. */
export function Loaded<T>(props: {
  answer: Loading<T>;
  lines?: number;
  children: (data: T) => ComponentChildren;
}) {
  const { answer } = props;
  if (answer.error) return <Failure error={answer.error} onRetry={answer.retry} />;
  if (answer.data === null) return <Skeleton lines={props.lines ?? 3} />;
  return (
    <div class={answer.isStale ? "stale" : ""} aria-busy={answer.isStale}>
      <Notes notes={answer.notes} />
      {props.children(answer.data)}
    </div>
  );
}

interface BoundaryState {
  readonly error: ApiError | null;
}

/** A part of a page that may break without taking the page with it. */
export class Boundary extends Component<{ children: ComponentChildren }, BoundaryState> {
  override state: BoundaryState = { error: null };

  static override getDerivedStateFromError(error: unknown): BoundaryState {
    return { error: asApiError(error) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return <Failure error={error} onRetry={() => this.setState({ error: null })} />;
  }
}

/** A titled part of a page, on its own if it breaks. */
export function Panel(props: {
  title: ComponentChildren;
  actions?: ComponentChildren;
  id?: string;
  children: ComponentChildren;
}) {
  return (
    <section class="panel" id={props.id}>
      <header class="panel-head">
        <h2>{props.title}</h2>
        {props.actions && <div class="panel-actions">{props.actions}</div>}
      </header>
      <Boundary>{props.children}</Boundary>
    </section>
  );
}
