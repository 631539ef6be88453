"""The database of an archive as a file of its own, in the cache. Floor: store."""

from __future__ import annotations

import logging
import threading
import zlib
from io import FileIO
from pathlib import Path

from provender.errors import UnsupportedStore
from provender.store.cache import CacheFolder
from provender.store.cacheentry import PRIVATE_FILE, CacheEntry, CacheError, blamed
from provender.store.files import zipindex
from provender.store.files.streams import ObjectStream, Piece, damaged
from provender.store.files.zipindex import Member, NotAZipError, UnreadableMemberError
from provender.store.progress import Progress

LOGGER = logging.getLogger(__name__)

SQLITE_HEADER = b"SQLite format 3\x00"
BLOCK = 1 << 20
# The database of a real archive is 4 to 6 times as large as its member.
MOST_COMPRESSED = 100


def check_size(member: Member, cache: CacheFolder, name: str) -> None:
    """Check that the disk has room for a database, and that it was not made to fill the disk.

    Raises:
        UnsupportedStore: it is large, and compressed more than any real one.
        CacheError: the disk has no room for it.
    """
    if member.size > cache.max_bytes and member.size > MOST_COMPRESSED * member.length:
        raise UnsupportedStore(
            f"{name} is not read: its database is compressed more than any real one.",
            hint=f"Raise `cache.max_bytes` above {member.size} if it is real.",
        )
    with blamed(cache.folder):
        free, needed = cache.make_room(member.size)
    if free < needed:
        reason = f"the cache folder {cache.folder}: {needed} bytes needed, {free} free"
        raise CacheError(reason, is_full=True)


def extract(stream: ObjectStream, target: Path, name: str, progress: Progress) -> None:
    """Copy the database out of an archive, a megabyte at a time.

    Raises:
        UnsupportedStore: it is not a database.
        CorruptObject: the archive is damaged.
        CacheError: the copy cannot be written.
    """
    LOGGER.debug("extracting %d bytes of database to %s", stream.size, target)
    with blamed(target.parent.parent):
        file = target.open("xb", buffering=0)
        target.chmod(PRIVATE_FILE)
    done = 0
    with file:
        while chunk := stream.read(BLOCK):
            if not done and not chunk.startswith(SQLITE_HEADER):
                raise UnsupportedStore(
                    f"{name} is a damaged archive: its database is not a SQLite file."
                )
            with blamed(target.parent.parent):
                _write(file, chunk)
            done += len(chunk)
            progress("extracting the database", done, stream.size)
    if not done:
        raise UnsupportedStore(f"{name} is a damaged archive: its database is empty.")


class Copy:
    """The extracted database: whether it still holds what the archive does."""

    def __init__(self, entry: CacheEntry, path: Path, crc: int) -> None:
        self._entry = entry
        self._path = path
        self._crc = crc
        self._known: bool | None = None
        self._lock = threading.Lock()

    def is_broken(self) -> bool:
        """Return whether the copy is to blame for damage; if so, it is removed, and made anew.

        The copy is read once (1 GB in about a second); later the same is known without it.
        """
        with self._lock:
            if not self._entry.is_intact():
                return True
            if self._known is None:
                self._known = self._checksum() != self._crc
                if self._known:
                    LOGGER.warning("%s differs from its archive and is made anew", self._path)
                    self._entry.drop()
            return self._known

    def _checksum(self) -> int | None:
        try:
            return checksum_of(self._path)
        except OSError:
            return None


def checksum_of(path: Path) -> int:
    """Return the CRC-32 of a file; raises `OSError`."""
    checksum = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            checksum = zlib.crc32(block, checksum)
    return checksum


def piece_of(path: Path, member: Member, name: str) -> Piece:
    """Return the place of a member of an archive, whose `name` begins the sentences of errors.

    Raises:
        UnsupportedStore: the member has a form that is not read.
        CorruptObject: it is not at the place that the archive names.
    """
    try:
        return zipindex.piece(path, member)
    except UnreadableMemberError as error:
        raise UnsupportedStore(
            f"{name} cannot be read: its {member.name} {error}.",
            hint="Unpack it and zip it again: deflate, bzip2 and LZMA are read.",
        ) from error
    except NotAZipError as error:
        raise damaged("is damaged", str(error)) from error


def _write(file: FileIO, chunk: bytes) -> None:
    """Write all of a block: near the end of a disk the system takes a part of it."""
    rest = memoryview(chunk)
    while rest:
        rest = rest[file.write(rest) :]
