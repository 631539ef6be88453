"""A stored array, what a slice picks of it, and the formats it is written in. Floor: exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from provender.exports.arrayfiles import reading, texts
from provender.exports.arrayfiles.boxes import Box, box_of
from provender.exports.arrayfiles.header import (
    BEFORE,
    Header,
    read_header,
    text_range,
    written_header,
)
from provender.exports.arrayfiles.reading import Source
from provender.exports.arrayfiles.slices import Pick, Slice
from provender.exports.arrayfiles.texts import Json, Values

WHOLE = Slice("...", (None,))


@dataclass(frozen=True, slots=True)
class ArrayFile:
    """A `.npy` file: a stream, and its header."""

    source: Source
    header: Header

    def pick(self, asked: Slice = WHOLE) -> Picked:
        """Return what a slice picks; raises `BadValue` if the array has no such slice."""
        return Picked(self, asked.of(self.header.shape))


def open_array(source: Source) -> ArrayFile:
    """Return the array of a file, of which only the header is read.

    Raises:
        CannotExport: it is no such file, damaged, of a type that is not read, or of a shape that
            the file cannot hold.
    """
    place = text_range(_bytes(source, 0, min(BEFORE, source.size)))
    text = _bytes(source, place.start, max(0, min(place.stop, source.size) - place.start))
    return ArrayFile(source, read_header(text, place.stop, source.size))


def _bytes(source: Source, start: int, length: int) -> bytes:
    buffer = bytearray(length)
    source.approach(start, start + 1)
    reading.read_exactly(source, memoryview(buffer))
    return bytes(buffer)


@dataclass(frozen=True, slots=True)
class Picked:
    """Values of an array, by what was picked of each of its axes."""

    file: ArrayFile
    picks: tuple[Pick, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes that are kept."""
        return tuple(pick.count for pick in self.picks if pick.is_kept)

    @property
    def size(self) -> int:
        """The bytes of the values."""
        return prod(self.shape) * self.file.header.dtype.size

    def box(self, *, keeps_order: bool) -> Box:
        """Return the places of the values in the file: in C order, or in the order of the file."""
        return box_of(self.file.header, self.picks, keeps_order=keeps_order)

    def raw(self) -> Iterator[bytes]:
        """Yield the values as they are stored, in C order; some blocks are empty (`reading`)."""
        return reading.read(self.file.source, self.box(keeps_order=False))

    def npy_head(self) -> bytes:
        """Return the beginning of a `.npy` file, after which come the values."""
        header = self.file.header
        is_fortran = header.is_fortran and len(self.shape) > 1
        return written_header(self.shape, header.dtype, is_fortran=is_fortran)

    def npy(self) -> Iterator[bytes]:
        """Yield a `.npy` file that keeps the order of the stored one."""
        yield self.npy_head()
        yield from reading.read(self.file.source, self.box(keeps_order=True))

    def json(self) -> Json:
        """Return the writer of nested lists; raises `CannotExport` if they cannot be written."""
        dtype = self.file.header.dtype
        return Json(self.shape, Values(dtype, self.raw()))

    def csv(self) -> Iterator[bytes]:
        """Return lines of values; raises `CannotExport` if they cannot be written."""
        dtype = self.file.header.dtype
        return texts.write_csv(self.shape, Values(dtype, self.raw()))
