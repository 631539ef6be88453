"""The part of a zip file that one member takes: header, content, descriptor. Floor: exports.

An empty piece is a pause: something is read of which nothing is sent.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator
from contextlib import closing

from provender.errors import CorruptObject
from provender.exports.zips import layout
from provender.exports.zips.members import Checksums, Member, Seekable, Source
from provender.exports.zips.window import Window

BLOCK = 1 << 18
# Bytes that are read or decompressed on the way to a position between two pauses.
NEAR = 8 << 20
PAUSE = b""

# Yields pieces, and returns the CRC-32 of a content if it became known.
Pieces = Generator[bytes, None, int | None]


def room(member: Member) -> int:
    """Return the bytes that a member takes in front of the directory."""
    behind = layout.descriptor(member.size, 0) if member.has_descriptor else b""
    return len(layout.header(member.written, member.size, 0)) + member.size + len(behind)


def pieces(member: Member, position: int, window: Window, checksums: Checksums) -> Pieces:
    """Yield what of a member, which begins at a position, is in a window.

    Raises:
        CorruptObject: its source has more or fewer bytes than its size, or is damaged.
    """
    if member.has_descriptor:
        return (yield from _large(member, position, window, checksums))
    with closing(member.open()) as source:
        content = b"".join(exactly(member, source))
    crc = zlib.crc32(content)
    header = layout.header(member.written, member.size, crc)
    yield window.cut(position, header)
    if content:
        yield window.cut(position + len(header), content)
    _note(member, crc, checksums)
    return crc


def checksum(member: Member, checksums: Checksums) -> Generator[bytes, None, int]:
    """Read a member, and return its CRC-32; yields pauses. Errors as `pieces`."""
    crc = 0
    with closing(member.open()) as source:
        for block in exactly(member, source):
            crc = zlib.crc32(block, crc)
            yield PAUSE
    _note(member, crc, checksums)
    return crc


def exactly(member: Member, source: Source) -> Iterator[bytes]:
    """Yield exactly the bytes of a member; read to the end, so that sources check themselves."""
    left = member.size
    while block := source.read(BLOCK):
        left -= len(block)
        if left < 0:
            break
        yield block
    if left:
        raise _other_size(member)


def _large(member: Member, position: int, window: Window, checksums: Checksums) -> Pieces:
    """Yield what of a member with a descriptor is in a window.

    Its CRC-32 is needed behind the content only. A window that begins inside the content has all
    of it read only if it needs a CRC-32 that nobody knows.
    """
    header = layout.header(member.written, member.size, None)
    yield window.cut(position, header)
    position += len(header)
    asked, crc = window.within(position, member.size), None
    needs_crc = window.start < position + room(member) - len(header) and (
        window.stop > position + member.size
    )
    if needs_crc and asked.start:
        crc = member.crc if member.crc is not None else _known(member, checksums)
    if needs_crc and crc is None:
        crc = yield from _summed(member, position, window)
        _note(member, crc, checksums)
    elif asked.start < asked.stop:
        yield from _part(member, asked)
    if needs_crc and crc is not None:
        yield window.cut(position + member.size, layout.descriptor(member.size, crc))
    return crc


def _summed(member: Member, position: int, window: Window) -> Generator[bytes, None, int]:
    """Yield what of a content is in a window; read all of it, and return its CRC-32."""
    crc = 0
    with closing(member.open()) as source:
        for block in exactly(member, source):
            crc = zlib.crc32(block, crc)
            yield window.cut(position, block)
            position += len(block)
    return crc


def _part(member: Member, asked: Window) -> Iterator[bytes]:
    """Yield some bytes of a content."""
    with closing(member.open()) as source:
        yield from _approach(member, source, asked.start)
        left = asked.stop - asked.start
        while left:
            block = source.read(min(BLOCK, left))
            if not block:
                raise _other_size(member)
            left -= len(block)
            yield block


def _approach(member: Member, source: Source, target: int) -> Iterator[bytes]:
    """Go to a position in a source, and yield pauses on the way."""
    position = 0
    while position < target:
        if isinstance(source, Seekable):
            position = source.approach(target, NEAR)
        else:
            block = source.read(min(BLOCK, target - position))
            if not block:
                raise _other_size(member)
            position += len(block)
        if position < target:
            yield PAUSE


def _known(member: Member, checksums: Checksums) -> int | None:
    return checksums.find((member.key,)).get(member.key) if member.key is not None else None


def _note(member: Member, crc: int, checksums: Checksums) -> None:
    if member.key is not None:
        checksums.note(member.key, crc)


def _other_size(member: Member) -> CorruptObject:
    return CorruptObject(
        f"`{member.name}` does not have the {member.size} bytes that it was said to have."
    )
