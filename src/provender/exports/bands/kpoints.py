"""K-points: a mesh or a list, with what a client needs to draw them. Floor: exports.

Points are fractions of the reciprocal cell, or in 1/angstrom with the factor 2π included.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import prod
from typing import Any

from provender.errors import CannotExport
from provender.exports.arrays import read_stored
from provender.exports.bands.brillouin import brillouin_zone
from provender.exports.cells import Cell, Vector, reciprocal
from provender.exports.npy import Array
from provender.exports.subject import Subject
from provender.exports.values import (
    AXES,
    is_list_of_vectors,
    read_cell,
    read_numbers,
    read_text,
    read_vector,
)

# A larger mesh is not written out point by point: 310 bytes for each in memory, 87 in an answer.
LARGEST_MESH = 750_000

# More points than a stored array can have.
LARGEST_COUNT = 2**63


@dataclass(frozen=True, slots=True)
class Label:
    """A point of a path that has a name; `index` counts from 0."""

    index: int
    name: str


@dataclass(frozen=True, slots=True)
class Kpoints:
    """Either a mesh and its offset, in fractions of a step, or a list of points."""

    mesh: tuple[int, int, int] | None
    offset: Vector | None
    points: tuple[Vector, ...]
    weights: tuple[float, ...] | None
    cell: Cell | None
    labels: tuple[Label, ...]


def derived(subject: Subject) -> dict[str, Any]:
    """Return the points and what is known of them; absent parts are left out.

    Keys: `explicit_kpoints_rel`, `has_cell`, `has_labels`, `has_mesh`; of a mesh `mesh` and
    `offset`; with labels `labelled_kpoints_rel` and `labelled_path`; with a cell
    `explicit_kpoints_abs`, `labelled_kpoints_abs` and `faces_data` (of the Brillouin zone).

    Raises:
        CannotExport: the node holds no k-points, or a mesh that is too fine.
    """
    kpoints = read_kpoints(subject)
    points = explicit(kpoints)
    found: dict[str, Any] = {
        "explicit_kpoints_rel": points,
        "has_cell": kpoints.cell is not None,
        "has_mesh": kpoints.mesh is not None,
        "has_labels": bool(kpoints.labels),
    }
    if kpoints.mesh is not None:
        found |= {"mesh": kpoints.mesh, "offset": kpoints.offset}
    if kpoints.labels:
        names = [label.name for label in kpoints.labels]
        found["labelled_kpoints_rel"] = _labelled(kpoints, points)
        found["labelled_path"] = list(pairwise(names))
    return found | (_in_space(kpoints, kpoints.cell, points) if kpoints.cell else {})


def describe(subject: Subject) -> str:
    """Return a mesh and its offset, or the number of points; reads attributes only.

    Raises:
        CannotExport: the node holds no k-points.
    """
    if "mesh" in subject.attributes:
        mesh, offset = _read_mesh(subject), _read_offset(subject)
        return f"Kpoints mesh: {'x'.join(map(str, mesh))} (+{','.join(f'{x:.1f}' for x in offset)})"
    shape = subject.attributes.get("array|kpoints")
    if not isinstance(shape, list) or not shape or not _is_count(shape[0], smallest=0):
        raise _unreadable("there is neither a mesh nor a list")
    return f"(Path of {shape[0]} kpts)"


def explicit(kpoints: Kpoints) -> Sequence[Vector]:
    """Return all points: the list, or the mesh with the first index slowest, within [0, 1).

    Raises:
        CannotExport: the mesh is too fine.
    """
    if kpoints.mesh is None or kpoints.offset is None:
        return kpoints.points
    if prod(kpoints.mesh) > LARGEST_MESH:
        raise CannotExport(f"The mesh has more than {LARGEST_MESH:,} points.")
    first, second, third = (
        [_wrapped((index + shift) / count) for index in range(count)]
        for count, shift in zip(kpoints.mesh, kpoints.offset, strict=True)
    )
    return list(product(first, second, third))


def _wrapped(fraction: float) -> float:
    # Twice, because the remainder of a tiny negative number is rounded to 1.
    return fraction % 1.0 % 1.0


def _labelled(kpoints: Kpoints, points: Sequence[Vector]) -> dict[str, Vector]:
    return {label.name: points[label.index] for label in kpoints.labels}


def _in_space(kpoints: Kpoints, cell: Cell, points: Sequence[Vector]) -> dict[str, Any]:
    """Return the parts that need a cell."""
    inverse = reciprocal(cell)
    if inverse is None:
        raise _unreadable("the vectors of their cell lie in a plane")
    a, b, c = inverse
    # Written out, because a mesh may have a million points.
    cartesian = [
        (
            x * a[0] + y * b[0] + z * c[0],
            x * a[1] + y * b[1] + z * c[1],
            x * a[2] + y * b[2] + z * c[2],
        )
        for x, y, z in points
    ]
    zone = brillouin_zone(inverse)
    return (
        {"explicit_kpoints_abs": cartesian}
        | ({"labelled_kpoints_abs": _labelled(kpoints, cartesian)} if kpoints.labels else {})
        | ({"faces_data": zone.drawing()} if zone else {})
    )


def read_kpoints(subject: Subject) -> Kpoints:
    """Return the k-points of a node.

    Raises:
        CannotExport: there are none, or an attribute or array is of the wrong form.
    """
    cell = read_cell(subject.attributes.get("cell"))
    if cell is None and subject.attributes.get("cell") is not None:
        raise _unreadable("their cell is not three vectors of three numbers")
    if "mesh" in subject.attributes:
        return Kpoints(_read_mesh(subject), _read_offset(subject), (), None, cell, ())
    names = subject.array_names()
    if "kpoints" not in names:
        raise _unreadable("there is neither a mesh nor a list")
    points = _read_points(read_stored(subject, "kpoints"))
    weights = read_numbers(read_stored(subject, "weights").values) if "weights" in names else None
    if "weights" in names and (weights is None or len(weights) != len(points)):
        raise _unreadable("there is not one weight for each point")
    return Kpoints(None, None, points, weights, cell, _read_labels(subject, len(points)))


def _read_mesh(subject: Subject) -> tuple[int, int, int]:
    mesh = subject.attributes.get("mesh")
    if not isinstance(mesh, list) or len(mesh) != AXES or not all(map(_is_count, mesh)):
        raise _unreadable("their mesh is not three whole numbers above 0")
    first, second, third = mesh
    return (first, second, third)


def _read_offset(subject: Subject) -> Vector:
    offset = read_vector(subject.attributes.get("offset"))
    if offset is None:
        raise _unreadable("the offset of their mesh is not three numbers")
    return offset


def _is_count(value: object, *, smallest: int = 1) -> bool:
    return type(value) is int and smallest <= value < LARGEST_COUNT


def _read_points(array: Array) -> tuple[Vector, ...]:
    """Return the points of an array (points, 1 to 3); what a point lacks is 0."""
    numbers = read_numbers(array.values)
    if numbers is None or not is_list_of_vectors(array):
        raise _unreadable("their array is not a list of points with one to three numbers")
    width = array.shape[1]
    columns = [numbers[axis::width] for axis in range(width)]
    columns += [(0.0,) * array.shape[0]] * (AXES - width)
    return tuple(zip(columns[0], columns[1], columns[2], strict=True))


def _read_labels(subject: Subject, count: int) -> tuple[Label, ...]:
    """Return the labels, which may be none, of `count` points."""
    names = subject.attributes.get("labels") or []
    indices = subject.attributes.get("label_numbers") or []
    if not isinstance(names, list) or not isinstance(indices, list) or len(names) != len(indices):
        raise _unreadable("`labels` and `label_numbers` are not lists of the same length")
    labels = []
    for name, index in zip(names, indices, strict=True):
        text = read_text(name)
        if text is None or type(index) is not int or index not in range(count):
            raise _unreadable("a label is not a string or does not belong to a point")
        labels.append(Label(index, text))
    return tuple(labels)


def _unreadable(reason: str) -> CannotExport:
    return CannotExport(f"The k-points cannot be read: {reason}.")
