/** A button that opens a small window below it; Escape and a click elsewhere close it. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

import "./list.css";

export interface MenuProps {
  readonly title: string;
  readonly isWide?: boolean;
  /** Made only while the menu is open. */
  readonly children: () => ComponentChildren;
}

export function Menu({ title, isWide = false, children }: MenuProps) {
  const own = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (!isOpen) return undefined;
    const click = (event: Event) => {
      if (own.current && !event.composedPath().includes(own.current)) setOpen(false);
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      own.current?.querySelector("summary")?.focus();
    };
    document.addEventListener("click", click);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("click", click);
      document.removeEventListener("keydown", escape);
    };
  }, [isOpen]);
  return (
    <details
      ref={own}
      class="menu"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>{title}</summary>
      {isOpen && <div class={isWide ? "menu-body wide" : "menu-body"}>{children()}</div>}
    </details>
  );
}
