"""A bar chart of latencies on a logarithmic axis, as SVG. Floor: bench."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

COLOURS = ("#d97706", "#9ca3af", "#2563eb", "#93c5fd")
WIDTH, LEFT, RIGHT, TOP, BOTTOM, BAR, GAP = 860, 200, 80, 60, 30, 11, 12
TEXT = 'font-family="system-ui, sans-serif" fill="#1f2937"'


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one request: milliseconds for each series, None where it has none."""

    title: str
    values: tuple[float | None, ...]


def chart(title: str, series: tuple[str, ...], groups: list[Group]) -> str:
    """Return the chart of at most four series."""
    values = [value for group in groups for value in group.values if value]
    # Half of the smallest, so that its bar can be seen.
    low, high = math.floor(math.log10(min(values) / 2)), math.ceil(math.log10(max(values)))
    scale = (WIDTH - LEFT - RIGHT) / max(1, high - low)
    bottom = TOP + len(groups) * (len(series) * BAR + GAP)
    parts = [*_legend(title, series), *_axis(low, high, scale, bottom)]
    for number, group in enumerate(groups):
        parts += _bars(group, TOP + number * (len(series) * BAR + GAP), low, scale)
    size = f'viewBox="0 0 {WIDTH} {bottom + BOTTOM}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    paper = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", paper, *parts, "</svg>", ""])


def _text(x: float, y: float, text: str, anchor: str = "start", size: int = 12) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
    return f"<text {place} {TEXT}>{escape(text)}</text>"


def _bar(x: float, y: float, width: float, colour: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{BAR - 1}" fill="{colour}"/>'


def _legend(title: str, series: tuple[str, ...]) -> Iterator[str]:
    yield _text(12, 20, title)
    for number, name in enumerate(series):
        x = LEFT + number * 120
        yield _bar(x, 32, 14, COLOURS[number])
        yield _text(x + 20, 42, name)


def _axis(low: int, high: int, scale: float, bottom: float) -> Iterator[str]:
    for decade in range(low, high + 1):
        x = LEFT + (decade - low) * scale
        line = f'<line x1="{x:.1f}" y1="{TOP - 6}" x2="{x:.1f}" y2="{bottom}" stroke="#e5e7eb"/>'
        yield line + _text(x, bottom + 16, f"{10**decade:g} ms", "middle")


def _bars(group: Group, top: float, low: int, scale: float) -> Iterator[str]:
    middle = top + len(group.values) * BAR / 2 + 4
    yield _text(LEFT - 8, middle, group.title, "end")
    for number, value in enumerate(group.values):
        if value:
            width = max(1.0, (math.log10(value) - low) * scale)
            y = top + number * BAR
            yield _bar(LEFT, y, width, COLOURS[number])
            shown = f"{value:.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits
            yield _text(LEFT + width + 4, y + BAR - 2, shown, size=10)
