/** Zoom, what to hide, a path to another node, pictures. */

import { short } from "../parts/format";
import { save, saveText } from "../parts/save";
import type { Drawn } from "./layout";
import { pngOf, svgText } from "./picture";
import type { Growing } from "./useGraph";
import type { Control } from "./useView";

export interface Hides {
  readonly hidesCodes: boolean;
  readonly hidesCalled: boolean;
}

export interface ToolbarProps {
  readonly growing: Growing;
  readonly control: Control;
  readonly hides: Hides;
  readonly onHides: (hides: Hides) => void;
  readonly svg: SVGSVGElement | null;
  readonly drawn: Drawn;
  readonly uuid: string;
}

export function Toolbar({ growing, control, hides, onHides, svg, drawn, uuid }: ToolbarProps) {
  const name = `provenance-${short(uuid)}`;
  const picture = () => (svg ? svgText(svg, drawn) : "");
  const savePng = async () => save(`${name}.png`, await pngOf(picture(), drawn));
  return (
    <div class="graph-tools" role="toolbar" aria-label="Graph">
      <button type="button" aria-label="Zoom in" onClick={() => control.zoom(1.25)}>
        +
      </button>
      <button type="button" aria-label="Zoom out" onClick={() => control.zoom(0.8)}>
        −
      </button>
      <button type="button" onClick={control.fit}>
        Fit
      </button>
      <label>
        <input
          type="checkbox"
          checked={hides.hidesCodes}
          onChange={(event) => onHides({ ...hides, hidesCodes: event.currentTarget.checked })}
        />{" "}
        hide codes
      </label>
      <label>
        <input
          type="checkbox"
          checked={hides.hidesCalled}
          onChange={(event) => onHides({ ...hides, hidesCalled: event.currentTarget.checked })}
        />{" "}
        hide called processes
      </label>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const field = new FormData(event.currentTarget).get("other");
          if (typeof field === "string" && field.trim()) growing.join(field.trim());
        }}
      >
        <input
          name="other"
          size={14}
          placeholder="path to uuid"
          aria-label="Show the path to the node with this uuid"
        />
      </form>
      <span class="spacer" />
      <button type="button" onClick={() => saveText(`${name}.svg`, "image/svg+xml", picture())}>
        SVG
      </button>
      <button type="button" onClick={() => void savePng()}>
        PNG
      </button>
    </div>
  );
}
