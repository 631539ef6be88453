import { expect, test } from "vitest";

import { layout, nextBox } from "./layout";
import { EMPTY, merged, missing, type Row } from "./model";
import { FIRST, visible } from "./visible";

function row(uuid: string, more: Partial<Row> = {}): Row {
  return { uuid, label: "", node_type: "data.core.int.Int.", attributes: { value: 1 }, ...more };
}

const OPTIONS = { hidesCodes: false, hidesCalled: false, shown: new Map<string, number>() };

function hub(children: number, isCut = false): Row {
  const list = Array.from({ length: children }, (_, at) =>
    row(`child-${at}`, {
      link_label: `out_${at}`,
      link_type: "create",
      more: isCut && at === children - 1,
    }),
  );
  return row("hub", {
    node_type: "process.calculation.calcjob.CalcJobNode.",
    attributes: { process_label: "Relax", process_state: "finished", exit_status: 410 },
    outgoing: { "*": list },
    incoming: { "*": [row("input", { link_label: "x", link_type: "input_calc" })] },
  });
}

test("links go from left to right, whichever side found them", () => {
  const graph = merged(EMPTY, hub(1));
  expect([...graph.edges.values()].map(({ from, to }) => [from, to])).toEqual([
    ["input", "hub"],
    ["hub", "child-0"],
  ]);
});

test("a process says how it went", () => {
  const node = merged(EMPTY, hub(0)).nodes.get("hub");
  expect(node).toMatchObject({ title: "Relax", outcome: "failed", exitStatus: 410 });
});

test("many neighbours are a bundle", () => {
  const shown = visible(merged(EMPTY, hub(30)), OPTIONS);
  expect(shown.nodes).toHaveLength(FIRST + 2);
  expect(shown.bundles).toMatchObject([{ uuid: "hub", side: "outgoing", count: 30 - FIRST }]);
});

test("one neighbour too many is shown itself", () => {
  expect(visible(merged(EMPTY, hub(FIRST + 1)), OPTIONS).bundles).toEqual([]);
});

test("a list that was cut has a bundle without a number", () => {
  const shown = visible(merged(EMPTY, hub(5, true)), OPTIONS);
  expect(shown.bundles).toMatchObject([{ count: null }]);
});

test("a node that is found again keeps its place", () => {
  const grown = merged(merged(EMPTY, hub(2)), row("child-0", { incoming: { "*": [hub(2)] } }));
  expect(grown.nodes.get("hub")?.via).toBeNull();
  expect(grown.nodes.size).toBe(4);
});

test("what is not here is counted", () => {
  const graph = merged(EMPTY, row("a", { outgoing: 7 }));
  const [node] = graph.nodes.values();
  expect(node && missing(graph, node, "outgoing")).toBe(7);
});

test("inputs stand left of outputs, and arrow keys lead there", () => {
  const drawn = layout(visible(merged(EMPTY, hub(2)), OPTIONS));
  const x = (name: string) => drawn.boxes.get(name)?.x ?? NaN;
  expect(x("input")).toBeLessThan(x("hub"));
  expect(x("hub")).toBeLessThan(x("child-0"));
  expect(nextBox(drawn.boxes, "hub", "ArrowLeft")).toBe("input");
  expect(nextBox(drawn.boxes, "hub", "ArrowRight")).toMatch(/^child-/);
  expect(nextBox(drawn.boxes, "child-0", "ArrowRight")).toBeNull();
});

test("500 nodes are laid out", () => {
  const shown = new Map([["outgoing hub", 600]]);
  const seen = visible(merged(EMPTY, hub(600)), { ...OPTIONS, shown });
  expect(seen.nodes).toHaveLength(500);
  expect(seen.isCut).toBe(true);
  expect(layout(seen).boxes.size).toBe(seen.nodes.length + seen.bundles.length);
});
