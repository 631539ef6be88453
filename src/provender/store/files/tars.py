"""Reading tar files that may be hostile, member by member, in constant memory. Floor: store.

Archives come from anybody: a header may name any size, and a compressed file may unpack to
anything. So only headers are read into memory, and those are bounded. What is no file or folder
(links, devices, sparse files) is told, and never followed. Source: POSIX.1-2017 `pax`, GNU tar.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

BLOCK = tarfile.BLOCKSIZE
# Bytes of a name, or of the records that extend a header.
LARGEST_HEADER = 1 << 20
SKIP = 1 << 20
# Bytes of memory that xz may take; its highest level takes 65 MiB.
LARGEST_DICTIONARY = 128 << 20
UNREADABLE_TAR = (tarfile.TarError, OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)
EXTENDED = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)


class Readable(Protocol):
    """What bytes are read from, front to back."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        ...


class _Xz:
    """The content of a file that is compressed by xz, with a bound on what that takes in memory."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._unpack = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LARGEST_DICTIONARY)

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        while True:
            packed = b""
            if self._unpack.eof:  # another stream may follow, after zeros
                packed = (self._unpack.unused_data or self._file.read(SKIP)).lstrip(b"\0")
                if not packed and not (packed := self._file.read(SKIP).lstrip(b"\0")):
                    return b""
                self._unpack = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=LARGEST_DICTIONARY)
            elif self._unpack.needs_input and not (packed := self._file.read(SKIP)):
                raise EOFError("the compressed file ends before its end")
            if data := self._unpack.decompress(packed, size):
                return data


COMPRESSED: dict[bytes, Any] = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": _Xz}


@dataclass(frozen=True, slots=True)
class TarMember:
    """A member: its name as written, what it is, its size in bytes, and its time (Unix seconds).

    `content` is its content, to be read before the next member is asked for. `offset` is the place
    of the content in the unpacked tar.
    """

    name: str
    is_file: bool
    is_folder: bool
    size: int
    time: float
    offset: int
    content: Readable


def is_tar(path: Path) -> bool:
    """Return whether a file begins as a tar file does, compressed or not; raises `OSError`."""
    try:
        with unpacked(path) as (file, _):
            return _header(file.read(BLOCK)) is not None
    except UNREADABLE_TAR:
        with path.open("rb"):  # a file that cannot be read raises its own error
            return False


def is_compressed(path: Path) -> bool:
    """Return whether a file begins as a compressed one does; raises `OSError`."""
    with path.open("rb") as file:
        return file.read(2) in COMPRESSED


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Readable, Callable[[], int]]]:
    """Return the content of a file, decompressed if it is compressed, and its place in the file."""
    with path.open("rb") as file:
        unpack = COMPRESSED.get(file.read(2))
        file.seek(0)
        yield unpack(file) if unpack is not None else file, file.tell


def members(file: Readable) -> Iterator[TarMember]:
    """Yield the members of an unpacked tar file.

    Raises:
        UNREADABLE_TAR: not a tar file, or a damaged or truncated one.
    """
    stream = _Forward(file)
    long_name, extended = None, {}
    while (info := _header(stream.exactly(BLOCK))) is not None:
        end = stream.place + -(-info.size // BLOCK) * BLOCK
        if info.type == tarfile.GNUTYPE_LONGNAME:
            long_name = _text(stream.header(info.size).rstrip(b"\0"))
        elif info.type in EXTENDED:
            extended = _records(stream.header(info.size))
        elif info.type not in (tarfile.GNUTYPE_LONGLINK, tarfile.XGLTYPE):
            size = max(0, int(extended.get("size", info.size))) if _has_content(info) else 0
            end = stream.place + -(-size // BLOCK) * BLOCK
            name = extended.get("path") or long_name or info.name
            yield TarMember(
                name,
                info.type in (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE),
                info.type == tarfile.DIRTYPE,
                size,
                float(info.mtime),
                stream.place,
                stream.bounded(size),
            )
            long_name, extended = None, {}
        stream.go(end)


def first(path: Path, name: str, largest: int, most: int) -> TarMember | None:
    """Return a member of at most `largest` bytes, whose content is in memory.

    None if the first `most` unpacked bytes do not hold it.

    Raises:
        UNREADABLE_TAR: not a tar file, a damaged one, or one whose member is larger.
    """
    with unpacked(path) as (file, _):
        for member in members(file):
            is_it = normalised(member.name) == name and member.is_file
            if member.offset + member.size > most:
                return None
            if is_it and member.size > largest:
                raise tarfile.ReadError(f"{name} has {member.size} bytes")
            if is_it:
                content = io.BytesIO(_exactly(member.content, member.size))
                return replace(member, content=content)
    return None


def normalised(name: str) -> str:
    """Return the name of a member without the parts that name the folder it is in."""
    return "/".join(part for part in name.split("/") if part not in ("", "."))


class _Forward:
    """A file that is read front to back, and counted."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self.place = 0

    def exactly(self, size: int) -> bytes:
        """Return the next bytes."""
        data = b""
        while len(data) < size and (more := self._file.read(size - len(data))):
            data += more
            self.place += len(more)
        if len(data) < size:
            raise EOFError("the file ends before the end of the tar")
        return data

    def header(self, size: int) -> bytes:
        """Return an extended header."""
        if size > LARGEST_HEADER:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self.exactly(size)

    def go(self, place: int) -> None:
        """Go on to a place behind this one."""
        while self.place < place:
            self.exactly(min(SKIP, place - self.place))

    def bounded(self, size: int) -> _Content:
        """Return the content of a member that begins here."""
        return _Content(self, self.place + size)


class _Content:
    """The content of a member, up to its end."""

    def __init__(self, stream: _Forward, end: int) -> None:
        self._stream = stream
        self._end = end

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end of the member."""
        return self._stream.exactly(min(size, SKIP, self._end - self._stream.place))


def _exactly(content: Readable, size: int) -> bytes:
    return b"".join(iter(lambda: content.read(size), b""))


def _header(block: bytes) -> tarfile.TarInfo | None:
    """Return a header; None at the end of the tar, which is a block of zeros."""
    if not block.strip(b"\0"):
        return None
    info = tarfile.TarInfo.frombuf(block, "utf-8", "replace")
    if info.size < 0:
        raise tarfile.ReadError("a size below zero")
    return info


def _has_content(info: tarfile.TarInfo) -> bool:
    """Return whether a member has bytes: files do, and what no reader knows."""
    if info.type == tarfile.GNUTYPE_SPARSE:
        raise tarfile.ReadError("a sparse file")
    return info.isreg() or info.type not in tarfile.SUPPORTED_TYPES


def _records(data: bytes) -> dict[str, str]:
    """Return the records of an extended header: each is `LENGTH KEY=VALUE` and a line feed."""
    found, place = {}, 0
    while place < len(data):
        length = data[place : place + 20].split(b" ", 1)[0]
        span = int(length)
        if span <= len(length):
            raise tarfile.ReadError("a record without a length")
        key, _, value = data[place + len(length) + 1 : place + span - 1].partition(b"=")
        found[_text(key)] = _text(value)
        place += span
    return found


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
