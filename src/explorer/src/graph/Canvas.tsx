/** The drawing area: moved by pointer and keys. */

import { useCallback } from "preact/hooks";

import { hrefOf, navigate } from "../router/router";
import { Drawing } from "./Drawing";
import { nextBox, type Drawn } from "./layout";
import type { Control } from "./useView";
import type { Bundle, Visible } from "./visible";

export interface CanvasProps {
  readonly svg: SVGSVGElement | null;
  readonly onSvg: (svg: SVGSVGElement | null) => void;
  readonly control: Control;
  readonly shown: Visible;
  readonly drawn: Drawn;
  readonly centre: string;
  readonly selected: string;
  readonly onSelect: (uuid: string) => void;
  readonly onExpand: (uuid: string) => void;
  readonly onBundle: (bundle: Bundle) => void;
}

export function Canvas(props: CanvasProps) {
  const { control, shown, drawn, selected } = props;
  const onOpen = useCallback((uuid: string) => navigate(hrefOf(["nodes", uuid])), []);
  const onKeyDown = (event: KeyboardEvent) => {
    const box = (event.target as Element).getAttribute("data-box") ?? selected;
    if (event.key.startsWith("Arrow")) moveTo(nextBox(drawn.boxes, box, event.key), props);
    else if (event.key === "Enter") onOpen(selected);
    else if (event.key === "e" || event.key === " ") props.onExpand(selected);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const { x, y, scale } = control.view;
  return (
    <svg
      ref={props.onSvg}
      class="graph-canvas"
      role="group"
      aria-label={`Provenance graph of ${shown.nodes.length} nodes. Arrow keys go to other nodes, E expands, Enter opens.`}
      onKeyDown={onKeyDown}
    >
      <defs>
        <marker
          id="graph-arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto"
        >
          <path d="M0 0 8 4 0 8Z" />
        </marker>
      </defs>
      <g transform={`translate(${x} ${y}) scale(${scale})`}>
        <Drawing
          shown={shown}
          drawn={drawn}
          centre={props.centre}
          selected={selected}
          onSelect={props.onSelect}
          onOpen={onOpen}
          onBundle={props.onBundle}
        />
      </g>
    </svg>
  );
}

function moveTo(name: string | null, { svg, control, drawn }: CanvasProps): void {
  const box = name === null ? undefined : drawn.boxes.get(name);
  if (!box) return;
  control.reveal(box);
  svg?.querySelector<SVGGElement>(`[data-box="${name}"]`)?.focus({ preventScroll: true });
}
