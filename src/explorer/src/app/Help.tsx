/** What the keys do; `?` shows it. */

import { useMemo, useRef, useState } from "preact/hooks";

import { shortcuts, useKeys, type Shortcut } from "./keys";

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [shown, setShown] = useState<readonly Shortcut[]>([]);
  const own = useMemo(
    () => [
      {
        keys: "?",
        what: "show the keys",
        run: () => {
          setShown(shortcuts());
          dialog.current?.showModal();
        },
      },
    ],
    [],
  );
  useKeys(own);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="keys">
        {shown.map((one) => (
          <div key={one.keys}>
            <dt>
              {one.keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{one.what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button>Close</button>
      </form>
    </dialog>
  );
}
