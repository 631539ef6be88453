"""Reading the files of an archive front to back, each compared with its SHA-256. Floor: loading."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from provender.errors import CorruptObject
from provender.store.files.decompression import (
    DecompressionError,
    Form,
    decompress,
    decompressor,
)
from provender.store.files.streams import Piece
from provender.store.sqlite.files import MEGABYTE


class Sink(Protocol):
    """What takes bytes."""

    def write(self, data: bytes, /) -> object:
        """Write bytes."""
        ...


def checked(key: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the blocks of a content, and check it at its end.

    Raises:
        CorruptObject: it is damaged, or not the content of this key.
    """
    digest = hashlib.sha256()
    try:
        for block in blocks:
            digest.update(block)
            yield block
    except DecompressionError as error:
        raise damaged(f"repo/{key}: {error}") from error
    except CorruptObject as error:
        raise damaged(f"repo/{key}: {error.message}") from error
    if digest.hexdigest() != key:
        raise damaged(f"repo/{key}: its checksum is wrong")


def contents(piece: Piece) -> Iterator[bytes]:
    """Yield the content of a piece, a megabyte at a time."""
    with piece.open() as stream:
        while content := stream.read(MEGABYTE):
            yield content


def inflated(piece: Piece, copy: Sink) -> Iterator[bytes]:
    """Yield the content of a deflated piece; `copy` gets the compressed bytes."""
    inflate, size, checksum = decompressor(piece.form, piece.size), 0, 0
    for chunk in _chunks(piece):
        copy.write(chunk)
        content = decompress(inflate, chunk, MEGABYTE)
        while content:
            size, checksum = size + len(content), zlib.crc32(content, checksum)
            yield content
            content = decompress(inflate, b"", MEGABYTE)
    if not inflate.eof or size != piece.size:
        raise DecompressionError("it has another length than its directory says")
    if piece.crc not in (None, checksum):
        raise DecompressionError("it fails its checksum")


def is_deflated(piece: Piece) -> bool:
    """Return whether a piece is a deflate stream, which can be copied as it is."""
    return piece.form is Form.DEFLATE


def damaged(reason: str) -> CorruptObject:
    """Return the error of a file that cannot be copied."""
    return CorruptObject(
        "A file of the archive is damaged.",
        hint="Nothing was copied. `provender check ARCHIVE --files 1000000` names the files.",
        reason=reason,
    )


def _chunks(piece: Piece) -> Iterator[bytes]:
    """Yield the bytes of a piece without decompressing them, a megabyte at a time."""
    with piece.path.open("rb", buffering=0) as file:
        file.seek(piece.offset)
        left = piece.length
        while left and (chunk := file.read(min(left, MEGABYTE))):
            left -= len(chunk)
            yield chunk
