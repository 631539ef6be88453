"""Writing a zip file block by block, its length known before the first one. Floor: exports.

    file = Zip([Member("a.txt", 5, lambda: io.BytesIO(b"words"))])
    file.length, file.blocks(), file.blocks(10, 20)

Where each member stands is computed, so that any part of the file is written without the others. A
stored member needs its CRC-32 in front of it, or a descriptor behind it. Small members are read
whole, so theirs stands in front, which every reader takes. Reading a large file twice would double
the work of a download, so large members have descriptors: unzip, Python, 7-Zip and libarchive take
them, readers that only go forward included, since the size stands in front all the same.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from itertools import islice

from provender.exports.zips import layout
from provender.exports.zips.contents import BLOCK, PAUSE, checksum, pieces, room
from provender.exports.zips.members import Checksums, Member, NoChecksums
from provender.exports.zips.window import Window

# Members whose checksums are looked up at once.
SOME = 500
UNKNOWN = -1


class Zip:
    """A zip file of members with different names.

    The members are walked several times: they are no iterator. Of each some 16 bytes are held, and
    8 more while blocks are made.
    """

    def __init__(self, members: Iterable[Member], checksums: Checksums | None = None) -> None:
        self._members = members
        self._checksums: Checksums = NoChecksums() if checksums is None else checksums
        self._starts, self._lines = array("Q"), array("Q")
        position = written = 0
        for member in members:
            self._starts.append(position)
            self._lines.append(written)
            written += layout.entry_size(member.written, member.size, position)
            position += room(member)
        self._lines.append(written)
        self._directory = position
        self._end = layout.end(len(self._starts), position, written)
        self._place_of_end = position + written

    @property
    def length(self) -> int:
        """The length of the file in bytes."""
        return self._place_of_end + len(self._end)

    def blocks(self, start: int = 0, stop: int | None = None) -> Generator[bytes]:
        """Yield the file from `start` to before `stop`; closing it closes the source in use.

        An empty block is a pause.

        Raises:
            CorruptObject: a source has more or fewer bytes than the size of its member. What
                sources raise passes, too. What was yielded then is no zip file.
        """
        return _gathered(self._pieces(Window(start, self.length if stop is None else stop)))

    def _pieces(self, window: Window) -> Generator[bytes]:
        """Yield the parts of the file, whatever their sizes."""
        known = array("q", [UNKNOWN]) * len(self._starts)
        try:
            if window.start < self._directory:
                yield from self._contents(window, known)
            yield from self._entries(window, known)
            if window.stop > self._place_of_end:
                yield window.cut(self._place_of_end, self._end)
        finally:
            self._checksums.flush()

    def _contents(self, window: Window, known: array[int]) -> Iterator[bytes]:
        """Yield what of the members is in a window, and note their checksums."""
        first = bisect_right(self._starts, window.start) - 1
        last = bisect_left(self._starts, window.stop)
        rest = islice(self._members, first, last)
        while members := list(islice(rest, SOME)):
            found = self._found(members)
            for number, member in enumerate(members, first):
                before = member.crc if member.crc is not None else found.get(member.key or "")
                crc = yield from pieces(member, self._starts[number], window, before)
                if crc is not None:
                    known[number] = crc
                    self._note(member, crc, before)
            first += len(members)

    def _found(self, members: Iterable[Member]) -> dict[str, int]:
        """Return the checksums that are known by their keys."""
        keys = {member.key for member in members if member.key is not None and member.crc is None}
        return dict(self._checksums.find(keys)) if keys else {}

    def _note(self, member: Member, crc: int, before: int | None = None) -> None:
        if before is None and member.key is not None:
            self._checksums.note(member.key, crc)

    def _entries(self, window: Window, known: array[int]) -> Iterator[bytes]:
        """Yield what of the directory is in a window."""
        start, stop = max(0, window.start - self._directory), window.stop - self._directory
        first = max(0, bisect_right(self._lines, start) - 1)
        last = bisect_left(self._lines, stop) if stop > 0 else 0
        rest = islice(self._members, min(first, last), last)
        while members := list(islice(rest, SOME)):
            yield from self._learn(members, first, known)
            for number, member in enumerate(members, first):
                line = _entry(member, known[number], self._starts[number])
                yield window.cut(self._directory + self._lines[number], line)
            first += len(members)

    def _learn(self, members: list[Member], first: int, known: array[int]) -> Iterator[bytes]:
        """Find the checksums of members that are not known, and yield pauses meanwhile."""
        wanted = [item for item in enumerate(members, first) if known[item[0]] == UNKNOWN]
        found = self._found(member for _, member in wanted)
        for number, member in wanted:
            crc = member.crc if member.crc is not None else found.get(member.key or "")
            if crc is None:
                crc = yield from checksum(member)
                self._note(member, crc)
                found[member.key or ""] = crc
            known[number] = crc


def length(members: Iterable[Member]) -> int:
    """Return the length in bytes of a zip file of these members."""
    return Zip(members).length


def blocks(members: Iterable[Member]) -> Generator[bytes]:
    """Yield a zip file of members; see `Zip.blocks`."""
    return Zip(members).blocks()


def _entry(member: Member, crc: int, offset: int) -> bytes:
    return layout.entry(
        member.written, member.size, crc, offset, has_descriptor=member.has_descriptor
    )


def _gathered(parts: Generator[bytes]) -> Generator[bytes]:
    """Yield the same bytes in blocks of some size: thousands of small members are few blocks."""
    gathered = bytearray()
    with closing(parts):
        for piece in parts:
            if not gathered and len(piece) >= BLOCK:
                yield piece
                continue
            if not piece:
                yield PAUSE
            gathered += piece
            if len(gathered) >= BLOCK:
                yield bytes(gathered)
                gathered.clear()
        if gathered:
            yield bytes(gathered)
