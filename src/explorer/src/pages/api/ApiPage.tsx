/** How the store is asked without the explorer: routes, versions, limits, examples. */

import { useState } from "preact/hooks";

import "../../parts/list/list.css";

import { absolute, urlOf } from "../../api/http";
import type { Json, JsonObject } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";
import { site } from "../../site";
import { bytes, count } from "../../parts/format";
import { curlOf, pythonOf } from "../../parts/list/ThisQuery";
import { Copy } from "../../parts/small";
import { Loaded, Panel } from "../../parts/states";
import { byResource, type Route } from "./routes";

interface Info {
  readonly provender: string;
  readonly api: Json;
  readonly store: JsonObject;
  readonly limits: JsonObject;
  readonly formats: Readonly<Record<string, readonly string[]>>;
}

export default function ApiPage() {
  const info = useAnswer<{ info: Info }>(urlOf("server/info"));
  const routes = useAnswer<{ available_endpoints: readonly string[] }>(urlOf("server/endpoints"));
  return (
    <>
      <h1>API</h1>
      <p>
        Everything that this explorer shows comes from <code>{absolute(site.api)}</code>{" "}
        <Copy text={absolute(site.api)} label="Copy the address of the API">
          Copy
        </Copy>
        , read-only. {site.docs && <a href={`${site.top}/docs`}>Try it in the API docs</a>}
      </p>
      <Panel title="Ask from outside">
        <Examples />
      </Panel>
      <Panel title="Routes">
        <Loaded answer={routes} lines={8}>
          {(data) => <Routes all={data.available_endpoints} />}
        </Loaded>
      </Panel>
      <Panel title="Versions and limits">
        <Loaded answer={info} lines={8}>
          {(data) => <About info={data.info} />}
        </Loaded>
      </Panel>
    </>
  );
}

function Examples() {
  const url = absolute(urlOf("nodes", "node_type=like=%22process.%25%22&orderby=-ctime&limit=3"));
  const examples: readonly (readonly [string, string])[] = [
    ["curl: the three newest processes", curlOf(url, site.login)],
    ["Python: the same", pythonOf(url, site.login)],
  ];
  return (
    <>
      {examples.map(([title, text]) => (
        <section key={title}>
          <h3>
            {title}{" "}
            <Copy text={text} label={`Copy: ${title}`}>
              Copy
            </Copy>
          </h3>
          <pre class="snippet">{text}</pre>
        </section>
      ))}
      <p class="muted">Every list of the explorer has “This query”, with the same for that list.</p>
    </>
  );
}

function Routes({ all }: { all: readonly string[] }) {
  const [text, setText] = useState("");
  const found = byResource(all, text);
  const total = found.reduce((sum, [, routes]) => sum + routes.length, 0);
  return (
    <>
      <label>
        Find{" "}
        <input
          value={text}
          placeholder="e.g. logs"
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>{" "}
      <span class="muted" role="status">
        {count(total)} routes
      </span>
      {found.map(([resource, routes]) => (
        <details key={resource} open={text !== ""}>
          <summary>
            {resource} <span class="muted">{routes.length}</span>
          </summary>
          <ul class="plain-list">
            {routes.map((route) => (
              <li key={route.path}>
                <RouteLine route={route} />
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}

function RouteLine({ route }: { route: Route }) {
  const isOpen = route.methods.includes("GET") && !route.path.includes("<");
  return (
    <>
      {isOpen ? (
        <a class="mono" href={`${site.top}${route.path}`} target="_blank" rel="noopener">
          {route.path}
        </a>
      ) : (
        <code>{route.path}</code>
      )}{" "}
      <span class="muted">{route.methods.join(", ")}</span>
    </>
  );
}

function About({ info }: { info: Info }) {
  return (
    <>
      <dl class="facts">
        <Fact name="Provender" value={info.provender} />
        {Object.entries(info.store).map(([key, value]) => (
          <Fact key={key} name={`store: ${key.replaceAll("_", " ")}`} value={value} />
        ))}
        <Fact name="API" value={info.api} />
        {Object.entries(info.limits).map(([key, value]) => (
          <Fact key={key} name={`limit: ${key.replaceAll("_", " ")}`} value={limited(key, value)} />
        ))}
      </dl>
      <h3>Download formats of nodes</h3>
      <dl class="facts">
        {Object.entries(info.formats).map(([type, formats]) => (
          <Fact key={type} name={type.replace(/\|$/, "")} value={formats.join(", ")} />
        ))}
      </dl>
    </>
  );
}

function Fact({ name, value }: { name: string; value: Json }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{typeof value === "string" ? value : shown(value)}</dd>
    </div>
  );
}

function limited(key: string, value: Json): Json {
  if (typeof value !== "number") return value === null ? "none" : value;
  if (key.endsWith("_bytes")) return bytes(value);
  return key.endsWith("_seconds") ? `${value} s` : value;
}

function shown(value: Json): string {
  if (typeof value === "number") return count(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  return value === null ? "none" : JSON.stringify(value).replaceAll(/[{}"]/g, " ").trim();
}
