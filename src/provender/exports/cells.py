"""Vectors and cells in three dimensions. Floor: exports.

A cell is three row vectors, in angstrom; its reciprocal in 1/angstrom, the factor 2π included.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import pi, sqrt

Vector = tuple[float, float, float]
Cell = tuple[Vector, Vector, Vector]

# In cubic angstrom; three vectors that span less are taken to lie in one plane.
SMALLEST_VOLUME = 1e-12


def dot(left: Sequence[float], right: Sequence[float]) -> float:
    """Return the scalar product."""
    return left[0] * right[0] + left[1] * right[1] + left[2] * right[2]


def cross(left: Sequence[float], right: Sequence[float]) -> Vector:
    """Return the vector product."""
    return (
        left[1] * right[2] - left[2] * right[1],
        left[2] * right[0] - left[0] * right[2],
        left[0] * right[1] - left[1] * right[0],
    )


def norm(vector: Sequence[float]) -> float:
    """Return the length."""
    return sqrt(dot(vector, vector))


def scaled(vector: Sequence[float], factor: float) -> Vector:
    """Return the vector times a number."""
    return (vector[0] * factor, vector[1] * factor, vector[2] * factor)


def added(left: Sequence[float], right: Sequence[float]) -> Vector:
    """Return the sum."""
    return (left[0] + right[0], left[1] + right[1], left[2] + right[2])


def determinant(cell: Sequence[Sequence[float]]) -> float:
    """Return the signed volume that three vectors span."""
    return dot(cell[0], cross(cell[1], cell[2]))


def transformed(coefficients: Sequence[float], cell: Sequence[Sequence[float]]) -> Vector:
    """Return the point with these coefficients of the three row vectors."""
    total: Vector = (0.0, 0.0, 0.0)
    for coefficient, row in zip(coefficients, cell, strict=True):
        total = added(total, scaled(row, coefficient))
    return total


def reciprocal(cell: Sequence[Sequence[float]]) -> Cell | None:
    """Return the reciprocal cell, or None if the vectors lie in a plane."""
    volume = determinant(cell)
    if abs(volume) < SMALLEST_VOLUME:
        return None
    factor = 2 * pi / volume
    return (
        scaled(cross(cell[1], cell[2]), factor),
        scaled(cross(cell[2], cell[0]), factor),
        scaled(cross(cell[0], cell[1]), factor),
    )
