/** A Brillouin zone, drawn as lines; it is turned by pointer or arrow keys. */

import "./zone.css";

import { useRef, useState } from "preact/hooks";

import { pointName } from "../bands/bands";
import type { Vector } from "../structure/structure";
import { isFront, radiusOf, turned, type Zone } from "./zone";

const HALF = 160;
const STEP = 0.15;
const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

export function ZonePicture({ zone, isCompact = false }: { zone: Zone; isCompact?: boolean }) {
  const [angles, setAngles] = useState<readonly [number, number]>([0.5, 0.35]);
  const last = useRef<{ x: number; y: number } | null>(null);
  const scale = (HALF * 0.8) / radiusOf(zone);
  const flat = (at: Vector): Vector => {
    const [x, y, z] = turned(at, angles);
    return [x * scale, -y * scale, z * scale];
  };
  const turn = (dx: number, dy: number) => setAngles(([round, over]) => [round + dx, over + dy]);
  const places = new Map(zone.points.map(({ name, at }) => [name, flat(at)]));
  return (
    <svg
      class={isCompact ? "zone zone-compact" : "zone"}
      viewBox={`${-HALF} ${-HALF} ${2 * HALF} ${2 * HALF}`}
      role="img"
      aria-label={`Brillouin zone with ${zone.faces.length} faces. Arrow keys turn it.`}
      tabindex={isCompact ? -1 : 0}
      onKeyDown={(event) => {
        const step = KEYS[event.key];
        if (!step) return;
        event.preventDefault();
        turn(...step);
      }}
      onPointerDown={(event) => {
        last.current = { x: event.clientX, y: event.clientY };
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!last.current) return;
        turn((event.clientX - last.current.x) / 120, (event.clientY - last.current.y) / 120);
        last.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerUp={() => {
        last.current = null;
      }}
    >
      {zone.faces.map((face, at) => {
        const corners = face.map(flat);
        return (
          <polygon
            key={at}
            class={isFront(corners) ? "zone-front" : "zone-back"}
            points={corners.map(([x, y]) => `${x},${y}`).join(" ")}
          />
        );
      })}
      {zone.points.length === 0 &&
        zone.others.map((at, index) => {
          const [x, y] = flat(at);
          return <circle key={index} class="zone-point" cx={x} cy={y} r="2" />;
        })}
      {zone.path.map(([from, to], at) => {
        const [start, end] = [places.get(from), places.get(to)];
        return start && end ? (
          <line key={at} class="zone-path" x1={start[0]} y1={start[1]} x2={end[0]} y2={end[1]} />
        ) : null;
      })}
      {[...places].map(([name, [x, y]]) => (
        <g key={name}>
          <circle class="zone-point" cx={x} cy={y} r="3" />
          <text x={x + 5} y={y - 5}>
            {pointName(name)}
          </text>
        </g>
      ))}
    </svg>
  );
}
