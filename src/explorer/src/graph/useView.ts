/** Panning and zooming: by pointer, wheel and buttons. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";

import type { Box } from "./layout";

export interface View {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

const LEAST = 0.05;
const MOST = 3;
const READABLE = 0.7;

export interface Control {
  readonly view: View;
  readonly zoom: (factor: number) => void;
  readonly fit: () => void;
  /** Put a box into the middle, large enough to be read. */
  readonly centre: (box: Box) => void;
  /** Move so that a box is in sight. */
  readonly reveal: (box: Box) => void;
}

function clamped(scale: number): number {
  return Math.min(MOST, Math.max(LEAST, scale));
}

/** A view with one point of the frame kept where it is while the scale changes. */
export function zoomed(view: View, factor: number, at: { x: number; y: number }): View {
  const scale = clamped(view.scale * factor);
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/** The view that shows a whole drawing in a frame, never larger than life. */
export function fitted(
  size: { width: number; height: number },
  frame: { width: number; height: number },
): View {
  const scale = clamped(
    Math.min(1, frame.width / (size.width || 1), frame.height / (size.height || 1)),
  );
  return {
    scale,
    x: (frame.width - size.width * scale) / 2,
    y: (frame.height - size.height * scale) / 2,
  };
}

/** The view that shows the whole drawing if it can be read then, otherwise a box in the middle. */
export function centred(
  size: { width: number; height: number },
  box: Box,
  frame: { width: number; height: number },
): View {
  const whole = fitted(size, frame);
  if (whole.scale >= READABLE) return whole;
  const scale = READABLE;
  return { scale, x: frame.width / 2 - box.x * scale, y: frame.height / 2 - box.y * scale };
}

export function useView(
  svg: SVGSVGElement | null,
  size: { readonly width: number; readonly height: number },
): Control {
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const { width, height } = size;
  const fit = useCallback(() => {
    const frame = svg?.getBoundingClientRect();
    if (frame) setView(fitted({ width, height }, frame));
  }, [svg, width, height]);
  usePointer(svg, setView);
  const zoom = useCallback(
    (factor: number) => {
      const frame = svg?.getBoundingClientRect();
      if (frame) setView((now) => zoomed(now, factor, { x: frame.width / 2, y: frame.height / 2 }));
    },
    [svg],
  );
  const reveal = useCallback(
    (box: Box) => {
      const frame = svg?.getBoundingClientRect();
      if (frame) setView((now) => revealed(now, box, frame));
    },
    [svg],
  );
  const centre = useCallback(
    (box: Box) => {
      const frame = svg?.getBoundingClientRect();
      if (frame) setView(centred({ width, height }, box, frame));
    },
    [svg, width, height],
  );
  return { view, zoom, fit, centre, reveal };
}

/** The view moved as little as is needed to show a box. */
export function revealed(view: View, box: Box, frame: { width: number; height: number }): View {
  const margin = 20;
  const shift = (middle: number, half: number, offset: number, room: number) => {
    const [low, high] = [
      (middle - half) * view.scale + offset,
      (middle + half) * view.scale + offset,
    ];
    if (low < margin) return margin - low;
    return high > room - margin ? room - margin - high : 0;
  };
  const dx = shift(box.x, box.width / 2, view.x, frame.width);
  const dy = shift(box.y, box.height / 2, view.y, frame.height);
  return dx || dy ? { ...view, x: view.x + dx, y: view.y + dy } : view;
}

function usePointer(
  svg: SVGSVGElement | null,
  setView: (change: (view: View) => View) => void,
): void {
  const last = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => {
    const element = svg;
    if (!element) return undefined;
    const down = (event: PointerEvent) => {
      if ((event.target as Element).closest("[data-box]") || event.button !== 0) return;
      last.current = { x: event.clientX, y: event.clientY };
      element.setPointerCapture(event.pointerId);
    };
    const move = (event: PointerEvent) => {
      if (!last.current) return;
      const [dx, dy] = [event.clientX - last.current.x, event.clientY - last.current.y];
      last.current = { x: event.clientX, y: event.clientY };
      setView((now) => ({ ...now, x: now.x + dx, y: now.y + dy }));
    };
    const up = () => {
      last.current = null;
    };
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey) return;
      event.preventDefault();
      const frame = element.getBoundingClientRect();
      const at = { x: event.clientX - frame.left, y: event.clientY - frame.top };
      setView((now) => zoomed(now, Math.exp(-event.deltaY / 300), at));
    };
    element.addEventListener("pointerdown", down);
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", up);
    element.addEventListener("pointercancel", up);
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      element.removeEventListener("pointerdown", down);
      element.removeEventListener("pointermove", move);
      element.removeEventListener("pointerup", up);
      element.removeEventListener("pointercancel", up);
      element.removeEventListener("wheel", wheel);
    };
  }, [svg, setView]);
}
