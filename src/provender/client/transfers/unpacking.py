"""The members of a zip, read while it arrives. Floor: client.

Only what a server makes of small files is read: stored members whose sizes stand in front of them.
Source: APPNOTE.TXT 6.3, section 4.3.7.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from provender.client.errors import ServerError, Unreachable

LOCAL = struct.Struct("<4s5H3L2H")
MEMBER, DIRECTORY = b"PK\x03\x04", b"PK\x01\x02"
STORED, BEHIND = 0, 0x0008


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a zip: its name there, and its content."""

    name: str
    content: bytes


class _Arriving:
    """Bytes that arrive in blocks of any size."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._held, self._at = b"", 0

    def take(self, size: int) -> bytes:
        """Return the next bytes; raises `Unreachable` if fewer come."""
        if len(self._held) - self._at < size:
            pieces = [self._held[self._at :]]
            missing = size - len(pieces[0])
            while missing > 0:
                block = next(self._blocks, None)
                if block is None:
                    raise Unreachable("The server broke the zip off.")
                pieces.append(block)
                missing -= len(block)
            self._held, self._at = b"".join(pieces), 0
        found = self._held[self._at : self._at + size]
        self._at += size
        return found


def members(blocks: Iterator[bytes], most: int) -> Iterator[Member]:
    """Yield the members of a zip, each of them whole; what stands behind them is not read.

    Raises:
        Unreachable: the zip ends before its directory.
        ServerError: a member is larger than `most` bytes, or not one that can be read so.
    """
    arriving = _Arriving(blocks)
    while (mark := arriving.take(len(MEMBER))) == MEMBER:
        fields = LOCAL.unpack(mark + arriving.take(LOCAL.size - len(mark)))
        flags, method, size, written, names, extra = (
            fields[place] for place in (2, 3, 7, 8, 9, 10)
        )
        name = arriving.take(names).decode(errors="replace")
        arriving.take(extra)
        if method != STORED or flags & BEHIND or size != written or size > most:
            raise ServerError(f"The member `{name}` of the zip cannot be read while it arrives.")
        yield Member(name, arriving.take(size))
    if mark != DIRECTORY:
        raise ServerError("The server sent what is no zip.")
