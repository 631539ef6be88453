"""Streams over a piece of a file, plain or compressed, in constant memory. Floor: store."""

from __future__ import annotations

import io
import os
import re
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Protocol

from provender.errors import CorruptObject
from provender.store.files.checkpoints import Checkpoint, Checkpoints, Key, spacing
from provender.store.files.decompression import (
    DecompressionError,
    Form,
    can_copy,
    copied,
    decompress,
    decompressor,
)
from provender.store.regular import identity, open_regular

# Bytes read from disk at once, and decompressed at once on the way to a position.
CHUNK, STEP = 1 << 16, 1 << 20
KEY = re.compile(r"[0-9a-f]{64}")
# SQLite allows 999 values in one statement by default.
KEYS_PER_QUERY = 900


class ObjectStream(io.RawIOBase):
    """A readable, seekable stream over one object; `size` is its length in bytes.

    Reading raises `CorruptObject` if the stored bytes are damaged. `is_plain` says whether going
    to a position costs nothing.
    """

    size: int
    is_plain: ClassVar[bool] = False

    def readable(self) -> bool:
        """Return true: the stream can be read."""
        return True

    def seekable(self) -> bool:
        """Return true: the stream has positions. Going back in a compressed stream starts anew."""
        return True

    def distance(self, target: int) -> int:
        """Return how many bytes are read and thrown away on the way to a position."""
        del target
        return 0

    def detour(self, target: int) -> int:
        """Return how many bytes may be decompressed on the way back to a position."""
        del target
        return 0

    def approach(self, target: int, most: int) -> int:
        """Go towards a position by reading at most so many bytes; return the position reached."""
        del most
        return self.seek(target)

    def take(self, most: int) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        raise NotImplementedError

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes as they are; the base class would copy them twice."""
        return self.readall() if size < 0 else self.take(size)

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer from the current position; 0 at the end."""
        data = self.take(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        """Return the rest of the content in as few reads as possible: the length is known."""
        pieces = []
        while (left := self.size - self.tell()) > 0:
            pieces.append(self.take(left))
        return b"".join(pieces)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many contents a store has, and how long they are together before compression."""

    number: int
    bytes: int


class ObjectStore(Protocol):
    """The contents of the files of a store, by their SHA-256."""

    def open(self, key: str) -> ObjectStream:
        """Return a stream over the content of a key.

        Raises:
            CorruptObject: there is no such content, or it is damaged.
        """
        ...

    def sizes(self, keys: Collection[str]) -> dict[str, int]:
        """Return the length in bytes of each key that is present."""
        ...

    def checksums(self, keys: Collection[str]) -> dict[str, int]:
        """Return the CRC-32 of each key for which the store itself keeps one."""
        ...

    def totals(self) -> Totals | None:
        """Return the number of contents and their bytes; None if that takes long to find out."""
        ...

    def confirm(self) -> None:
        """Raise `StoreUnreachable` if what was read may not be what the store holds.

        That is so while somebody overwrites an archive in place, or while a disk is away.
        """
        ...

    def close(self) -> None:
        """Close the open files."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """The place of an object: `length` bytes at `offset` of a file, decompressed `size` bytes.

    `crc` is the CRC-32 of the content if the container has one. No name of `path` that is `below`
    a folder may be a link.
    """

    path: Path
    offset: int
    length: int
    size: int
    form: Form = Form.PLAIN
    crc: int | None = None
    below: Path | None = None

    def open(self, checkpoints: Checkpoints | None = None) -> ObjectStream:
        """Return a stream over the piece; raises `OSError` if there is no regular file.

        `checkpoints` are those of the store, if others may read the same piece.
        """
        file = io.FileIO(open_regular(self.path, self.below))
        if self.form is Form.PLAIN:
            return PlainStream(self, file)
        return CompressedStream(self, file, checkpoints)


class PlainStream(ObjectStream):
    """The stored bytes of a piece of a file.

    The checksum is verified if every byte was read, whatever was read twice, and none before those
    in front of it.
    """

    is_plain: ClassVar[bool] = True

    def __init__(self, piece: Piece, file: io.FileIO) -> None:
        super().__init__()
        self._piece = piece
        self._file = file
        self._position = 0
        self._checksum = 0
        self._summed = 0
        self.size = piece.length

    def take(self, most: int) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        wanted = min(most, self.size - self._position)
        if wanted <= 0:
            return b""
        self._file.seek(self._piece.offset + self._position)
        data = self._file.read(wanted) or b""
        if not data:
            raise damaged("is cut short")
        self._position += len(data)
        if self._position - len(data) <= self._summed < self._position:
            new = memoryview(data)[self._summed - self._position :]
            self._checksum = _checked(self._checksum, new, self._piece, self._position)
            self._summed = self._position
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        self._position = _target(offset, whence, self._position, self.size)
        return self._position

    def tell(self) -> int:
        """Return the current position."""
        return self._position

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


class HeldStream(ObjectStream):
    """A content that is held in memory."""

    is_plain: ClassVar[bool] = True

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content
        self._position = 0
        self.size = len(content)

    def take(self, most: int) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        data = self._content[self._position : self._position + most]
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position."""
        self._position = _target(offset, whence, self._position, self.size)
        return self._position

    def tell(self) -> int:
        """Return the current position."""
        return self._position


class CompressedStream(ObjectStream):
    """The content of a compressed piece, decompressed as it is read."""

    def __init__(
        self, piece: Piece, file: io.FileIO, checkpoints: Checkpoints | None = None
    ) -> None:
        super().__init__()
        self._piece = piece
        self._file = file
        self.size = piece.size
        self._spacing = spacing(piece.size)
        self._checkpoints = checkpoints if piece.size > self._spacing else None
        self._key: Key = ()
        if self._checkpoints is not None:
            status = os.fstat(file.fileno())
            self._key = (status.st_dev, *identity(status), piece.offset, piece.length, piece.form)
        self._begin(Checkpoint(0, 0, 0, decompressor(piece.form, piece.size)))

    def _begin(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint, whose decompressor nobody else uses."""
        self._decompressor = checkpoint.decompressor
        self._raw_position = checkpoint.raw_position
        self._position = checkpoint.position
        self._checksum = checkpoint.checksum
        self._marked = self._position // self._spacing

    def take(self, most: int) -> bytes:
        """Return the next bytes, at most so many; none at the end."""
        wanted = min(most, self.size - self._position)
        data = b""
        while wanted > 0 and not data:
            data = self._step(wanted)
        self._position += len(data)
        self._checksum = _checked(self._checksum, data, self._piece, self._position)
        if self._checkpoints is not None and self._position // self._spacing > self._marked:
            self._mark(self._checkpoints)
        return data

    def _mark(self, checkpoints: Checkpoints) -> None:
        """Keep where the stream is, so that reading can begin here."""
        self._marked = number = self._position // self._spacing
        if checkpoints.has(self._key, number) or self._decompressor.eof:
            return
        copy = copied(self._decompressor)
        if copy is not None:
            checkpoint = Checkpoint(self._position, self._raw_position, self._checksum, copy)
            checkpoints.add(self._key, number, checkpoint)

    def _step(self, wanted: int) -> bytes:
        """Return at most `wanted` bytes from the buffer, which is filled if it is empty."""
        if self._decompressor.eof:
            raise damaged("is shorter than its index says")
        stored = b""
        is_last = False
        if self._decompressor.needs_input:
            left = self._piece.length - self._raw_position
            self._file.seek(self._piece.offset + self._raw_position)
            stored = self._file.read(min(CHUNK, left)) or b""
            self._raw_position += len(stored)
            is_last = not stored  # what was read before may still hold bytes to come
        try:
            data = decompress(self._decompressor, stored, wanted)
        except DecompressionError as error:
            raise damaged("cannot be decompressed", str(error)) from error
        if not data and is_last:
            raise damaged("is cut short")
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position: by decompressing from a checkpoint, or from the start."""
        target = _target(offset, whence, self._position, self.size)
        return self.approach(target, self.size)

    def distance(self, target: int) -> int:
        """Return how many bytes are decompressed on the way to a position."""
        return target - self._nearest(target)[0]

    def detour(self, target: int) -> int:
        """Return how many bytes may be decompressed on the way back to a position."""
        has_checkpoints = self._checkpoints is not None and can_copy(self._piece.form)
        return min(target, self._spacing) if has_checkpoints else target

    def approach(self, target: int, most: int) -> int:
        """Go towards a position by decompressing at most so many bytes; see `ObjectStream`."""
        start, checkpoint = self._nearest(target)
        if start != self._position:
            self._jump(checkpoint)
        until = min(target, self._position + most)
        while self._position < until:
            self.take(min(STEP, until - self._position))
        return self._position

    def _nearest(self, target: int) -> tuple[int, Checkpoint | None]:
        """Return where to begin: here, at a checkpoint, or (None) at the start."""
        here = self._position if self._position <= target else 0
        known = self._checkpoints
        found = known.before(self._key, target, self.size) if known is not None else None
        if found is None or found.position <= here:
            return here, None
        return found.position, found

    def _jump(self, checkpoint: Checkpoint | None) -> None:
        """Go to a checkpoint, or to the start."""
        copy = copied(checkpoint.decompressor) if checkpoint is not None else None
        if checkpoint is None or copy is None:
            made = decompressor(self._piece.form, self._piece.size)
            self._begin(Checkpoint(0, 0, 0, made))
        else:
            self._begin(replace(checkpoint, decompressor=copy))

    def tell(self) -> int:
        """Return the current position."""
        return self._position

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def damaged(what: str, reason: str | None = None) -> CorruptObject:
    """Return the error of damaged content; `what` says what is wrong."""
    return CorruptObject(
        f"The content of the file is damaged: it {what}.",
        hint="Other files of the store can still be read.",
        reason=reason,
    )


def missing(key: str, where: str) -> CorruptObject:
    """Return the error of a key that is missing in the place named `where`."""
    return CorruptObject(
        f"The content of the file is missing in the {where}.",
        hint="Other files of the store can still be read.",
        reason=f"no object {key}",
    )


def batches(keys: Collection[str]) -> Iterator[tuple[str, ...]]:
    """Yield the keys in groups that fit into one SQLite statement."""
    listed = tuple(keys)
    for start in range(0, len(listed), KEYS_PER_QUERY):
        yield listed[start : start + KEYS_PER_QUERY]


def _checked(checksum: int, data: bytes | memoryview, piece: Piece, position: int) -> int:
    """Return the running CRC-32; raises at the end of the content if it is wrong."""
    if piece.crc is None:
        return 0
    checksum = zlib.crc32(data, checksum)
    if position == piece.size and checksum != piece.crc:
        raise damaged("fails its checksum")
    return checksum


def _target(offset: int, whence: int, position: int, size: int) -> int:
    start = {io.SEEK_SET: 0, io.SEEK_CUR: position, io.SEEK_END: size}[whence]
    return max(0, min(size, start + offset))
