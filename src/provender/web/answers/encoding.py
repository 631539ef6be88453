"""Writing JSON. Floor: web."""

from __future__ import annotations

import secrets

import orjson

from provender.translators.pieces import PIECE, Pieces

# Stands for pieces in a text until they are put in; no client can know it.
MARK = b'"%b"' % secrets.token_hex(16).encode()


def dumps(value: object) -> bytes:
    """Return a value as UTF-8 JSON with a final newline; stored JSON is spliced in as it is."""
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def written(value: object) -> list[bytes]:
    """Return the same as `dumps` in pieces: one, unless large pieces are among the values."""
    found: list[Pieces] = []

    def mark(item: object) -> orjson.Fragment:
        if not isinstance(item, Pieces):
            raise TypeError(item)
        found.append(item)
        return orjson.Fragment(MARK)

    text = orjson.dumps(value, default=mark, option=orjson.OPT_APPEND_NEWLINE)
    if not found:
        return [text]
    first, *others = text.split(MARK)
    blocks = [first]
    for item, other in zip(found, others, strict=True):
        blocks += [*item.blocks, other]
    return blocks if sum(map(len, blocks)) > PIECE else [b"".join(blocks)]
