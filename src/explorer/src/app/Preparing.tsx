/** Above the page while the store is made ready: how far it is; the page goes on by itself. */

import { preparing } from "../api/waiting";

export function Preparing() {
  const message = preparing.value;
  return (
    <div role="status">
      {message !== null && (
        <p class="preparing" aria-busy="true">
          <strong>{message}</strong> The page goes on by itself.
        </p>
      )}
    </div>
  );
}
