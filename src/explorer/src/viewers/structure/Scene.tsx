/** Atoms, bonds and a cell in three dimensions, drawn by 3Dmol.js. */

import "./structure.css";

import { createViewer, type GLViewer } from "3dmol/build/3Dmol.es6-min.js";
import { useEffect, useRef, useState } from "preact/hooks";

import { theme, token } from "../../app/theme";
import { combined, edgesOf, xyzOf, type Atom, type Structure, type Vector } from "./structure";

export type Look = "balls and sticks" | "spheres" | "sticks";

export interface SceneProps {
  readonly title: string;
  readonly atoms: readonly Atom[];
  readonly cell: Structure["cell"];
  readonly times?: Vector;
  readonly look?: Look;
  readonly hasLabels?: boolean;
  /** Looks along this axis of the cell; a new object turns the scene again. */
  readonly along?: { readonly axis: 0 | 1 | 2 } | null;
  readonly isCompact?: boolean;
  /** What changes when another thing is shown, so that the view is fitted anew. */
  readonly subject: string;
}

const LOOKS = {
  "balls and sticks": { sphere: { scale: 0.3 }, stick: { radius: 0.12 } },
  spheres: { sphere: { scale: 0.9 } },
  sticks: { stick: { radius: 0.14 } },
} as const;
/** How a scene is turned at first, so that its depth is seen. */
const TILT: readonly (readonly [number, string])[] = [
  [-20, "y"],
  [12, "x"],
];
const ONCE: Vector = [1, 1, 1];
const TURNS: Readonly<Record<string, readonly [number, string]>> = {
  ArrowLeft: [-10, "y"],
  ArrowRight: [10, "y"],
  ArrowUp: [-10, "x"],
  ArrowDown: [10, "x"],
};

export function Scene(props: SceneProps) {
  const frame = useRef<HTMLDivElement>(null);
  const viewer = useRef<GLViewer | null>(null);
  const fittedTo = useRef<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const {
    atoms,
    cell,
    times = ONCE,
    look = "balls and sticks",
    hasLabels = false,
    subject,
    along,
  } = props;
  const themeNow = theme.value;
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    try {
      viewer.current = createViewer(element, { backgroundColor: token("paper"), antialias: true });
    } catch {
      viewer.current = null;
    }
    if (!viewer.current) setProblem("This browser has no WebGL, so there is no picture.");
    const observer = new ResizeObserver(() => viewer.current?.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      viewer.current?.clear();
      element
        .querySelector("canvas")
        ?.getContext("webgl2")
        ?.getExtension("WEBGL_lose_context")
        ?.loseContext();
      element.replaceChildren();
      viewer.current = null;
    };
  }, []);
  useEffect(() => {
    const scene = viewer.current;
    if (!scene) return;
    scene.setBackgroundColor(token("paper"), 1);
    scene.removeAllModels();
    scene.removeAllShapes();
    scene.removeAllLabels();
    scene.addModel(xyzOf(atoms), "xyz");
    scene.setStyle({}, LOOKS[look]);
    if (cell) drawCell(scene, cell, times);
    if (hasLabels) drawLabels(scene, atoms);
    const fit = `${subject} ${times.join(" ")}`;
    if (fittedTo.current !== fit) {
      scene.zoomTo();
      scene.zoom(1.4);
    }
    if (fittedTo.current === null) TILT.forEach(([degrees, axis]) => scene.rotate(degrees, axis));
    fittedTo.current = fit;
    scene.render();
  }, [atoms, cell, times, look, hasLabels, subject, themeNow]);
  useEffect(() => {
    if (!along || !cell || !viewer.current) return;
    lookAlong(viewer.current, cell[along.axis]);
  }, [along, cell]);
  if (problem) return <p class="muted">{problem}</p>;
  return (
    <div
      class={props.isCompact ? "scene scene-compact" : "scene"}
      ref={frame}
      role="img"
      aria-label={`${props.title}. Arrow keys turn, plus and minus zoom.`}
      tabIndex={props.isCompact ? -1 : 0}
      onKeyDown={(event) => {
        const turn = TURNS[event.key];
        if (turn) viewer.current?.rotate(turn[0], turn[1]);
        else if (event.key === "+") viewer.current?.zoom(1.2);
        else if (event.key === "-") viewer.current?.zoom(0.8);
        else return;
        event.preventDefault();
        viewer.current?.render();
      }}
    />
  );
}

function point([x, y, z]: Vector): { x: number; y: number; z: number } {
  return { x, y, z };
}

function drawCell(scene: GLViewer, cell: readonly [Vector, Vector, Vector], times: Vector): void {
  const color = token("muted");
  for (const [start, end] of edgesOf(cell, times)) {
    scene.addCylinder({ start: point(start), end: point(end), radius: 0.03, color });
  }
  const ends: readonly (readonly [string, Vector])[] = [
    ["a", combined(cell, [times[0], 0, 0])],
    ["b", combined(cell, [0, times[1], 0])],
    ["c", combined(cell, [0, 0, times[2]])],
  ];
  for (const [name, end] of ends) scene.addLabel(name, { position: point(end), ...labelStyle() });
}

function drawLabels(scene: GLViewer, atoms: readonly Atom[]): void {
  for (const { kind, position } of atoms.slice(0, 300)) {
    scene.addLabel(kind, { position: point(position), ...labelStyle() });
  }
}

function labelStyle() {
  return { fontSize: 13, fontColor: token("ink"), backgroundOpacity: 0, inFront: true };
}

/** Turn the scene so that an axis points at the reader. */
function lookAlong(scene: GLViewer, axis: Vector): void {
  const [x, y, z] = axis;
  const length = Math.hypot(x, y, z) || 1;
  const view = scene.getView();
  // The rotation that takes the axis to (0, 0, 1), as a quaternion x, y, z, w.
  const [u, v, w] = [x / length, y / length, z / length];
  const turn = w < -0.9999 ? [1, 0, 0, 0] : [v, -u, 0, 1 + w];
  const size = Math.hypot(...turn);
  scene.setView([...view.slice(0, 4), ...turn.map((part) => part / size)]);
  scene.render();
}
