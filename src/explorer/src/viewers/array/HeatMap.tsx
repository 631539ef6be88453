/** A matrix of numbers as colours, with its range. */

import { useEffect, useRef } from "preact/hooks";

import { theme, token } from "../../app/theme";
import { position } from "./arrays";

export function HeatMap({
  rows,
  title,
}: {
  rows: readonly (readonly (number | null)[])[];
  title: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const flat = rows.flat().filter((value) => value !== null && Number.isFinite(value)) as number[];
  const least = flat.reduce((one, other) => Math.min(one, other), Infinity);
  const most = flat.reduce((one, other) => Math.max(one, other), -Infinity);
  const themeNow = theme.value;
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const width = Math.max(1, ...rows.map((row) => row.length));
    element.width = width;
    element.height = rows.length;
    rows.forEach((row, y) =>
      row.forEach((value, x) => {
        context.fillStyle = value === null ? token("line") : colour(position(value, least, most));
        context.fillRect(x, y, 1, 1);
      }),
    );
  }, [rows, least, most, themeNow]);
  return (
    <figure class="heat">
      <canvas ref={canvas} role="img" aria-label={`${title}: from ${least} to ${most}`} />
      <figcaption class="muted">
        <span class="heat-scale" aria-hidden="true" /> {least} to {most}
      </figcaption>
    </figure>
  );
}

/** Dark blue to yellow, with a lightness that grows: it can be read without seeing colours. */
function colour(at: number): string {
  return `hsl(${Math.round(260 - 200 * at)} 75% ${Math.round(22 + 58 * at)}%)`;
}
