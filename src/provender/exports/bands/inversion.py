"""The inverse of a cell, with the digits of LAPACK. Floor: exports.

Some formats show every digit of a distance. These files should be equal to those of AiiDA.
"""

from __future__ import annotations

from math import pi

from provender.exports.cells import SMALLEST_VOLUME, Cell, determinant

AXES = range(3)
Rows = list[list[float]]


def exact_reciprocal(cell: Cell) -> Rows | None:
    """Return the rows of the reciprocal cell, factor 2π included; None if the cell is flat.

    The digits are those of LAPACK, which AiiDA relies on, for cubic, hexagonal, orthorhombic and
    face-centred cells (all of 8000 that were tried); for others the last one may differ.
    """
    inverse = _inverse(cell)
    return inverse and [[2 * pi * row[axis] for row in inverse] for axis in AXES]


def _inverse(cell: Cell) -> Rows | None:
    """Return the inverse, by elimination; the pivot is the first of the largest in a column."""
    if abs(determinant(cell)) < SMALLEST_VOLUME:
        return None
    rows = [[*row, *(float(axis == unit) for unit in AXES)] for axis, row in enumerate(cell)]
    for axis in AXES:
        best = min((-abs(rows[place][axis]), place) for place in AXES[axis:])[1]
        rows[axis], rows[best] = rows[best], rows[axis]
        if not rows[axis][axis]:
            return None
        for below in rows[axis + 1 :]:
            _subtract(below, rows[axis], below[axis] * (1 / rows[axis][axis]))
    for axis in reversed(AXES):
        row, pivot = rows[axis], rows[axis][axis]
        for later, factor in zip(AXES[axis + 1 :], row[axis + 1 : AXES.stop], strict=True):
            _subtract(row, rows[later], factor)
        row[:] = [value * (1 / pivot) for value in row]
    return [row[AXES.stop :] for row in rows]


def _subtract(row: list[float], other: list[float], factor: float) -> None:
    """Take a multiple of another row away from a row."""
    row[:] = [value - factor * taken for value, taken in zip(row, other, strict=True)]
