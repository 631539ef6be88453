/** The drawing of a graph: boxes with a sign for what a node is, and lines for links. */

import { memo } from "preact/compat";

import { OUTCOME_WORDS } from "../parts/kinds";
import { curve, type Box, type Drawn } from "./layout";
import type { GraphNode } from "./model";
import type { Bundle, Visible } from "./visible";

export interface DrawingProps {
  readonly shown: Visible;
  readonly drawn: Drawn;
  readonly centre: string;
  readonly selected: string;
  readonly onSelect: (uuid: string) => void;
  readonly onOpen: (uuid: string) => void;
  readonly onBundle: (bundle: Bundle) => void;
}

export const Drawing = memo(function Drawing(props: DrawingProps) {
  const { shown, drawn, selected } = props;
  return (
    <>
      <g class="graph-links" aria-hidden="true">
        {shown.edges.map((edge, at) => {
          const points = drawn.routes[at] ?? [];
          const isNear = edge.from === selected || edge.to === selected;
          const middle = points[Math.floor(points.length / 2)];
          return (
            <g
              key={`${edge.from} ${edge.to} ${edge.type} ${edge.label}`}
              class={linkClass(edge.type, isNear)}
            >
              <path d={curve(points)} markerEnd="url(#graph-arrow)">
                <title>{`${edge.label} (${edge.type})`}</title>
              </path>
              {middle && (
                <text x={middle.x} y={middle.y - 4} textAnchor="middle">
                  {edge.label}
                </text>
              )}
            </g>
          );
        })}
        {shown.bundles.map((bundle) => (
          <g key={bundle.id} class="graph-link">
            <path d={curve(drawn.bundleRoutes.get(bundle.id) ?? [])} />
          </g>
        ))}
      </g>
      {shown.bundles.map((bundle) => (
        <BundleBox
          key={bundle.id}
          bundle={bundle}
          box={drawn.boxes.get(bundle.id)}
          onBundle={props.onBundle}
        />
      ))}
      {shown.nodes.map((node) => (
        <NodeBox
          key={node.uuid}
          node={node}
          box={drawn.boxes.get(node.uuid)}
          isCentre={node.uuid === props.centre}
          isSelected={node.uuid === selected}
          onSelect={props.onSelect}
          onOpen={props.onOpen}
        />
      ))}
    </>
  );
});

function linkClass(type: string, isNear: boolean): string {
  return `graph-link ${type.startsWith("call") ? "graph-call" : ""} ${isNear ? "near" : ""}`;
}

interface NodeBoxProps {
  readonly node: GraphNode;
  readonly box: Box | undefined;
  readonly isCentre: boolean;
  readonly isSelected: boolean;
  readonly onSelect: (uuid: string) => void;
  readonly onOpen: (uuid: string) => void;
}

const FAILED = new Set(["failed", "excepted", "killed"]);

function NodeBox({ node, box, isCentre, isSelected, onSelect, onOpen }: NodeBoxProps) {
  if (!box) return null;
  const isFailed = node.outcome !== null && FAILED.has(node.outcome);
  const half = { x: box.width / 2, y: box.height / 2 };
  return (
    <g
      data-box={node.uuid}
      class={`graph-node kind-${node.kind} ${isFailed ? "failed" : ""} ${isSelected ? "selected" : ""}`}
      transform={`translate(${box.x} ${box.y})`}
      role="button"
      tabindex={isSelected ? 0 : -1}
      aria-pressed={isSelected}
      aria-label={spoken(node)}
      onClick={() => onSelect(node.uuid)}
      onFocus={() => onSelect(node.uuid)}
      onDblClick={() => onOpen(node.uuid)}
    >
      <rect
        class="graph-box"
        x={-half.x}
        y={-half.y}
        width={box.width}
        height={box.height}
        rx="5"
      />
      {isCentre && (
        <rect class="graph-centre" x={-half.x} y={-half.y} width="4" height={box.height} />
      )}
      <g transform={`translate(${-half.x + 18} 0)`}>
        <Sign kind={node.kind} />
        {node.outcome && (
          <text class={`graph-outcome state-${node.outcome}`} y="4" textAnchor="middle">
            {OUTCOME_WORDS[node.outcome].sign}
          </text>
        )}
      </g>
      <text class="graph-title" x={-half.x + 34} y="-3">
        {node.title}
      </text>
      <text class="graph-subtitle" x={-half.x + 34} y="12">
        {node.exitStatus ? `exit ${node.exitStatus} · ${node.subtitle}` : node.subtitle}
      </text>
    </g>
  );
}

/** Circle: data; square: calculation; diamond: workflow; rounded square: code. */
function Sign({ kind }: { kind: GraphNode["kind"] }) {
  if (kind === "calculation")
    return <rect class="graph-sign" x="-9" y="-9" width="18" height="18" />;
  if (kind === "workflow") return <path class="graph-sign" d="M0 -12 12 0 0 12 -12 0Z" />;
  if (kind === "code")
    return <rect class="graph-sign" x="-9" y="-9" width="18" height="18" rx="6" />;
  return <circle class="graph-sign" r="9" />;
}

function BundleBox(props: {
  bundle: Bundle;
  box: Box | undefined;
  onBundle: (bundle: Bundle) => void;
}) {
  const { bundle, box } = props;
  if (!box) return null;
  const words = bundle.count === null ? "more" : `${bundle.count.toLocaleString("en")} more`;
  return (
    <g
      data-box={bundle.id}
      class="graph-bundle"
      transform={`translate(${box.x} ${box.y})`}
      role="button"
      tabindex={0}
      aria-label={`${words} ${bundle.side}`}
      onClick={() => props.onBundle(bundle)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        props.onBundle(bundle);
      }}
    >
      <rect
        x={-box.width / 2 + 4}
        y={-box.height / 2 + 4}
        width={box.width}
        height={box.height}
        rx="5"
      />
      <rect x={-box.width / 2} y={-box.height / 2} width={box.width} height={box.height} rx="5" />
      <text y="4" textAnchor="middle">
        {words}
      </text>
    </g>
  );
}

function spoken(node: GraphNode): string {
  const outcome = node.outcome ? `, ${OUTCOME_WORDS[node.outcome].word}` : "";
  const status = node.exitStatus ? `, exit status ${node.exitStatus}` : "";
  return `${node.kind} ${node.title}, ${node.subtitle}${outcome}${status}`;
}
