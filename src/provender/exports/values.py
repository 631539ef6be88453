"""Numbers, vectors and cells from attributes and arrays. Floor: exports.

A store may hold anything: each function returns None for a value that is not of its form.
"""

from __future__ import annotations

from provender.exports.cells import Cell, Vector
from provender.exports.npy import Array

# Larger numbers are refused, so that a volume computed from them still fits into a float.
LARGEST = 1e50

AXES = 3


def read_number(value: object) -> float | None:
    """Return a number that is finite and not larger than `LARGEST`."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) <= LARGEST else None


def read_numbers(value: object) -> tuple[float, ...] | None:
    """Return the numbers of a list."""
    if not isinstance(value, list | tuple):
        return None
    numbers = [number for item in value if (number := read_number(item)) is not None]
    return tuple(numbers) if len(numbers) == len(value) else None


def read_vector(value: object) -> Vector | None:
    """Return three numbers."""
    numbers = read_numbers(value)
    if numbers is None or len(numbers) != AXES:
        return None
    return (numbers[0], numbers[1], numbers[2])


def read_cell(value: object) -> Cell | None:
    """Return three vectors."""
    if not isinstance(value, list | tuple) or len(value) != AXES:
        return None
    first, second, third = map(read_vector, value)
    return (first, second, third) if first and second and third else None


def is_list_of_vectors(array: Array) -> bool:
    """Return whether an array holds vectors of one to three numbers, or is empty."""
    if len(array.shape) != 2 or array.shape[1] > AXES:  # noqa: PLR2004 - a table
        return False
    return bool(array.shape[1]) or not array.shape[0]


def read_text(value: object) -> str | None:
    """Return a string that can be written as UTF-8."""
    if not isinstance(value, str):
        return None
    return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value


def read_flags(value: object) -> tuple[bool, bool, bool] | None:
    """Return three booleans."""
    if not isinstance(value, list | tuple) or len(value) != AXES:
        return None
    first, second, third = value
    if not all(isinstance(flag, bool) for flag in value):
        return None
    return (first, second, third)
