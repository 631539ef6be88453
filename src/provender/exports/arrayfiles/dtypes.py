"""The types of the values of an array, as `.npy` files name them. Floor: exports.

Source: NumPy's array interface, `typestr`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from provender.errors import CannotExport

DTYPE = re.compile(r"([<>|=]?)([biufcmMVSU?])([0-9]{0,9})(\[[0-9A-Za-z]{1,20}\])?")
# Kinds whose values are bytes to us, so that they are sent but never shown: durations, instants,
# and bytes without a meaning.
OPAQUE = "mMV"
# Bytes of a letter in a string of Unicode.
LETTER = 4
# The codes of types in NumPy, and in `struct`.
LETTERS = {
    "b1": "?",
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
# Floats and complex numbers of machines: they have no code in `struct`.
LONG = ("f10", "f12", "f16", "c20", "c24", "c32")
PAIRS = ("c8", "c16")

Unpack = Callable[[bytes], list[Any]]


@dataclass(frozen=True, slots=True)
class Dtype:
    """A type: `<` or `>` for the order of bytes, a kind, the bytes of a value, a unit of time."""

    order: str
    kind: str
    width: int
    unit: str = ""

    @property
    def size(self) -> int:
        """The bytes of one value."""
        return self.width * LETTER if self.kind == "U" else self.width

    def __str__(self) -> str:
        """Return the type as NumPy writes it, such as `<f8`, `|b1` or `<U5`."""
        has_order = self.kind == "U" or (self.kind not in "SV" and self.width > 1)
        return f"{self.order if has_order else '|'}{self.kind}{self.width}{self.unit}"

    @property
    def is_text(self) -> bool:
        """Whether the values are strings."""
        return self.kind in "US"

    @property
    def may_be_infinite(self) -> bool:
        """Whether a value may be no finite number."""
        return self.kind in "fc"

    def unpacker(self) -> Unpack:
        """Return the function that makes values of bytes; `Array` says what values are.

        Raises:
            CannotExport: values of this type are only sent as they are.
        """
        code = f"{self.kind}{self.width}"
        if self.is_text:
            return self._texts
        if code in PAIRS:
            return self._pairs
        letter = LETTERS.get(code)
        if letter is None:
            raise CannotExport(
                f"The array cannot be read: its type is {self}.",
                hint="Formats that keep the stored bytes have it: npy, npz, raw.",
            )
        item = struct.Struct(f"{self.order}{letter}").size
        return lambda body: list(struct.unpack(f"{self.order}{len(body) // item}{letter}", body))

    def _pairs(self, body: bytes) -> list[Any]:
        """Return complex numbers, each as `[real, imaginary]`."""
        half = self.width // 2
        flat = struct.unpack(f"{self.order}{len(body) // half}{LETTERS[f'f{half}']}", body)
        return [list(pair) for pair in zip(flat[::2], flat[1::2], strict=True)]

    def _texts(self, body: bytes) -> list[Any]:
        """Return strings: what is no letter is replaced, and the zeros at the end are cut off."""
        encoding = "latin-1"
        if self.kind == "U":
            encoding = "utf-32-be" if self.order == ">" else "utf-32-le"
        pieces = (body[start : start + self.size] for start in range(0, len(body), self.size))
        return [piece.decode(encoding, "replace").rstrip("\0") for piece in pieces]


def read_dtype(described: object) -> Dtype:
    """Return the type that the header of a file describes.

    Raises:
        CannotExport: an object, a structure, or a type that is not known.
    """
    if not isinstance(described, str):
        raise CannotExport("The array cannot be read: its type is a structure.")
    if described.lstrip("<>|=").startswith("O"):
        raise CannotExport(
            "The array cannot be read: its type is an object. Such values are stored pickled, and "
            "unpickling would run whatever the file says."
        )
    match = DTYPE.fullmatch(described)
    if match is None:
        raise CannotExport("The array cannot be read: its type is not known.")
    order, kind, width, unit = match.groups()
    if kind == "?":
        kind, width = "b", width or "1"
    code = f"{kind}{int(width or 0)}"
    is_known = kind in f"US{OPAQUE}" or code in LETTERS or code in (*PAIRS, *LONG)
    if not is_known or (unit and kind not in "mM"):
        raise CannotExport(f"The array cannot be read: its type is {kind}{width}.")
    return Dtype(">" if order == ">" else "<", kind, int(width or 0), unit or "")
