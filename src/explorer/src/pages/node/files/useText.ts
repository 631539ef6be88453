/** The text of a file, as far as it is loaded. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import type { ApiError } from "../../../api/http";
import { asApiError } from "../../../api/useAnswer";
import { readPiece } from "./bytes";
import { TextLines } from "./text";

/** Bytes of the first piece, and of the end. */
export const FIRST = 256 * 1024;
const NEXT = 1024 * 1024;
/** Bytes that are loaded while the reader scrolls, and on one press of a button. */
export const BY_SCROLLING = 8 * 1024 * 1024;
export const MOST = 64 * 1024 * 1024;

export interface Text {
  readonly lines: readonly string[];
  /** Bytes that are loaded, and all of them. */
  readonly loaded: number;
  readonly size: number | null;
  /** The number of the first line: 1, or counted back from the end. */
  readonly first: number;
  readonly isWhole: boolean;
  readonly isLoading: boolean;
  readonly hasBadBytes: boolean;
  readonly error: ApiError | null;
  /** Load up to this number of bytes. */
  readonly loadTo: (bytes: number) => void;
  readonly loadMore: () => void;
}

interface State {
  readonly lines: readonly string[];
  readonly loaded: number;
  readonly size: number | null;
  readonly isLoading: boolean;
  readonly error: ApiError | null;
}

const EMPTY: State = { lines: [], loaded: 0, size: null, isLoading: true, error: null };

/** Read a file from its beginning, or only its end. */
export function useText(url: string, isTail: boolean): Text {
  const [state, setState] = useState<State>(EMPTY);
  const text = useRef(new TextLines());
  const done = useRef({ loaded: 0, size: Infinity, isBusy: false, isShown: true });
  const read = useCallback(
    async (upTo: number) => {
      const now = done.current;
      if (now.isBusy) return;
      now.isBusy = true;
      setState((before) => ({ ...before, isLoading: true, error: null }));
      let error: ApiError | null = null;
      try {
        while (now.isShown && now.loaded < Math.min(upTo, now.size)) {
          const piece = await readPiece(url, now.loaded, now.loaded === 0 ? FIRST : NEXT);
          now.loaded += piece.bytes.length;
          now.size = piece.bytes.length === 0 ? now.loaded : piece.size;
          text.current.push(piece.bytes, now.loaded >= now.size);
        }
      } catch (reason) {
        error = asApiError(reason);
      }
      now.isBusy = false;
      if (!now.isShown) return;
      setState({
        lines: [...text.current.shown()],
        loaded: now.loaded,
        size: Number.isFinite(now.size) ? now.size : null,
        isLoading: false,
        error,
      });
    },
    [url],
  );
  useEffect(() => {
    const now = { loaded: 0, size: Infinity, isBusy: false, isShown: true };
    done.current = now;
    text.current = new TextLines();
    setState(EMPTY);
    if (isTail) void readEnd(url, text.current).then((end) => now.isShown && setState(end));
    else void read(FIRST);
    return () => {
      now.isShown = false;
    };
  }, [url, isTail, read]);
  const { size, loaded, lines } = state;
  return {
    ...state,
    first: isTail ? -lines.length : 1,
    isWhole: size !== null && loaded >= size,
    hasBadBytes: text.current.hasBadBytes,
    loadTo: (bytes) => void read(bytes),
    loadMore: () => void read(loaded + 1),
  };
}

/** The last bytes of a file; the first line may lack its beginning, and is left out. */
async function readEnd(url: string, text: TextLines): Promise<State> {
  try {
    const piece = await readPiece(url, -FIRST, FIRST);
    text.push(piece.bytes, true);
    const lines = piece.start > 0 ? text.lines.slice(1) : text.lines;
    const loaded = piece.bytes.length;
    return { lines, loaded, size: piece.size, isLoading: false, error: null };
  } catch (error) {
    return { ...EMPTY, isLoading: false, error: asApiError(error) };
  }
}
