"""Bands as files of Grace: a project, and a batch of commands. Floor: exports.

Source: the project file format of Grace 5.1.22, whose settings are all written out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import inf, log10

from provender.exports.bands.bands import Bands, read_bands
from provender.exports.bands.tables import curve, header
from provender.exports.bands.ticks import (
    GRACE,
    Tick,
    energy_axis,
    energy_range,
    path_range,
    quoted,
    ticks,
)
from provender.exports.subject import Export, Subject

# The prefix of the settings of a graph.
INNER = "@    "

# Pairs of an object and its settings, which are separated by `; `.
Statements = Sequence[tuple[str, str]]

FONTS = (
    "8 Courier; 10 Courier-Bold; 11 Courier-BoldOblique; 9 Courier-Oblique; 4 Helvetica; "
    "6 Helvetica-Bold; 7 Helvetica-BoldOblique; 5 Helvetica-Oblique; 14 NimbusMonoL-BoldOblique; "
    "15 NimbusMonoL-Regular; 16 NimbusMonoL-RegularOblique; 17 NimbusRomanNo9L-Medium; "
    "18 NimbusRomanNo9L-MediumItalic; 19 NimbusRomanNo9L-Regular; "
    "20 NimbusRomanNo9L-RegularItalic; 21 NimbusSansL-Bold; 22 NimbusSansL-BoldCondensed; "
    "23 NimbusSansL-BoldCondensedItalic; 24 NimbusSansL-BoldItalic; 25 NimbusSansL-Regular; "
    "26 NimbusSansL-RegularCondensed; 27 NimbusSansL-RegularCondensedItalic; "
    "28 NimbusSansL-RegularItalic; 29 StandardSymbolsL-Regular; 12 Symbol; 31 Symbol-Regular; "
    "2 Times-Bold; 3 Times-BoldItalic; 1 Times-Italic; 0 Times-Roman; 36 URWBookmanL-DemiBold; "
    "37 URWBookmanL-DemiBoldItalic; 38 URWBookmanL-Light; 39 URWBookmanL-LightItalic; "
    "40 URWChanceryL-MediumItalic; 41 URWGothicL-Book; 42 URWGothicL-BookOblique; "
    "43 URWGothicL-Demi; 44 URWGothicL-DemiOblique; 45 URWPalladioL-Bold; "
    "46 URWPalladioL-BoldItalic; 47 URWPalladioL-Italic; 48 URWPalladioL-Roman; 13 ZapfDingbats"
)
COLORS = (
    '(255, 255, 255), "white"; (0, 0, 0), "black"; (255, 0, 0), "red"; (0, 255, 0), "green"; '
    '(0, 0, 255), "blue"; (255, 215, 0), "yellow"; (188, 143, 143), "brown"; '
    '(220, 220, 220), "grey"; (148, 0, 211), "violet"; (0, 255, 255), "cyan"; '
    '(255, 0, 255), "magenta"; (255, 165, 0), "orange"; (114, 33, 188), "indigo"; '
    '(103, 7, 72), "maroon"; (64, 224, 208), "turquoise"; (0, 139, 0), "green4"'
)
PAGE: Statements = (
    ("", "version 50122; page size 792, 612; page scroll 5%; page inout 5%; link page off"),
)
DEFAULTS: Statements = (
    ("", "reference date 0; date wrap off; date wrap year 1950"),
    ("default", "linewidth 1.0; linestyle 1; color 1; pattern 1; font 0"),
    ("default", 'char size 1.000000; symbol size 1.000000; sformat "%.8g"'),
    ("", "background color 0; page background fill on; timestamp off"),
    ("timestamp", "0.03, 0.03; color 1; rot 0; font 0; char size 1.000000"),
    ("timestamp", 'def "Wed Jul 30 16:44:34 2014"'),
)
REGION: Statements = (
    ("", "{name} off; link {name} to g0; {name} type above; {name} linestyle 1"),
    ("", "{name} linewidth 1.0; {name} color 1; {name} line 0, 0, 0, 0"),
)
GRAPH: Statements = (
    ("g0", "on; hidden false; type XY; stacked false; bar hgap 0.000000; fixedpoint off"),
    ("g0 fixedpoint", "type 0; xy 0.000000, 0.000000; format general general; prec 6, 6"),
    ("", "with g0"),
)
WORLD: Statements = (
    ("", "world {start}, {lowest}, {end}, {highest}; stack world 0, 0, 0, 0; znorm 1"),
    ("", 'view 0.150000, 0.150000, 1.150000, 0.850000; title ""; title font 0'),
    ("", 'title size 1.500000; title color 1; subtitle ""; subtitle font 0'),
    ("", "subtitle size 1.000000; subtitle color 1; xaxes scale Normal; yaxes scale Normal"),
    ("", "xaxes invert off; yaxes invert off"),
)
AXIS: Statements = (
    ("{axis}", "on; type zero false; offset 0.000000 , 0.000000"),
    ("{axis} bar", "on; color 1; linestyle 1; linewidth 1.0"),
    ("{axis} label", "{title}; layout para; place auto; char size {title_size}; font 4; color 1"),
    ("{axis} label", "place normal"),
    ("{axis} tick", "on; major {step}; minor ticks {minor}; default 6; place rounded true; in"),
    ("{axis} tick major", "size 1.000000; color 1; linewidth 1.0; linestyle 1; grid {grid}"),
    ("{axis} tick minor", "color 1; linewidth 1.0; linestyle 1; grid off; size 0.500000"),
    ("{axis} ticklabel", 'on; format general; prec 5; formula ""; append ""; prepend ""; angle 0'),
    ("{axis} ticklabel", "skip 0; stagger 0; place normal; offset auto"),
    ("{axis} ticklabel", "offset 0.000000 , 0.010000; start type auto; start 0.000000"),
    ("{axis} ticklabel", "stop type auto; stop 0.000000; char size {size}; font 4; color 1"),
    ("{axis} tick", "place both; spec type {marks}"),
)
PATH_AXIS: dict[str, object] = {
    "axis": "xaxis",
    "title_size": "1.000000",
    "size": "1.500000",
    "minor": 0,
    "grid": "on",
    "marks": "both",
}
ENERGY_AXIS: dict[str, object] = {
    "axis": "yaxis",
    "title_size": "1.500000",
    "size": "1.250000",
    "minor": 1,
    "grid": "off",
    "marks": "none",
}
LEGEND: Statements = (
    ("", "altxaxis off; altyaxis off; legend on"),
    ("legend", "loctype view; 0.85, 0.8; box color 1; box pattern 1; box linewidth 1.0"),
    ("legend", "box linestyle 1; box fill color 0; box fill pattern 1; font 0"),
    ("legend", "char size 1.000000; color 1; length 4; vgap 1; hgap 1; invert false"),
    ("frame", "type 0; linestyle 1; linewidth 1.0; color 1; pattern 1; background color 0"),
    ("frame", "background pattern 0"),
)
CURVE: Statements = (
    ("{name}", "hidden false; type xy"),
    ("{name} symbol", "0; size 1.000000; color {color}; pattern 1; fill color {color}"),
    ("{name} symbol", "fill pattern 0; linewidth 1.0; linestyle 1; char 65; char font 0; skip 0"),
    ("{name} line", "type 1; linestyle 1; linewidth 2.0; color {color}; pattern 1"),
    ("{name}", "baseline type 0; baseline off; dropline off"),
    ("{name} fill", "type 0; rule 0; color {color}; pattern 1"),
    ("{name} avalue", "off; type 2; char size 1.000000; font 0; color 1; rot 0; format general"),
    ("{name} avalue", 'prec 3; prepend ""; append ""; offset 0.000000 , 0.000000'),
    ("{name} errorbar", "on; place both; color {color}; pattern 1; size 1.000000"),
    ("{name} errorbar", "linewidth 1.0; linestyle 1; riser linewidth 1.0; riser linestyle 1"),
    ("{name} errorbar", "riser clip off; riser clip length 0.100000"),
    ("{name}", 'comment "Cols 1:2"; legend ""'),
)
BATCH_AXES: Statements = (
    ("", "xaxis tick major color 7; xaxis tick major grid on; yaxis tick minor ticks 3"),
    ("", 'frame linewidth 1.0; map font 4 to "Helvetica", "Helvetica"'),
    ("", "yaxis label font 4; xaxis label font 4"),
)


def write_project(subject: Subject) -> Export:
    """Return a project of Grace, with settings and curves.

    Raises:
        CannotExport: as `read_bands`, or no energy is finite.
    """
    bands = read_bands(subject)
    lines = [*header(subject, bands), *_settings(bands), *_graph(bands), ""]
    for number in range(len(bands.columns)):
        color = bands.spin(number) + 1
        lines += [*_expand(CURVE, INNER, name=f"s{number}", color=color), ""]
    lines += ["", ""]
    for number, column in enumerate(bands.columns):
        lines += ["&", ""] if number else []
        lines += [f"@target G0.S{number}", "@type xy", *curve(bands, column), ""]
    return _written([*lines, "", ""])


def write_batch(subject: Subject) -> Export:
    """Return commands that make Grace draw a table of the bands, `_data.dat`.

    Raises:
        CannotExport: as `read_bands`, or no energy is finite.
    """
    bands = read_bands(subject)
    lowest, highest = energy_range(bands)
    start, end = path_range(bands)
    curves = ((f"s{n} line color 1", f"s{n} linewidth 1") for n in range(len(bands.columns)))
    lines = [
        *header(subject, bands),
        "# _data.dat is the dat_multicolumn download of the same node",
        'READ XY "_data.dat"',
        f"world {start}, {lowest}, {end}, {highest}",
        'yaxis label "Dispersion"',
        "xaxis tick place both",
        "xaxis tick spec type both",
        *chain.from_iterable(_marks(ticks(bands))),
        *_expand(BATCH_AXES, ""),
        *chain.from_iterable(curves),
    ]
    return _written(lines)


def _settings(bands: Bands) -> Iterator[str]:
    """Yield what holds for the whole project."""
    yield ""
    yield " # Grace project file"
    yield " #"
    yield from _expand(PAGE, "@")
    for font in FONTS.split("; "):
        place, name = font.split(" ")
        yield f'@map font {place} to "{name}", "{name}"'
    for number, color in enumerate(COLORS.split("; ")):
        yield f"@map color {number} to {color}"
    yield from _expand(DEFAULTS, "@")
    for region in range(5):
        yield from _expand(REGION, "@", name=f"r{region}")
    yield ""


def _graph(bands: Bands) -> Iterator[str]:
    """Yield the settings of the graph and its axes."""
    lowest, highest = energy_range(bands)
    start, end = path_range(bands)
    title, step = quoted(energy_axis(bands), GRACE), _energy_step(highest - lowest)
    yield from _expand(GRAPH, "@")
    yield from _expand(WORLD, INNER, start=start, end=end, lowest=lowest, highest=highest)
    yield from _expand(AXIS, INNER, title='""', step=5, **PATH_AXIS)
    yield ""
    for lines in _marks(ticks(bands)):
        yield from (INNER + line for line in lines)
        yield ""
    yield ""
    yield from _expand(AXIS, INNER, title=title, step=step, **ENERGY_AXIS)
    yield from _expand(LEGEND, INNER)


def _marks(found: Sequence[Tick]) -> Iterator[list[str]]:
    """Yield the number of marks, then for each its place and its text."""
    yield [f"xaxis tick spec {len(found)}"]
    for number, tick in enumerate(found):
        text = tick.text(GRACE)
        yield [
            f"xaxis tick major {number}, {tick.position}",
            f'xaxis ticklabel {number}, "{text}"',
        ]


def _energy_step(height: float) -> float | int:
    """Return the power of ten between two marks of the energy axis."""
    return 10 ** int(log10(height)) if 0 < height < inf else 1


def _expand(table: Statements, prefix: str, **values: object) -> Iterator[str]:
    """Yield the lines of a table with its placeholders filled in."""
    for setting, statements in table:
        for statement in statements.split("; "):
            words: Iterable[str] = filter(None, (setting, statement))
            yield prefix + " ".join(words).format(**values)


def _written(lines: Sequence[str]) -> Export:
    return Export("\n".join([*lines, ""]).encode("utf-8"))
