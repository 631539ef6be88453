"""The header of a `.npy` file, read without NumPy and written again. Floor: exports.

Source: NumPy's format description (NEP 1), versions 1.0 to 3.0.
"""

from __future__ import annotations

import ast
import struct
from dataclasses import dataclass
from math import prod
from typing import Any

from provender.errors import CannotExport
from provender.exports.arrayfiles.dtypes import Dtype, read_dtype

MAGIC = b"\x93NUMPY"
HEADER_LENGTH = {1: "<H", 2: "<I", 3: "<I"}
# Bytes before the text of the header, at most.
BEFORE = 12
# Bytes; NumPy itself reads no longer header.
LARGEST_HEADER = 10_000
# NumPy 2 allows no more.
MOST_AXES = 64
# Values that take no byte of the file: strings of length 0, of which a shape may name any number.
MOST_EMPTY_TEXTS = 1_000_000
# The values of a file begin at a multiple of this.
ALIGNMENT = 64


@dataclass(frozen=True, slots=True)
class Header:
    """The shape and the type of an array, and where its values begin in the file.

    In Fortran order the first index is the fastest, otherwise the last one.
    """

    shape: tuple[int, ...]
    dtype: Dtype
    is_fortran: bool
    start: int

    @property
    def count(self) -> int:
        """The number of values."""
        return prod(self.shape)

    @property
    def size(self) -> int:
        """The bytes of all values."""
        return self.count * self.dtype.size


def text_range(beginning: bytes) -> range:
    """Return where the text of a header stands, by the first `BEFORE` bytes of its file.

    Raises:
        CannotExport: it is no `.npy` file.
    """
    is_one = len(beginning) > 10 and beginning.startswith(MAGIC)  # noqa: PLR2004 - with a length
    version = beginning[6] if is_one else 0
    if version not in HEADER_LENGTH:
        raise CannotExport("The array cannot be read: its file is not in NumPy's format.")
    form = struct.Struct(HEADER_LENGTH[version])
    start = 8 + form.size
    length = form.unpack_from(beginning.ljust(start, b"\0"), 8)[0]
    if length > LARGEST_HEADER:
        raise CannotExport("The array cannot be read: its header is too long.")
    return range(start, start + length)


def read_header(text: bytes, start: int, size: int) -> Header:
    """Return a header of its text; `start` is where the values begin, `size` that of the file.

    Raises:
        CannotExport: damaged, of a type that is not read, or of a shape that the file cannot hold.
    """
    described = _dictionary(text)
    shape = described.get("shape")
    if not isinstance(shape, tuple) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise CannotExport("The array cannot be read: its file is damaged.")
    if len(shape) > MOST_AXES:
        raise CannotExport("The array cannot be read: it has too many axes.")
    dtype = read_dtype(described.get("descr"))
    is_fortran = bool(described.get("fortran_order")) and len(shape) > 1
    header = Header(tuple(map(int, shape)), dtype, is_fortran, start)
    if header.size > size - start:
        raise CannotExport("The array cannot be read: its file is cut short.")
    if not dtype.size and header.count > MOST_EMPTY_TEXTS:
        raise CannotExport("The array cannot be read: its shape is too large for its file.")
    return header


def _dictionary(text: bytes) -> dict[str, Any]:
    try:
        described = ast.literal_eval(text.decode("utf-8").strip())
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise CannotExport("The array cannot be read: its header is damaged.") from error
    if not isinstance(described, dict):
        raise CannotExport("The array cannot be read: its header is damaged.")
    return described


def written_header(shape: tuple[int, ...], dtype: Dtype, *, is_fortran: bool) -> bytes:
    """Return everything before the values in a file of version 1.0."""
    lengths = "".join(f"{length}, " for length in shape).rstrip(" ")
    lengths = lengths if len(shape) == 1 else lengths.rstrip(",")
    text = f"{{'descr': '{dtype}', 'fortran_order': {is_fortran}, 'shape': ({lengths}), }}"
    before = len(MAGIC) + 2 + 2
    padded = text.ljust(-(-(before + len(text) + 1) // ALIGNMENT) * ALIGNMENT - before - 1) + "\n"
    return MAGIC + b"\x01\x00" + struct.pack("<H", len(padded)) + padded.encode("ascii")
