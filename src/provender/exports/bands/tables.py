"""Bands as tables of numbers, and as a script of gnuplot. Floor: exports."""

from __future__ import annotations

from provender.exports.arrays import attribution
from provender.exports.bands.bands import Bands, read_bands
from provender.exports.bands.ticks import (
    GNUPLOT,
    energy_axis,
    energy_range,
    path_range,
    quoted,
    ticks,
)
from provender.exports.subject import Export, Subject
from provender.exports.texts import one_line

GNUPLOT_SCRIPT = """\

# The curves are in the dat_blocks download of the same node: save it here as band_data.dat.
# For a file instead of a window, take the # away from these two lines:
#set term pdfcairo
#set output 'bands.pdf'

# Fonts other than the one of the terminal are named like this:
#set termopt font "Times New Roman, 12"

set termopt enhanced
set encoding utf8
set xtics ({xtics})
unset key
set yrange [{lowest}:{highest}]
set ylabel {ylabel}
set xrange [{start}:{end}]
set grid xtics lt 1 lc rgb "#888888"
plot "band_data.dat" with l lc rgb "#000000"
"""


def write_multicolumn(subject: Subject) -> Export:
    """Return one line for each k-point: its distance and the energies of all bands, with tabs.

    Raises:
        CannotExport: as `read_bands`.
    """
    bands = read_bands(subject)
    rows = zip(bands.distances, *bands.columns, strict=True)
    lines = ["\t".join(f"{value:.8f}" for value in row) for row in rows]
    return _written([*header(subject, bands), *lines])


def write_blocks(subject: Subject) -> Export:
    """Return one block for each band, of lines with distance and energy; two empty lines between.

    Raises:
        CannotExport: as `read_bands`.
    """
    bands = read_bands(subject)
    lines = header(subject, bands)
    for number, column in enumerate(bands.columns):
        lines += ["", *curve(bands, column), ""] if number else [*curve(bands, column), ""]
    return _written(lines)


def write_gnuplot(subject: Subject) -> Export:
    """Return a script of gnuplot that draws the blocks of `write_blocks`.

    Raises:
        CannotExport: as `read_bands`, or no energy is finite.
    """
    bands = read_bands(subject)
    lowest, highest = energy_range(bands)
    start, end = (-1.0, 1.0) if len(bands.distances) == 1 else path_range(bands)
    marks = ((tick.text(GNUPLOT).replace("%", "%%"), tick.position) for tick in ticks(bands))
    script = GNUPLOT_SCRIPT.format(
        xtics=", ".join(f'"{text}" {position}' for text, position in marks),
        lowest=lowest,
        highest=highest,
        ylabel=quoted(energy_axis(bands), GNUPLOT),
        start=start,
        end=end,
    )
    return _written([*header(subject, bands), script.removesuffix("\n")])


def header(subject: Subject, bands: Bands) -> list[str]:
    """Return comment lines that say where the bands come from, their size and their labels."""
    return [
        f"# {one_line(attribution(subject))}",
        f"# {len(bands.distances)} k-points, {len(bands.columns)} bands",
        "# distance\tlabel",
        *(f"# {bands.distances[at.index]:.8f}\t{one_line(at.text)}" for at in bands.labels),
    ]


def curve(bands: Bands, column: list[float]) -> list[str]:
    """Return one line for each k-point: its distance and the energy of one band."""
    pairs = zip(bands.distances, column, strict=True)
    return [f"{distance:.8f}\t{energy:.8f}" for distance, energy in pairs]


def _written(lines: list[str]) -> Export:
    return Export("\n".join([*lines, ""]).encode("utf-8"))
