"""Writing a zip file whose members are deflated, in constant memory. Floor: loading.

Python's module keeps an object for each member (a million take 600 MB) and cannot take over what is
deflated already. Here the directory is written beside the file, and put at its end.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable
from itertools import chain

from provender.errors import CorruptObject
from provender.exports.zips import layout
from provender.loading.archives.newfile import NewFile
from provender.loading.pieces import Sink
from provender.store.sqlite.files import MEGABYTE

# The level of AiiDA's own archives, and of `compression` in their metadata.
LEVEL = 6
# Of a content that is longer than a block, the first block decides whether it is deflated.
WORTH = 0.95

# Gives a content from its beginning, a block at a time.
Content = Callable[[], Iterable[bytes]]


class ZipWriter:
    """Writes members, and a directory of them at the end."""

    def __init__(self, file: NewFile, directory: NewFile) -> None:
        self._file = file
        self._directory = directory
        self._count = 0

    def add(self, name: str, size: int, content: Content) -> None:
        """Write a member: deflated, or as it is if that is no longer.

        Raises:
            CorruptObject: the content has another size. What it raises passes, too.
        """
        blocks = filter(None, content())
        first = next(blocks, b"")
        packed = _deflated(first)
        if len(first) == size:
            self._whole(name, first, packed if len(packed) < size else None)
            for _ in blocks:  # to the end, where a content checks itself
                raise _resized(name, size)
            return
        rest = chain((first,), blocks)
        is_worth = len(packed) < WORTH * len(first)
        if not is_worth:
            self._stream(name, size, rest, is_deflated=False)
        elif not self._stream(name, size, rest, is_deflated=True):
            self._stream(name, size, content(), is_deflated=False)

    def announce(self, name: str, size: int, crc: int, deflated: int) -> Sink:
        """Begin a deflated member, and return what takes its bytes as they are."""
        self._enter(name, size, crc, deflated)
        self._file.write(layout.header(name.encode(), size, crc, deflated))
        return self._file

    def finish(self) -> int:
        """Write the directory, and return the length of the file."""
        start, length = self._file.tell(), self._directory.tell()
        self._directory.seek(0)
        while block := self._directory.read(MEGABYTE):
            self._file.write(block)
        self._file.write(layout.end(self._count, start, length))
        return self._file.tell()

    def _whole(self, name: str, content: bytes, packed: bytes | None) -> None:
        """Write a member that is in memory."""
        crc, deflated = zlib.crc32(content), None if packed is None else len(packed)
        self._enter(name, len(content), crc, deflated)
        self._file.write(layout.header(name.encode(), len(content), crc, deflated))
        self._file.write(content if packed is None else packed)

    def _stream(self, name: str, size: int, blocks: Iterable[bytes], *, is_deflated: bool) -> bool:
        """Write a member block by block; false if nothing was written, since nothing is gained.

        Its header is written again when all of it is known; it has the same length then.
        """
        start = self._file.tell()
        self._file.write(layout.header(name.encode(), size, 0, size if is_deflated else None))
        begun, crc, done = self._file.tell(), 0, 0
        packing = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        for block in blocks:
            crc, done = zlib.crc32(block, crc), done + len(block)
            self._file.write(packing.compress(block) if is_deflated else block)
        if done != size:
            raise _resized(name, size)
        if is_deflated:
            self._file.write(packing.flush())
        end = self._file.tell()
        if is_deflated and end - begun > size:
            self._file.cut(start)
            return False
        deflated = end - begun if is_deflated else None
        self._file.seek(start)
        self._enter(name, size, crc, deflated)
        self._file.write(layout.header(name.encode(), size, crc, deflated))
        self._file.seek(end)
        return True

    def _enter(self, name: str, size: int, crc: int, deflated: int | None) -> None:
        """Write the line of the directory of a member whose header comes at the position."""
        line = layout.entry(name.encode(), size, crc, self._file.tell(), deflated=deflated)
        self._directory.write(line)
        self._count += 1


def _deflated(content: bytes) -> bytes:
    packing = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(content) + packing.flush()


def _resized(name: str, size: int) -> CorruptObject:
    return CorruptObject(f"`{name}` does not have the {size} bytes that it was said to have.")
