/** A field for a token, where the store asks for one and the reader gave none. */

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { hasToken, setToken } from "../api/http";
import { site } from "../site";

export function TokenGate({ children }: { children: ComponentChildren }) {
  const [isOpen, setOpen] = useState(site.login !== "token" || hasToken());
  if (isOpen) return <>{children}</>;
  return (
    <form
      class="panel token"
      onSubmit={(event) => {
        event.preventDefault();
        const field = new FormData(event.currentTarget).get("token");
        setToken(typeof field === "string" ? field.trim() : null);
        setOpen(hasToken());
      }}
    >
      <h1>This store asks for a token</h1>
      <label>
        Token <input name="token" type="password" autocomplete="off" required />
      </label>
      <button class="primary">Open</button>
      <p class="muted">It is kept in this tab only, until you close it.</p>
    </form>
  );
}
