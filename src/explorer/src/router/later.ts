/** State that changes often, written to the address once the reader rests. */

import { useEffect } from "preact/hooks";

import { setTerms, terms } from "./router";
import { quoted, viewValue, withView } from "./selection";

/** Act on a value when it has not changed for some time: browsers bear few changes of an address. */
export function useLater<T>(value: T, milliseconds: number, act: (value: T) => void): void {
  useEffect(() => {
    const timer = setTimeout(() => act(value), milliseconds);
    return () => clearTimeout(timer);
    // `act` is made anew with each value
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [value, milliseconds]);
}

/** Set a key of the address that says how to show, without a step for Back; null takes it away. */
export function keepTerm(key: string, value: string | null): void {
  if (viewValue(terms.peek(), key) === value) return;
  const written = value === null || /^[\w.-]+$/.test(value) ? value : quoted(value);
  setTerms(withView(terms.peek(), key, written), { replace: true });
}
