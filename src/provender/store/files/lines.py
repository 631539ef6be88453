"""Lines of a file of any size, in bounded memory. Floor: store.

A line ends with a newline, which is not part of it; the last line may lack it. Nothing but a
newline ends a line.
"""

from __future__ import annotations

from dataclasses import dataclass

from provender.errors import LimitExceeded
from provender.store.files.reaching import Work, reach, scanning
from provender.store.files.streams import ObjectStream

NEWLINE = b"\n"
# Bytes at the end of a file in which the last lines are looked for before all lines are counted.
ENDING = 1 << 20


@dataclass(frozen=True, slots=True)
class Most:
    """How much of a file is taken: the largest numbers of lines and of bytes."""

    lines: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Some lines of a file; `is_cut` says that there are more of them."""

    lines: list[bytes]
    is_cut: bool = False


def count_lines(stream: ObjectStream, work: Work) -> int:
    """Return the number of lines from the position of a stream on; errors as `reach`."""
    number, last = 0, NEWLINE
    with scanning(stream, work) as blocks:
        for block in blocks:
            number += block.count(NEWLINE)
            last = block[-1:]
    return number + (last != NEWLINE)


def last_lines(stream: ObjectStream, most: Most, work: Work) -> list[bytes]:
    """Return the last lines of a file, one that alone is too long without its beginning.

    Errors as `reach`.
    """
    start = max(0, stream.size - most.bytes)
    reach(stream, start, work)
    return split_ending(stream.readall(), is_cut=start > 0)[-most.lines :]


def slice_lines(
    stream: ObjectStream, start: int | None, stop: int | None, most: Most, work: Work
) -> Slice:
    """Return the lines of a slice in Python: negative bounds count from the end.

    These are the first of its lines if it has too many. Errors as `reach`, besides:

    Raises:
        LimitExceeded: they have too many bytes.
    """
    if start is not None and start < 0 and (stop is None or stop < 0):
        found = _in_ending(stream, start, stop, work)
        if found is not None:
            return _bounded(found, most)
    if (start or 0) < 0 or (stop or 0) < 0:
        start, stop, _ = slice(start, stop).indices(count_lines(stream, work))
        stream.seek(0)
    return _forward(stream, start or 0, stop, most, work)


def split(content: bytes) -> list[bytes]:
    """Return the lines of a text."""
    lines = content.split(NEWLINE)
    return lines if lines[-1] else lines[:-1]


def split_ending(content: bytes, *, is_cut: bool) -> list[bytes]:
    """Return the lines of the end of a text; a first line that may be cut only if it is alone."""
    lines = split(content)
    return lines[1:] if is_cut and len(lines) > 1 else lines


def _in_ending(
    stream: ObjectStream, start: int, stop: int | None, work: Work
) -> list[bytes] | None:
    """Return a slice whose bounds count from the end; None if it begins too far before."""
    begin = max(0, stream.size - ENDING)
    reach(stream, begin, work)
    lines = split(stream.readall())
    if begin:
        lines = lines[1:]
    if begin and len(lines) < -start:
        stream.seek(0)
        return None
    return lines[start:stop]


def _bounded(lines: list[bytes], most: Most) -> Slice:
    shown = lines[: most.lines]
    if sum(map(len, shown)) > most.bytes:
        raise _too_large(most)
    return Slice(shown, len(lines) > len(shown))


def _forward(stream: ObjectStream, start: int, stop: int | None, most: Most, work: Work) -> Slice:
    """Return the lines from `start` to before `stop`, none of them negative."""
    taken = _Taken(start, stop, most)
    if stop is None or start < stop:
        with scanning(stream, work) as blocks:
            for block in blocks:
                taken.add(block)
                if taken.is_complete:
                    break
    return taken.result()


class _Taken:
    """The lines of a slice, taken from blocks in their order."""

    def __init__(self, start: int, stop: int | None, most: Most) -> None:
        self._start = start
        self._wanted = most.lines if stop is None else min(most.lines, max(0, stop - start))
        self._is_bounded = stop is None or stop - start > most.lines
        self._most = most
        self._skipped = 0
        self._size = 0
        self._line: list[bytes] = []
        self._lines: list[bytes] = []
        self._is_cut = False
        self.is_complete = False

    def add(self, block: bytes) -> None:
        """Take what belongs to the slice from a block."""
        breaks = block.count(NEWLINE)
        if self._skipped + breaks < self._start:
            self._skipped += breaks
            return
        first, *others = block.split(NEWLINE)
        self._continue(first)
        for piece in others:
            self._end_line()
            if self.is_complete:
                return
            self._continue(piece)

    def _continue(self, piece: bytes) -> None:
        """Add bytes to the line that is being read."""
        if not piece or self._skipped < self._start:
            return
        if len(self._lines) == self._wanted:
            self._is_cut = self.is_complete = True
            return
        self._line.append(piece)
        self._size += len(piece)
        if self._size > self._most.bytes:
            raise _too_large(self._most)

    def _end_line(self) -> None:
        """Go on to the next line."""
        if self._skipped < self._start:
            self._skipped += 1
        elif len(self._lines) < self._wanted:
            self._lines.append(b"".join(self._line))
            self._line = []
            self.is_complete = not self._is_bounded and len(self._lines) == self._wanted
        else:
            self._is_cut = self.is_complete = True

    def result(self) -> Slice:
        """Return the lines, with the last one even if the file does not end with a newline."""
        last = [b"".join(self._line)] if self._line else []
        return Slice([*self._lines, *last], self._is_cut)


def _too_large(most: Most) -> LimitExceeded:
    return LimitExceeded(
        f"The lines have more than {most.bytes} bytes (`limits.answer_bytes`).",
        hint="Ask for fewer lines, or for the whole file.",
    )
