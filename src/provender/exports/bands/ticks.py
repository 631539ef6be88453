"""The marks on the axes of a plot of bands, and their text for each program. Floor: exports."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from provender.errors import CannotExport
from provender.exports.bands.bands import Bands
from provender.exports.texts import one_line

# Labels that are closer than this to each other share a mark.
SMALLEST_STEP = 1e-6

# The parts of a label: names of Greek letters, an index after `_`, and single characters.
SPECIAL = re.compile(r"GAMMA|DELTA|LAMBDA|SIGMA|_[0-9A-Za-z]+|.", re.DOTALL)

LETTERS = {"GAMMA": "Γ", "DELTA": "Δ", "LAMBDA": "Λ", "SIGMA": "Σ"}
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@dataclass(frozen=True, slots=True)
class Markup:
    """How a program wants text: Greek letters, an index (with `{}` for it), other characters."""

    greek: Mapping[str, str]
    index: str
    others: Mapping[str, str]


GRACE = Markup(
    {name: rf"\x{name[0]}\f{{}}" for name in LETTERS}, r"\s{}\N", {"\\": r"\\", '"': "'"}
)
# No backquotes: gnuplot runs the text between them as a command, even inside double quotes.
GNUPLOT = Markup(LETTERS, "_{{{}}}", {"\\": r"\\", '"': r"\"", "`": "'"})


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis of the path, and the labels that share it."""

    position: float
    labels: tuple[str, ...]

    def text(self, markup: Markup | None = None) -> str:
        """Return the labels, joined by `|`, in a markup or in plain Unicode."""
        return "|".join(marked(label, markup) if markup else plain(label) for label in self.labels)


def ticks(bands: Bands) -> list[Tick]:
    """Return the marks in the order of the path."""
    found: list[Tick] = []
    for label in bands.labels:
        position = bands.distances[label.index]
        if found and position - found[-1].position < SMALLEST_STEP:
            found[-1] = Tick(found[-1].position, (*found[-1].labels, label.text))
        else:
            found.append(Tick(position, (label.text,)))
    return found


def marked(text: str, markup: Markup) -> str:
    r"""Return a label as a program wants it, on one line.

    Example:
        `GAMMA_1` is `Γ_{1}` for gnuplot.
    """

    def piece(match: re.Match[str]) -> str:
        found = match[0]
        if found in markup.greek:
            return markup.greek[found]
        if len(found) > 1:
            return markup.index.format(found[1:])
        return markup.others.get(found, found)

    return SPECIAL.sub(piece, one_line(text))


def quoted(text: str, markup: Markup) -> str:
    """Return a string in double quotes, with the escapes of a program."""
    return '"' + "".join(markup.others.get(letter, letter) for letter in one_line(text)) + '"'


def plain(text: str) -> str:
    """Return a label in plain Unicode, on one line: `Γ₁` for `GAMMA_1`."""
    named = re.sub("|".join(LETTERS), lambda match: LETTERS[match[0]], one_line(text))
    return re.sub(r"_([0-9]+)", lambda match: match[1].translate(LOWERED), named)


def energy_axis(bands: Bands) -> str:
    """Return the title of the energy axis."""
    return "Dispersion" if bands.units is None else f"Dispersion ({one_line(bands.units)})"


def energy_range(bands: Bands) -> tuple[float, float]:
    """Return the lowest and the highest energy, or 0 and 1 if there are none.

    Raises:
        CannotExport: none is finite.
    """
    if not any(bands.columns):
        return 0.0, 1.0
    finite = [value for column in bands.columns for value in column if isfinite(value)]
    if not finite:
        raise CannotExport("The bands cannot be drawn: they have no finite value.")
    return min(finite), max(finite)


def path_range(bands: Bands) -> tuple[float, float]:
    """Return where the path starts and ends, or 0 and 1 if there are no k-points."""
    return (bands.distances[0], bands.distances[-1]) if bands.distances else (0.0, 1.0)
