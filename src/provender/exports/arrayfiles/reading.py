"""Reading the words of a box from a stream, in parts that fit into memory. Floor: exports.

Within a part the file is read in its own order, front to back: going back in a compressed stream
means decompressing again. An empty block among those that are yielded is a pause, in which a
server may turn to other requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from mmap import mmap
from typing import Protocol

from provender.errors import CannotExport
from provender.exports.arrayfiles.boxes import Box
from provender.exports.arrayfiles.copying import Move, copy

# Bytes that are read at once, and the gap that is read over rather than jumped over.
READ, GAP = 1 << 20, 1 << 15
# Bytes of a part: where the file has another order than the answer, each part needs a walk through
# the file, so they are larger.
IN_ORDER, OUT_OF_ORDER = 1 << 20, 8 << 20
# Bytes that are decompressed, or read, before the next pause.
STEP = 8 << 20
# Bytes that are handed on at once.
BLOCK = 1 << 16


class Source(Protocol):
    """A stream with positions, which may cost: those of compressed contents."""

    size: int

    def approach(self, target: int, most: int) -> int:
        """Go towards a position by reading at most so many bytes; return the one reached."""
        ...

    def detour(self, target: int) -> int:
        """Return how many bytes are decompressed on the way back to a position."""
        ...

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill a buffer from the current position; 0 at the end."""
        ...


@dataclass(frozen=True, slots=True)
class _Span:
    """Bytes that are read at once, and where their words belong: axes by falling strides.

    `start` is the word of the target that the first word becomes.
    """

    offset: int
    moves: tuple[Move, ...]
    start: int
    word: int

    @property
    def length(self) -> int:
        return self.word * (1 + sum((move.count - 1) * move.source for move in self.moves))

    @property
    def is_run(self) -> bool:
        """Whether the words lie one after the other on both sides."""
        return all((move.source, move.target) == (1, 1) for move in self.moves)

    def pieces(self) -> Iterator[_Span]:
        """Yield spans of at most `READ` bytes without large gaps, in the order of the file."""
        inner, has_gap = 1, False
        for move in reversed(self.moves):
            has_gap = has_gap or (move.source - inner) * self.word > GAP
            inner += (move.count - 1) * move.source
        if not self.moves or not (has_gap or self.length > READ):
            yield self
            return
        head, rest = self.moves[0], self.moves[1:]
        below = self.length // self.word - (head.count - 1) * head.source
        entries = 1 if has_gap else max(1, (READ // self.word - below) // head.source + 1)
        for first in range(0, head.count, entries):
            count = min(entries, head.count - first)
            moves = (replace(head, count=count), *rest) if count > 1 else rest
            offset = self.offset + first * head.source * self.word
            start = self.start + first * head.target
            yield from _Span(offset, moves, start, self.word).pieces()


def read(source: Source, box: Box) -> Iterator[bytes]:
    """Yield the bytes of the words of a box in their order, in blocks, some of them empty."""
    if box.size:
        for part in box.parts(_part_size(box)):
            yield from _read_part(source, part)


def _read_part(source: Source, part: Box) -> Iterator[bytes]:
    """Yield the bytes of a part of a box, which are forgotten before the next part is read.

    The memory comes from the system and goes back there: on the heap, free pieces of this size
    lie about, and two parts would take the room of three.
    """
    target = memoryview(mmap(-1, part.size))
    yield from _fill(source, part, target)
    for start in range(0, len(target), BLOCK):
        yield bytes(target[start : start + BLOCK])


def _part_size(box: Box) -> int:
    return IN_ORDER if box.is_in_file_order else OUT_OF_ORDER


def work(source: Source, box: Box) -> int:
    """Return how many bytes of a compressed stream are decompressed, from its beginning on."""
    if not box.size or box.is_in_file_order:
        return box.extent.stop
    passed = position = 0
    for part in box.parts(_part_size(box)):
        extent = part.extent
        ahead = extent.start - position
        passed += ahead if ahead >= 0 else source.detour(extent.start)
        passed += len(extent)
        position = extent.stop
    return passed


def _fill(source: Source, part: Box, target: memoryview) -> Iterator[bytes]:
    """Read the words of a part into their places; yields pauses."""
    since = 0
    for piece in _span(part).pieces():
        while source.approach(piece.offset, STEP) != piece.offset:
            yield b""
        if piece.is_run:
            start = piece.start * piece.word
            read_exactly(source, target[start : start + piece.length])
        else:
            held = memoryview(bytearray(piece.length))
            read_exactly(source, held)
            copy(held, target, piece.start, piece.moves, piece.word)
        since += piece.length
        if since >= STEP:
            since = 0
            yield b""


def read_exactly(source: Source, buffer: memoryview) -> None:
    """Fill a buffer; raises `CannotExport` if the stream ends before."""
    done = 0
    while done < len(buffer):
        count = source.readinto(buffer[done:])
        if not count:
            raise CannotExport("The array cannot be read: its file is cut short.")
        done += count


def _span(part: Box) -> _Span:
    """Return a part as the span of its bytes: axes that go backwards are turned round."""
    moves: list[Move] = []
    below, start = 1, 0
    for axis in reversed(part.axes):
        stride = axis.stride // part.word
        if stride < 0:
            start += below * (axis.count - 1)
            moves.append(Move(axis.count, -stride, -below))
        else:
            moves.append(Move(axis.count, stride, below))
        below *= axis.count
    ordered = tuple(sorted(moves, key=lambda move: move.source, reverse=True))
    return _Span(part.extent.start, ordered, start, part.word)
