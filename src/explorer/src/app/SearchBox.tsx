/** The search box: a uuid prefix goes to the node; anything else lists the nodes with that label. */

import { hrefOf, navigate } from "../router/router";
import { quoted } from "../router/selection";

const UUID = /^[0-9a-f]{4,8}(-[0-9a-f-]*)?$/i;

export function SearchBox() {
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        const field = new FormData(event.currentTarget).get("q");
        const text = typeof field === "string" ? field.trim() : "";
        if (!text) return;
        if (UUID.test(text)) navigate(hrefOf(["nodes", text]));
        else
          navigate(
            hrefOf(["nodes"], [{ key: "label", operator: "=like=", value: quoted(`%${text}%`) }]),
          );
      }}
    >
      <input
        id="search"
        name="q"
        type="search"
        placeholder="Search: uuid, label, filter"
        aria-label="Search"
      />
    </form>
  );
}
