"""The values of an array as text, made in batches: nested JSON lists, and CSV. Floor: exports."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from math import isfinite, prod
from operator import mul
from typing import Any

import orjson

from provender.errors import CannotExport
from provender.exports.arrayfiles.dtypes import Dtype, Unpack
from provender.exports.npy import Array, check_nesting

# Values that are turned into text at once, and their bytes.
BATCH, BATCH_BYTES = 4096, 1 << 18
# Longest value that becomes text, in bytes: some of them are in memory.
LARGEST_TEXT = 1 << 16


class Values:
    """The values of a stream of bytes, taken some at a time: `at_once` is a good number."""

    def __init__(self, dtype: Dtype, blocks: Iterable[bytes]) -> None:
        if dtype.size > LARGEST_TEXT:
            raise CannotExport(
                f"The array cannot be written as text: each of its values has {dtype.size} bytes.",
                hint="Formats that keep the stored bytes have it: npy, npz, raw.",
            )
        self.dtype = dtype
        self._unpack: Unpack = dtype.unpacker()
        self._size = dtype.size
        self.at_once = min(BATCH, BATCH_BYTES // max(1, dtype.size))
        self._blocks = iter(blocks)
        self._held = bytearray()

    def batches(self, count: int) -> Iterator[list[Any] | None]:
        """Yield pauses (None), then the next so many values."""
        wanted = count * self._size
        while len(self._held) < wanted:
            block = next(self._blocks, b"")
            self._held += block
            if not block:
                yield None
        taken = bytes(self._held[:wanted])
        del self._held[:wanted]
        yield self._unpack(taken) if self._size else [""] * count

    def count_infinite(self, values: list[Any]) -> int:
        """Return how many numbers are not finite; a complex one has two."""
        if not self.dtype.may_be_infinite:
            return 0
        numbers = chain.from_iterable(values) if self.dtype.kind == "c" else values
        return sum(1 for number in numbers if not isfinite(number))


@dataclass(slots=True)
class Json:
    """An array as nested JSON lists; complex numbers are `[real, imaginary]`.

    `nulls` counts the values that became null so far: JSON has no infinities and no NaN.
    """

    shape: tuple[int, ...]
    values: Values
    nulls: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        check_nesting(self.shape)

    def blocks(self) -> Iterator[bytes]:
        """Yield the text, some blocks being empty."""
        if 0 in self.shape:
            yield orjson.dumps(Array(self.shape, []).nested())
            return
        cut = len(self.shape)
        while cut and prod(self.shape[cut - 1 :]) <= self.values.at_once:
            cut -= 1
        if not cut:
            yield from self._whole(self.shape)
            return
        outer, length, inner = self.shape[: cut - 1], self.shape[cut - 1], self.shape[cut:]
        entries = max(1, self.values.at_once // prod(inner))
        number = prod(outer)
        for index in range(number):
            opened = _wraps(outer, index)
            yield b"[" * (len(outer) + 1) if not index else b"," + b"[" * (opened + 1)
            for first in range(0, length, entries):
                yield b"," if first else b""
                shape = (min(entries, length - first), *inner)
                for text in self._whole(shape):
                    yield text[1:-1]
            closed = _wraps(outer, index + 1)
            yield b"]" * (len(outer) + 1) if index + 1 == number else b"]" * (closed + 1)

    def _whole(self, shape: tuple[int, ...]) -> Iterator[bytes]:
        """Yield pauses, then the next values in a shape."""
        for taken in self.values.batches(prod(shape)):
            if taken is None:
                yield b""
                continue
            self.nulls += self.values.count_infinite(taken)
            yield orjson.dumps(Array(shape, taken).nested())


def _wraps(outer: Sequence[int], index: int) -> int:
    """Return how many of the inner axes begin anew at an entry of all of them."""
    sizes = accumulate(reversed(outer), mul)
    return sum(1 for size in sizes if index % size == 0)


def write_csv(shape: tuple[int, ...], values: Values) -> Iterator[bytes]:
    """Yield lines of values: one for each row along the last axis, some blocks being empty.

    Complex numbers are written as `1.5+2.0j`, what is no number as `nan`, `inf` and `-inf`.
    """
    if 0 in shape:
        return
    length = shape[-1] if shape else 1
    rows = prod(shape) // length
    most = values.at_once
    at_once = max(1, most // length)
    write = _TEXTS.get(values.dtype.kind, repr)
    for first in range(0, rows, at_once):
        if length <= most:
            number = min(at_once, rows - first)
            for taken in values.batches(number * length):
                yield b"" if taken is None else _lines(list(map(write, taken or ())), length)
            continue
        for start in range(0, length, most):
            count = min(most, length - start)
            end = b"," if start + count < length else b"\r\n"
            for taken in values.batches(count):
                line = b"" if taken is None else _lines(list(map(write, taken)), count)
                yield line.removesuffix(b"\r\n") + end if line else b""


def _lines(texts: Sequence[str], length: int) -> bytes:
    stream = io.StringIO()
    rows = (texts[start : start + length] for start in range(0, len(texts), length))
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode("utf-8", "replace")


def _complex(pair: list[float]) -> str:
    real, imaginary = pair
    sign = "" if repr(imaginary).startswith("-") else "+"
    return f"{real!r}{sign}{imaginary!r}j"


_TEXTS: dict[str, Callable[[Any], str]] = {
    "b": lambda value: "true" if value is True else "false",
    "c": _complex,
    "U": str,
    "S": str,
}
