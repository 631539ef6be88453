"""Bands as plots of matplotlib: scripts and pictures. Floor: exports."""

from __future__ import annotations

import io
from importlib import import_module
from string import Template
from typing import Any

from provender.errors import CannotExport, UnknownFormat
from provender.exports.arrays import attribution
from provender.exports.bands.bands import Bands, read_bands, segments, write_json
from provender.exports.bands.ticks import energy_axis, energy_range, ticks
from provender.exports.subject import Export, Subject
from provender.exports.texts import one_line

SCRIPT = Template("""\
#!/usr/bin/env python3
# $attribution
$where
import json

import matplotlib.pyplot as plt

TITLE = $title
ENERGY = $energy
TICKS = $ticks
COLORS = ["black", "red"]  # the second one for the bands of the second spin
$data

figure, axes = plt.subplots()
# Where the distance does not grow, the path jumps between two labels: no line belongs there.
segments = [segment for segment in DATA["paths"] if segment["x"][0] < segment["x"][-1]]
for segment in segments or DATA["paths"]:
    curves = segment["values"]
    for number, curve in enumerate(curves):
        spin = segment["two_band_types"] and number >= len(curves) // 2
        energies = [float("nan") if value is None else value for value in curve]
        axes.plot(segment["x"], energies, color=COLORS[spin], linewidth=1)

axes.set_title(TITLE, parse_math=False)
axes.set_ylabel(ENERGY, parse_math=False)
axes.set_xticks([position for position, label in TICKS])
axes.set_xticklabels([label for position, label in TICKS], parse_math=False)
axes.grid(axis="x", color="lightgray")
axes.margins(x=0)
plt.show()
""")

# For the bands of the first and of the second spin.
COLORS = ("black", "red")

# Dots per inch of a PNG.
RESOLUTION = 150

# Metadata that is left out, so that one node always gives the same bytes.
FIXED = {"png": {"Software": None}, "pdf": {"CreationDate": None, "Producer": None}}


def write_script(subject: Subject) -> Export:
    """Return a Python script that holds the bands and draws them.

    Raises:
        CannotExport: as `read_bands`.
    """
    text = write_json(subject).content.decode("utf-8").replace("'", r"\u0027")
    return _script(subject, "# Draws the bands that it holds.", f"DATA = json.loads(r'''{text}''')")


def write_script_with_data(subject: Subject) -> Export:
    """Return a Python script that draws the bands of the JSON download of the same node.

    Raises:
        CannotExport: as `read_bands`.
    """
    name = one_line(f"{subject.uuid}.json")
    where = f"# Draws the bands in {name}, the json download of the same node, in this folder."
    opened = f'with open({name!r}, encoding="utf-8") as stream:'
    return _script(subject, where, f"{opened}\n    DATA = json.load(stream)")


def write_png(subject: Subject) -> Export:
    """Return a picture of the bands.

    Raises:
        UnknownFormat: matplotlib is not installed.
        CannotExport: as `read_bands`, or they cannot be drawn.
    """
    return _drawn(subject, "png")


def write_pdf(subject: Subject) -> Export:
    """Return a picture of the bands; errors as `write_png`."""
    return _drawn(subject, "pdf")


def _script(subject: Subject, where: str, data: str) -> Export:
    bands = read_bands(subject)
    script = SCRIPT.substitute(
        attribution=one_line(attribution(subject)),
        where=where,
        title=repr(one_line(bands.title)),
        energy=repr(energy_axis(bands)),
        ticks=repr([(tick.position, tick.text()) for tick in ticks(bands)]),
        data=data,
    )
    return Export(script.encode("utf-8"))


def _drawn(subject: Subject, form: str) -> Export:
    """Return a picture. Only this function needs matplotlib."""
    try:
        library = import_module("matplotlib.figure")
    except ImportError as error:
        raise UnknownFormat(
            f"The format mpl_{form} needs matplotlib on the server.",
            hint="Install it there: pip install 'provender[plots]'.",
        ) from error
    bands = read_bands(subject)
    energy_range(bands)
    stream = io.BytesIO()
    try:
        figure = _figure(library, bands)
        figure.savefig(stream, format=form, dpi=RESOLUTION, metadata=FIXED[form])
    except (ArithmeticError, RuntimeError, ValueError) as error:
        raise CannotExport("The bands cannot be drawn: their numbers are too large.") from error
    return Export(stream.getvalue())


def _figure(library: Any, bands: Bands) -> Any:  # noqa: ANN401 - matplotlib may not be there
    """Return a figure made without pyplot, whose state all threads would share."""
    figure = library.Figure(layout="constrained")
    axes = figure.subplots()
    marks, parts, at = ticks(bands), segments(bands), bands.distances
    for part in [part for part in parts if at[part.start.index] < at[part.end.index]] or parts:
        for number, column in enumerate(bands.columns):
            color = COLORS[bands.spin(number) % len(COLORS)]
            axes.plot(at[part.points], column[part.points], color=color, linewidth=1)
    axes.set_title(one_line(bands.title), parse_math=False)
    axes.set_ylabel(energy_axis(bands), parse_math=False)
    axes.set_xticks([tick.position for tick in marks])
    axes.set_xticklabels([tick.text() for tick in marks], parse_math=False)
    axes.grid(axis="x", color="lightgray")
    axes.margins(x=0)
    return figure
