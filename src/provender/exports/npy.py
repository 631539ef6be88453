"""Reading `.npy` files without NumPy, and without ever unpickling. Floor: exports.

Source: NumPy's format description (NEP 1), versions 1.0 to 3.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

from provender.errors import CannotExport
from provender.exports.arrayfiles.header import BEFORE, read_header, text_range

# Lists for each value, for an axis of length 1 costs a list for each value.
MOST_LISTS = 4
FEW_LISTS = 1_000_000
# An array without values may have a shape such as (10**9, 0), which would be a billion empty lists.
LARGEST_EMPTY = 1_000_000


@dataclass(frozen=True, slots=True)
class Array:
    """An array: its shape and its values in C order.

    A value is an int, float, bool or string, or for a complex number a list `[real, imaginary]`.
    """

    shape: tuple[int, ...]
    values: list[Any]

    def nested(self) -> Any:  # noqa: ANN401 - lists as deep as the array has axes
        """Return the values as nested lists, or the value itself for an array without axes.

        Raises:
            CannotExport: the shape asks for many more lists than there are values.
        """
        if not self.shape:
            return self.values[0]
        check_nesting(self.shape)
        if 0 in self.shape:
            return _empty(self.shape)
        nested = self.values
        for length in reversed(self.shape[1:]):
            nested = [nested[start : start + length] for start in range(0, len(nested), length)]
        return nested


def check_nesting(shape: tuple[int, ...]) -> None:
    """Raise `CannotExport` if a shape asks for many more lists than it has values."""
    if 0 in shape and prod(shape[: shape.index(0)]) > LARGEST_EMPTY:
        raise CannotExport("The array has no values, and its shape is too large.")
    if 0 not in shape and _lists(shape) > FEW_LISTS + MOST_LISTS * prod(shape):
        raise CannotExport("The array cannot be written: its shape has too many short axes.")


def read_array(content: bytes) -> Array:
    """Return the array of a `.npy` file.

    Raises:
        CannotExport: not such a file, damaged, or of a type that is not read (objects are never
            unpickled).
    """
    place = text_range(content[:BEFORE])
    header = read_header(content[place.start : place.stop], place.stop, len(content))
    body = content[header.start : header.start + header.size]
    unpack = header.dtype.unpacker()
    values = unpack(body) if header.dtype.size else [""] * header.count
    if header.is_fortran:
        values = _in_c_order(values, header.shape)
    return Array(header.shape, values)


def _in_c_order(values: list[Any], shape: tuple[int, ...]) -> list[Any]:
    """Return values of Fortran order (first index fastest) in C order (last index fastest)."""
    strides = [prod(shape[:axis]) for axis in range(len(shape))]
    offsets = [0]
    for length, stride in zip(shape, strides, strict=True):
        offsets = [offset + index * stride for offset in offsets for index in range(length)]
    return [values[offset] for offset in offsets]


def _lists(shape: tuple[int, ...]) -> int:
    """Return how many lists the values of a shape are nested in."""
    return sum(accumulate(shape[:-1], mul, initial=1))


def _empty(shape: tuple[int, ...]) -> list[Any]:
    if shape[0] == 0:
        return []
    return [_empty(shape[1:]) for _ in range(shape[0])]
