"""JSON in pieces: one text of many megabytes would stop all threads while it is copied.

Floor: translators.
"""

from __future__ import annotations

from collections.abc import Iterable

# Bytes from which on parts are a piece of their own; copying it takes some microseconds.
PIECE = 1 << 16


class Pieces:
    """A JSON value, written: its `blocks` come one after the other.

    It is no dataclass, since orjson writes those itself.
    """

    __slots__ = ("blocks",)

    def __init__(self, blocks: list[bytes]) -> None:
        self.blocks = blocks


def gathered(parts: Iterable[bytes]) -> Pieces:
    """Return parts of a JSON value, which may be tiny, as pieces."""
    blocks, held, size = list[bytes](), list[bytes](), 0
    for part in parts:
        held.append(part)
        size += len(part)
        if size >= PIECE:
            blocks.append(b"".join(held))
            held, size = [], 0
    blocks.append(b"".join(held))
    return Pieces(blocks)
