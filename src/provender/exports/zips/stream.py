"""Writing a zip file block by block, its length known before the first one. Floor: exports.

    members = [Member("a.txt", 5, lambda: io.BytesIO(b"words"))]
    length(members), blocks(members)

A stored member needs its CRC-32 in front of it, or a descriptor behind it. Small members are read
whole, so theirs stands in front, which every reader takes. Reading a large file twice would double
the work of a download, so large members have descriptors: unzip, Python, 7-Zip and libarchive take
them, readers that only go forward included, since the size stands in front all the same.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from provender.errors import CorruptObject
from provender.exports.zips import layout

# Bytes up to which a member is read whole before its header is written.
WHOLE = 1 << 20
BLOCK = 1 << 16


class Source(Protocol):
    """What a member is read from: bytes, at most so many at a time, and none at the end."""

    def read(self, size: int, /) -> bytes | None:
        """Return the next bytes."""
        ...

    def close(self) -> None:
        """Give back what reading takes."""
        ...


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a zip: its name, which `names` makes safe, its size in bytes, and its content.

    `open` is called when its turn comes, and the source closed before that of the next member.
    """

    name: str
    size: int
    open: Callable[[], Source]

    @property
    def written(self) -> bytes:
        """The name as it stands in the file."""
        return self.name.encode()

    @property
    def has_descriptor(self) -> bool:
        """Whether its CRC-32 follows its content."""
        return self.size > WHOLE


def length(members: Iterable[Member]) -> int:
    """Return the length in bytes of a zip file of these members."""
    count = position = directory = 0
    for member in members:
        directory += len(_entry(member, 0, position))
        position += _room(member)
        count += 1
    return position + directory + len(layout.end(count, position, directory))


def blocks(members: Iterable[Member]) -> Generator[bytes]:
    """Yield a zip file of members with different names; closing it closes the source in use.

    The members are walked twice, for their contents and for the directory: they are no iterator.

    Raises:
        CorruptObject: a source has more or fewer bytes than the size of its member. What sources
            raise passes, too. What was yielded then is no zip file.
    """
    return _gathered(_pieces(members))


def _pieces(members: Iterable[Member]) -> Generator[bytes]:
    """Yield the parts of a zip file, whatever their sizes."""
    checksums = array("L")  # a few bytes for each member: there may be very many
    for member in members:
        with closing(member.open()) as source:
            yield from _member(member, source, checksums)
    position = written = 0
    for member, crc in zip(members, checksums, strict=True):
        line = _entry(member, crc, position)
        position += _room(member)
        written += len(line)
        yield line
    yield layout.end(len(checksums), position, written)


def _member(member: Member, source: Source, checksums: array[int]) -> Iterator[bytes]:
    """Yield header and content of a member, and note its CRC-32."""
    if not member.has_descriptor:
        content = b"".join(_content(member, source))
        crc = zlib.crc32(content)
        yield layout.header(member.written, member.size, crc)
        yield content
    else:
        yield layout.header(member.written, member.size, None)
        crc = 0
        for block in _content(member, source):
            crc = zlib.crc32(block, crc)
            yield block
        yield layout.descriptor(member.size, crc)
    checksums.append(crc)


def _content(member: Member, source: Source) -> Iterator[bytes]:
    """Yield exactly the bytes of a member; read to the end, so that sources check themselves."""
    left = member.size
    while block := source.read(BLOCK):
        left -= len(block)
        if left < 0:
            break
        yield block
    if left:
        raise CorruptObject(
            f"`{member.name}` does not have the {member.size} bytes that it was said to have."
        )


def _room(member: Member) -> int:
    """Return the bytes that a member takes in front of the directory."""
    behind = layout.descriptor(member.size, 0) if member.has_descriptor else b""
    return len(layout.header(member.written, member.size, 0)) + member.size + len(behind)


def _entry(member: Member, crc: int, offset: int) -> bytes:
    return layout.entry(
        member.written, member.size, crc, offset, has_descriptor=member.has_descriptor
    )


def _gathered(pieces: Generator[bytes]) -> Generator[bytes]:
    """Yield the same bytes in blocks of some size: thousands of small members are few blocks."""
    gathered = bytearray()
    for piece in pieces:
        if not gathered and len(piece) >= BLOCK:
            yield piece
            continue
        gathered += piece
        if len(gathered) >= BLOCK:
            yield bytes(gathered)
            gathered.clear()
    if gathered:
        yield bytes(gathered)
