import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/menu.css";

import { render } from "preact";

import { App } from "./app/App";
import * as keys from "./app/keys";
import * as router from "./router/router";

router.start();
keys.start();
const root = document.getElementById("app");
if (root) {
  root.replaceChildren();
  render(<App />, root);
}
