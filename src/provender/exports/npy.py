"""Reading `.npy` files without NumPy, and without ever unpickling. Floor: exports.

Source: NumPy's format description (NEP 1), versions 1.0 to 3.0.
"""

from __future__ import annotations

import ast
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from math import prod
from operator import mul
from typing import Any

from provender.errors import CannotExport

MAGIC = b"\x93NUMPY"
HEADER_LENGTH = {1: "<H", 2: "<I", 3: "<I"}
# Bytes; NumPy itself reads no longer header.
LARGEST_HEADER = 10_000
DTYPE = re.compile(r"([<>|=]?)([biufcUS?])([0-9]{0,9})")
# Values that take no byte of the file: strings of length 0, of which a shape may name any number.
MOST_EMPTY_TEXTS = 1_000_000
# Lists for each value, for an axis of length 1 costs a list for each value.
MOST_LISTS = 4
FEW_LISTS = 1_000_000
# The codes of types in NumPy, and in `struct`.
LETTERS = {
    "b1": "?",
    "?": "?",
    "i1": "b",
    "i2": "h",
    "i4": "i",
    "i8": "q",
    "u1": "B",
    "u2": "H",
    "u4": "I",
    "u8": "Q",
    "f2": "e",
    "f4": "f",
    "f8": "d",
}


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
        if 0 in self.shape:
            return _empty(self.shape)
        if _lists(self.shape) > FEW_LISTS + MOST_LISTS * len(self.values):
            raise CannotExport("The array cannot be written: its shape has too many short axes.")
        nested = self.values
        for length in reversed(self.shape[1:]):
            nested = [nested[start : start + length] for start in range(0, len(nested), length)]
        return nested


def read_array(content: bytes) -> Array:
    """Return the array of a `.npy` file.

    Raises:
        CannotExport: not such a file, damaged, or of a type that is not read (objects are never
            unpickled).
    """
    header, start = _read_header(content)
    shape, dtype = header.get("shape"), header.get("descr")
    match = DTYPE.fullmatch(dtype) if isinstance(dtype, str) else None
    if not isinstance(shape, tuple) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise CannotExport("The array cannot be read: its file is damaged.")
    if match is None:
        raise CannotExport("The array cannot be read: its type is an object or a structure.")
    unpack, size = _unpacker(*match.groups())
    count = prod(shape)
    if count * size > len(content) - start:
        raise CannotExport("The array cannot be read: its file is cut short.")
    if not size and count > MOST_EMPTY_TEXTS:
        raise CannotExport("The array cannot be read: its shape is too large for its file.")
    values = unpack(content[start : start + count * size], count)
    if header.get("fortran_order") and len(shape) > 1:
        values = _in_c_order(values, shape)
    return Array(shape, values)


def _read_header(content: bytes) -> tuple[dict[str, Any], int]:
    """Return the dictionary of the header, and where the values begin."""
    version = content[6] if len(content) > 10 and content.startswith(MAGIC) else 0  # noqa: PLR2004 - their version
    if version not in HEADER_LENGTH:
        raise CannotExport("The array cannot be read: its file is not in NumPy's format.")
    form = struct.Struct(HEADER_LENGTH[version])
    start = 8 + form.size
    length = form.unpack_from(content.ljust(start, b"\0"), 8)[0]
    if length > LARGEST_HEADER:
        raise CannotExport("The array cannot be read: its header is too long.")
    try:
        header = ast.literal_eval(content[start : start + length].decode("utf-8").strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise CannotExport("The array cannot be read: its header is damaged.") from error
    if not isinstance(header, dict):
        raise CannotExport("The array cannot be read: its header is damaged.")
    return header, start + length


Unpack = Callable[[bytes, int], list[Any]]


def _unpacker(order: str, kind: str, width: str) -> tuple[Unpack, int]:
    """Return the function that unpacks the values of a type, and the bytes of one value."""
    order = ">" if order == ">" else "<"
    if kind in "US":
        size = int(width or 0) * (4 if kind == "U" else 1)
        encoding = ("utf-32-be" if order == ">" else "utf-32-le") if kind == "U" else "latin-1"
        return (lambda body, count: _texts(body, count, size, encoding)), size
    if kind == "c" and width in ("8", "16"):
        half = int(width) // 2
        letter = LETTERS[f"f{half}"]

        def pairs(body: bytes, count: int) -> list[Any]:
            flat = struct.unpack(f"{order}{2 * count}{letter}", body)
            return [list(pair) for pair in zip(flat[::2], flat[1::2], strict=True)]

        return pairs, int(width)
    letter = LETTERS.get(kind + width, "")
    if not letter:
        raise CannotExport(f"The array cannot be read: its type is {kind}{width}.")
    return (
        lambda body, count: list(struct.unpack(f"{order}{count}{letter}", body)),
        struct.calcsize(f"{order}{letter}"),
    )


def _texts(body: bytes, count: int, size: int, encoding: str) -> list[Any]:
    pieces = (body[index * size : (index + 1) * size] for index in range(count))
    return [piece.decode(encoding, "replace").rstrip("\0") for piece in pieces]


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
