/** The page of a node: its header, and the tab that the address names. */

import "./node.css";

import { useEffect } from "preact/hooks";

import type { PageProps } from "../page";
import { useTitle } from "../../app/title";
import type { NodeDetail } from "../../api/types";
import { count } from "../../parts/format";
import { Boundary, Empty, Notes, Skeleton } from "../../parts/states";
import { hrefOf, navigate, place } from "../../router/router";
import { titleOf } from "./describe";
import { Header } from "./Header";
import { NotFound } from "./NotFound";
import { tabsOf, type Tab } from "./tabs";
import { useNode } from "./useNode";

export default function NodePage({ rest }: PageProps) {
  const [id = "", ...behind] = rest;
  const { found, error, retry } = useNode(id);
  const uuid = found?.node.uuid;
  const { path, query } = place.value;
  useTitle(found ? titleOf(found.node) : null);
  useEffect(() => {
    if (!uuid || (uuid === id && path[0] === "nodes")) return;
    navigate(hrefOf(["nodes", uuid, ...path.slice(2)], query), { replace: true });
  }, [uuid, id, path, query]);
  if (error) return <NotFound id={id} error={error} onRetry={retry} />;
  if (!found) return <Skeleton lines={8} />;
  const { node, notes } = found;
  return (
    <article class="node-page">
      <Header node={node} />
      <Tabs node={node} tab={behind[0] ?? null} />
      {behind.length === 0 && <Notes notes={notes.filter((note) => note.code !== "part-cut")} />}
      <TabBody node={node} path={behind} />
    </article>
  );
}

function currentOf(tabs: readonly Tab[], name: string | null): Tab | undefined {
  return name === null ? tabs[0] : tabs.find((tab) => tab.name === name);
}

function Tabs({ node, tab }: { node: NodeDetail; tab: string | null }) {
  const tabs = tabsOf(node);
  const current = currentOf(tabs, tab);
  return (
    <nav class="tabs" aria-label="Parts of the node">
      {tabs.map((one, at) => {
        const number = one.count?.(node) ?? null;
        return (
          <a
            key={one.name}
            href={hrefOf(at === 0 ? ["nodes", node.uuid] : ["nodes", node.uuid, one.name])}
            aria-current={one === current ? "page" : undefined}
          >
            {one.title}
            {number !== null && <span class="tab-count">{count(number)}</span>}
          </a>
        );
      })}
    </nav>
  );
}

function TabBody({ node, path }: { node: NodeDetail; path: readonly string[] }) {
  const [name = null, ...rest] = path;
  const tab = currentOf(tabsOf(node), name);
  if (!tab) {
    return (
      <Empty>
        <p>This node has no part “{name}”.</p>
        <p>
          <a href={hrefOf(["nodes", node.uuid])}>Overview of the node</a>
        </p>
      </Empty>
    );
  }
  const Component = tab.component;
  return (
    <Boundary key={`${node.uuid}/${tab.name}`}>
      <Component node={node} rest={rest} />
    </Boundary>
  );
}
