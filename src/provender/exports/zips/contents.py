"""The part of a zip file that one member takes: header, content, descriptor. Floor: exports.

An empty piece is a pause: something is read of which nothing is sent.
"""

from __future__ import annotations

import zlib
from collections.abc import Generator, Iterator
from contextlib import closing

from provender.errors import CorruptObject
from provender.exports.zips import layout
from provender.exports.zips.members import Checking, Member, Seekable, Source
from provender.exports.zips.window import Window

BLOCK = 1 << 18
# Bytes that are read or decompressed on the way to a position between two pauses.
NEAR = 8 << 20
PAUSE = b""

# Yields pieces, and returns the CRC-32 of a content if it became known.
Pieces = Generator[bytes, None, int | None]


def room(member: Member) -> int:
    """Return the bytes that a member takes in front of the directory."""
    behind = layout.descriptor_size(member.size) if member.has_descriptor else 0
    return layout.header_size(member.written, member.size) + member.size + behind


def pieces(member: Member, position: int, window: Window, known: int | None) -> Pieces:
    """Yield what of a member, which begins at a position, is in a window.

    `known` is its CRC-32 if it was computed before.

    Raises:
        CorruptObject: its source has more or fewer bytes than its size, or is damaged.
    """
    if member.has_descriptor:
        return (yield from _large(member, position, window, known))
    with closing(_opened(member, known)) as source:
        content = b"".join(exactly(member, source))
    crc = _compared(member, zlib.crc32(content), known)
    header = layout.header(member.written, member.size, crc)
    yield window.cut(position, header)
    if content:
        yield window.cut(position + len(header), content)
    return crc


def checksum(member: Member) -> Generator[bytes, None, int]:
    """Read a member, and return its CRC-32; yields pauses. Errors as `pieces`."""
    crc = 0
    with closing(member.open()) as source:
        for block in exactly(member, source):
            crc = zlib.crc32(block, crc)
            yield PAUSE
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


def _large(member: Member, position: int, window: Window, known: int | None) -> Pieces:
    """Yield what of a member with a descriptor is in a window.

    Its CRC-32 is needed behind the content only. A window that begins inside the content has all
    of it read only if it needs a CRC-32 that nobody knows.
    """
    header = layout.header(member.written, member.size, None)
    yield window.cut(position, header)
    position += len(header)
    asked = window.within(position, member.size)
    behind = window.within(position + member.size, layout.descriptor_size(member.size))
    needs_crc = behind.start < behind.stop
    if needs_crc and (known is None or not asked.start):
        known = yield from _summed(member, position, window, known)
    elif asked.start < asked.stop:
        yield from _part(member, asked)
    if needs_crc and known is not None:
        yield window.cut(position + member.size, layout.descriptor(member.size, known))
    return known


def _summed(
    member: Member, position: int, window: Window, known: int | None
) -> Generator[bytes, None, int]:
    """Yield what of a content is in a window; read all of it, and return its CRC-32."""
    crc = 0
    with closing(_opened(member, known)) as source:
        for block in exactly(member, source):
            crc = zlib.crc32(block, crc)
            yield window.cut(position, block)
            position += len(block)
    return _compared(member, crc, known)


def _opened(member: Member, known: int | None) -> Source:
    """Open a member that is read whole: one checksum is enough."""
    source = member.open()
    if known is not None and isinstance(source, Checking):
        source.trust()
    return source


def _compared(member: Member, crc: int, known: int | None) -> int:
    if known is not None and crc != known:
        raise CorruptObject(f"The content of `{member.name}` is damaged: it fails its checksum.")
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


def _other_size(member: Member) -> CorruptObject:
    return CorruptObject(
        f"`{member.name}` does not have the {member.size} bytes that it was said to have."
    )
