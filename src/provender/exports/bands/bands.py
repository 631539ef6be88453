"""Electronic bands along a path of k-points, and their JSON. Floor: exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from typing import Any

import orjson

from provender.errors import CannotExport
from provender.exports.arrays import attribution, read_stored
from provender.exports.bands.inversion import Rows, exact_reciprocal
from provender.exports.cells import norm, transformed
from provender.exports.npy import LARGEST_EMPTY, Array
from provender.exports.subject import Export, Subject
from provender.exports.texts import well_formed
from provender.exports.values import is_list_of_vectors, read_cell

AXES = 3
BOTH_SPINS = 2


@dataclass(frozen=True, slots=True)
class Label:
    """The name of a k-point, and its place in the list of k-points."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Bands:
    """Bands along a path.

    `distances` has one number for each k-point: the length of the path up to there, in 1/angstrom
    (factor 2π included) or, without a cell, of fractional coordinates. `columns` has one list for
    each band, with the energy at each k-point in `units`; if there are two spins, the bands of the
    second follow those of the first. `labels` are in the order of the path. There may be no
    k-points and no bands.
    """

    title: str
    units: str | None
    distances: tuple[float, ...]
    columns: tuple[list[float], ...]
    spins: int
    labels: tuple[Label, ...]

    def spin(self, column: int) -> int:
        """Return the spin that a band belongs to, from 0."""
        return column * self.spins // len(self.columns)


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of the path between two labels."""

    start: Label
    end: Label

    @property
    def length(self) -> int:
        """The number of steps."""
        return self.end.index - self.start.index

    @property
    def points(self) -> slice:
        """The k-points, both ends included."""
        return slice(self.start.index, self.end.index + 1)


def write_json(subject: Subject) -> Export:
    """Return the bands cut into segments at the labels; NaN and infinities become null.

    Keys: `label`, `path`, `paths`, `original_uuid`, `comments`.

    Raises:
        CannotExport: as `read_bands`.
    """
    return Export(orjson.dumps(_document(subject) | {"comments": attribution(subject)}))


def derived(subject: Subject) -> dict[str, Any]:
    """Return `bands`: the JSON without its comments.

    Raises:
        CannotExport: as `read_bands`.
    """
    return {"bands": _document(subject)}


def read_bands(subject: Subject) -> Bands:
    """Return the bands of a node.

    Raises:
        CannotExport: an attribute or an array is missing, or not of the form of bands.
    """
    points, energies = read_stored(subject, "kpoints"), read_stored(subject, "bands")
    count = _count(points, energies)
    labels = _read_labels(subject.attributes, count)
    columns = _columns(energies)
    return Bands(
        title=well_formed(subject.label),
        units=_read_units(subject.attributes),
        distances=_distances(points, _read_cell(subject.attributes), labels),
        columns=columns,
        spins=_spins(energies),
        labels=labels,
    )


def segments(bands: Bands) -> list[Segment]:
    """Return the parts of the path; with less than two labels one part, from `0` to `1`.

    The path begins and ends with a label: an empty one if the first or last k-point has none.
    Without k-points there are no parts.
    """
    last = len(bands.distances) - 1
    if last < 0:
        return []
    if len(bands.labels) <= 1:
        return [Segment(Label(0, "0"), Label(last, "1"))]
    labels = list(bands.labels)
    if labels[0].index > 0:
        labels.insert(0, Label(0, ""))
    if labels[-1].index < last:
        labels.append(Label(last, ""))
    return [Segment(start, end) for start, end in pairwise(labels)]


def _document(subject: Subject) -> dict[str, Any]:
    bands = read_bands(subject)
    parts = segments(bands)
    real = [part for part in parts if part.length > 1 or len(bands.labels) <= 1]
    return {
        "label": bands.title,
        "path": [[part.start.text, part.end.text] for part in real],
        "paths": [_path(bands, part) for part in parts],
        "original_uuid": subject.uuid,
    }


def _path(bands: Bands, part: Segment) -> dict[str, Any]:
    return {
        "length": part.length,
        "from": part.start.text,
        "to": part.end.text,
        "values": [column[part.points] for column in bands.columns],
        "x": list(bands.distances[part.points]),
        "two_band_types": bands.spins == BOTH_SPINS,
    }


def _count(points: Array, energies: Array) -> int:
    """Return the number of k-points, the same in both arrays."""
    if not is_list_of_vectors(points):
        raise _unreadable("their k-points are not a list of vectors")
    if len(energies.shape) not in (2, 3):
        raise _unreadable("they are not a table of k-points and bands")
    count: int = points.shape[0]
    if energies.shape[-2] != count:
        raise _unreadable("they do not have one row for each k-point")
    # An array without values may claim any number of bands, each of which would be a list.
    if not energies.values and energies.shape[-1] > LARGEST_EMPTY:
        raise _unreadable("they have no values, but too large a shape")
    return count


def _columns(energies: Array) -> tuple[list[float], ...]:
    """Return the bands one by one: first index the spin if there is one, then k-point, band."""
    values = _floats(energies, "bands")
    count, width = energies.shape[-2:]
    size, spins = count * width, _spins(energies)
    starts = [spin * size for spin in range(spins)]
    return tuple(
        values[start + band : start + size : width] for start in starts for band in range(width)
    )


def _spins(energies: Array) -> int:
    return energies.shape[0] if len(energies.shape) == AXES else 1


def _floats(array: Array, name: str) -> list[float]:
    """Return the values of an array as floats; the values of one array are all of one type."""
    some = array.values[:1]
    if not all(isinstance(item, int | float) and not isinstance(item, bool) for item in some):
        raise _unreadable(f"the array `{name}` has no numbers")
    return [float(value) for value in array.values]


def _distances(points: Array, cell: Rows | None, labels: tuple[Label, ...]) -> tuple[float, ...]:
    """Return the length of the path up to each k-point; a jump between labels has none."""
    labelled = {label.index for label in labels}
    distances = [0.0]
    for index, (before, here) in enumerate(pairwise(_positions(points, cell)), 1):
        is_jump = index in labelled and index - 1 in labelled
        step = norm([here[axis] - before[axis] for axis in range(AXES)])
        distances.append(distances[-1] if is_jump else distances[-1] + step)
    if not isfinite(distances[-1]):
        raise _unreadable("their k-points are not all finite")
    return tuple(distances[: points.shape[0]])


def _positions(points: Array, cell: Rows | None) -> Iterator[list[float]]:
    """Yield the k-points; axes that are not stored are 0."""
    values, width = _floats(points, "kpoints"), points.shape[1]
    for index in range(points.shape[0]):
        point = values[index * width : (index + 1) * width] + [0.0] * (AXES - width)
        yield list(transformed(point, cell)) if cell else point


def _read_cell(attributes: Mapping[str, Any]) -> Rows | None:
    """Return the reciprocal cell, or None if no cell is stored."""
    if attributes.get("cell") is None:
        return None
    cell = read_cell(attributes["cell"])
    inverse = exact_reciprocal(cell) if cell else None
    if inverse is None:
        raise _unreadable("their cell is not three vectors in space")
    return inverse


def _read_labels(attributes: Mapping[str, Any], count: int) -> tuple[Label, ...]:
    texts, indices = attributes.get("labels"), attributes.get("label_numbers")
    if texts is None or indices is None:
        return ()
    if not isinstance(texts, list) or not isinstance(indices, list) or len(texts) != len(indices):
        raise _unreadable("`labels` and `label_numbers` are not lists of the same length")
    labels = [_label(index, text, count) for index, text in zip(indices, texts, strict=True)]
    return tuple(sorted(labels, key=lambda label: label.index))


def _label(index: object, text: object, count: int) -> Label:
    if not isinstance(text, str):
        raise _unreadable("a label is not a string")
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < count:
        raise _unreadable("a label belongs to no k-point")
    return Label(index, well_formed(text))


def _read_units(attributes: Mapping[str, Any]) -> str | None:
    units = attributes.get("units")
    if units is not None and not isinstance(units, str):
        raise _unreadable("their `units` are not a string")
    return None if units is None else well_formed(units)


def _unreadable(reason: str) -> CannotExport:
    return CannotExport(f"The bands cannot be read: {reason}.")
