/** A field for a token, where the store asks for one and the reader gave none that opens it. */

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { ApiError, hasToken, opens, setToken } from "../api/http";
import { site } from "../site";

type State = "asking" | "closed" | "open";

export function TokenGate({ children }: { children: ComponentChildren }) {
  const [state, setState] = useState<State>(first);
  const [problem, setProblem] = useState<string | null>(null);

  async function look() {
    setState("asking");
    try {
      const isOpen = await opens();
      if (!isOpen) setToken(null);
      setProblem(isOpen ? null : "This token opens no store at this address.");
      setState(isOpen ? "open" : "closed");
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : String(error));
      setState("closed");
    }
  }

  useEffect(() => {
    if (state === "asking") void look();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the token that is there at first
  }, []);

  if (state === "open") return <>{children}</>;
  if (state === "asking") return <div class="panel token" aria-busy="true" />;
  return (
    <form
      class="panel token"
      onSubmit={(event) => {
        event.preventDefault();
        const field = new FormData(event.currentTarget).get("token");
        setToken(typeof field === "string" ? field.trim() : null);
        if (hasToken()) void look();
      }}
    >
      <h1>This store asks for a token</h1>
      <label>
        Token <input name="token" type="password" autocomplete="off" required />
      </label>
      <button class="primary">Open</button>
      {problem !== null && <p role="alert">{problem}</p>}
      <p class="muted">It is kept in this tab only, until you close it.</p>
    </form>
  );
}

function first(): State {
  if (site.login !== "token") return "open";
  return hasToken() ? "asking" : "closed";
}
