"""Archives of development versions, which keep files in a container. Floor: store.

Source: archives 0.10 to 0.13 of AiiDA's own tests; disk-objectstore 1.x. Loose objects are members
of the zip and are served from there; what stands in packs alone is unpacked into the cache.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from provender.errors import CorruptObject
from provender.store.cacheentry import blamed
from provender.store.files.archived import Spot
from provender.store.files.streams import KEY, ObjectStream
from provender.store.legacy.files import FileTable
from provender.store.legacy.members import Found
from provender.store.legacy.origin import Remarks

LOOSE, PACKS, INDEX = "container/loose/", "container/packs/", "container/packs.idx"
BLOCK = 1 << 18
LARGEST_INDEX = 256 << 20
OBJECTS = (
    "SELECT hashkey, compressed, size, offset, length, pack_id FROM db_object "
    "ORDER BY pack_id, offset"
)
LOST = "objects of a container cannot be read and were left out"


class Containers:
    """The container of an archive, while its members are walked."""

    def __init__(self, archive: Path, files: FileTable, remarks: Remarks) -> None:
        self._archive = archive
        self._files = files
        self._remarks = remarks
        self._packs: dict[str, Spot] = {}
        self.are_there = False

    @property
    def _index(self) -> Path:
        return self._files.pack.with_name("packs.idx")

    def take(self, member: Found) -> None:
        """Note a member of the container."""
        self.are_there = True
        if member.is_folder or member.is_other:
            return
        if member.name.startswith(LOOSE):
            self._loose(member)
        elif member.name.startswith(PACKS) and member.spot is not None:
            self._packs[member.name.removeprefix(PACKS)] = member.spot
        elif member.name == INDEX:
            self._copy(member)

    def finish(self) -> None:
        """Unpack what is in packs alone."""
        if self._index.exists():
            try:
                self._unpack()
            except sqlite3.Error as error:
                self._remarks.note(LOST, f"{INDEX}: {error}")
            self._index.unlink()

    def _loose(self, member: Found) -> None:
        key = member.name.removeprefix(LOOSE).replace("/", "")
        try:
            is_so = KEY.fullmatch(key) and self._files.object(member.content, member.spot) == key
        except CorruptObject:
            is_so = False
        if not is_so:
            self._remarks.note(LOST, member.name)

    def _copy(self, member: Found) -> None:
        left = LARGEST_INDEX
        with blamed(self._index.parent.parent), self._index.open("wb") as copy:
            while (block := member.content.read(BLOCK)) and left > 0:
                copy.write(block)
                left -= len(block)

    def _unpack(self) -> None:
        address = f"{self._index.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as index:
            index.execute("PRAGMA trusted_schema = OFF")
            for key, is_compressed, *figures, pack in index.execute(OBJECTS):
                is_possible = isinstance(key, str) and all(isinstance(i, int) for i in figures)
                if is_possible and self._files.has(key):
                    continue
                spot = self._packs.get(str(pack))
                if not (is_possible and spot and self._one(key, is_compressed, figures, spot)):
                    self._remarks.note(LOST, key)

    def _one(self, key: str, is_compressed: object, figures: list[int], spot: Spot) -> bool:
        """Unpack one object; return whether it is what its key says."""
        size, offset, length = figures
        try:
            with spot.piece(self._archive, self._files.pack).open() as stream:
                stream.seek(offset)
                content = _Part(stream, length, size, is_compressed=bool(is_compressed))
                return self._files.object(content, None) == key
        except (CorruptObject, OSError, ValueError):
            return False


class _Part:
    """A part of a pack, decompressed."""

    def __init__(
        self, stream: ObjectStream, length: int, size: int, *, is_compressed: bool
    ) -> None:
        self._blocks = self._inflated(stream, length) if is_compressed else _plain(stream, length)
        self._left = size

    def read(self, size: int, /) -> bytes:
        """Return the next bytes: those of a block of the stream, whatever their number."""
        del size
        block = next(self._blocks, b"")[: self._left]
        self._left -= len(block)
        return block

    def _inflated(self, stream: ObjectStream, length: int) -> Iterator[bytes]:
        inflate = zlib.decompressobj()
        try:
            for block in _plain(stream, length):
                while block or inflate.unconsumed_tail:
                    data = inflate.decompress(inflate.unconsumed_tail or block, BLOCK)
                    if data:
                        yield data
                    block = b""  # noqa: PLW2901 - what is left of it is in the tail
        except zlib.error as error:
            raise CorruptObject(f"The content of the file is damaged: {error}.") from error


def _plain(stream: ObjectStream, length: int) -> Iterator[bytes]:
    while length > 0 and (block := stream.read(min(BLOCK, length))):
        length -= len(block)
        yield block
