/** A button that opens a small window below it; Escape and a click elsewhere close it. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

export interface MenuProps {
  readonly title: string;
  /** `wide` for long texts, `items` for a plain list of links and buttons. */
  readonly kind?: "wide" | "items";
  /** Made only while the menu is open. */
  readonly children: () => ComponentChildren;
}

export function Menu({ title, kind, children }: MenuProps) {
  const own = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  useEffect(() => {
    if (!isOpen) return undefined;
    const click = (event: Event) => {
      if (own.current && !event.composedPath().includes(own.current)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      button.current?.focus();
    };
    document.addEventListener("click", click);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("click", click);
      document.removeEventListener("keydown", escape);
    };
  }, [isOpen]);
  return (
    <div ref={own} class="menu">
      <button
        ref={button}
        type="button"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {title} <span aria-hidden="true">▾</span>
      </button>
      {isOpen && (
        <div id={id} class={`menu-body ${kind ?? ""}`}>
          {children()}
        </div>
      )}
    </div>
  );
}
