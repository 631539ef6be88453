"""The files of an archive, read in place by their keys. Floor: store."""

from __future__ import annotations

import logging
import os
import re
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from provender.errors import CorruptObject, StoreUnreachable
from provender.store.cacheentry import PRIVATE_FILE, CacheEntry, blamed, blamed_for_sqlite
from provender.store.files import zipindex
from provender.store.files.checkpoints import Checkpoints
from provender.store.files.heldfile import HeldFile
from provender.store.files.streams import (
    KEY,
    ObjectStore,
    ObjectStream,
    Piece,
    Totals,
    batches,
    damaged,
    missing,
)
from provender.store.files.zipindex import (
    ENCRYPTED_METHOD,
    Member,
    NotAZipError,
    UnreadableMemberError,
)
from provender.store.progress import Progress
from provender.store.regular import NotRegularError, size_of
from provender.store.sqlite.files import SqliteFile
from provender.store.sqlite.index import Lookup, unreadable

LOGGER = logging.getLogger(__name__)

OBJECT = re.compile(r"repo/([0-9a-f]{64})")
INDEX = "objects.sqlite"
# What was unpacked out of an older archive, in the same entry of the cache.
PACK = "objects.pack"
INDEX_TABLE = (
    "object (key TEXT PRIMARY KEY, place INTEGER, length INTEGER, size INTEGER, method INTEGER, "
    "crc INTEGER) WITHOUT ROWID"
)
# Methods beside those of zip: in the file of the cache, and in an archive that is no zip.
PACKED, PLAIN = -1, -2
REPOSITORY = "repo"
# The largest number that fits into a column.
LARGEST_NUMBER = (1 << 63) - 1
# Members that are indexed until others have a turn: a millisecond.
MEMBERS_PER_STEP = 100
COLUMNS = "place, length, size, method, crc"


class ObjectSource(ObjectStore, Protocol):
    """The contents of the files of an archive, which can also be copied one after the other."""

    def pieces(self) -> Iterator[tuple[str, Piece]]:
        """Yield key and place of every content, in the order in which they lie.

        Raises:
            CorruptObject, StoreUnreachable: as `open`.
        """
        ...

    def stored_bytes(self) -> int:
        """Return the bytes that all contents take in the archive."""
        ...


def index_objects(path: Path, target: Path, told: Progress) -> None:
    """Write the place of every object into a SQLite file, so that no worker reads them all.

    Raises:
        NotAZipError: the directory of the archive is damaged.
        CacheError: the file cannot be written.
    """
    with blamed_for_sqlite(target):
        with path.open("rb") as file, closing(sqlite3.connect(target)) as connection, connection:
            _index(_counted(file, told), connection)
        with blamed(target.parent.parent):
            target.chmod(PRIVATE_FILE)


def _index(members: Iterator[Member], connection: sqlite3.Connection) -> None:
    connection.execute(f"CREATE TABLE {INDEX_TABLE}")
    connection.executemany(
        "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?)",
        (
            (name[1], *spot(member))
            for member in members
            if (name := OBJECT.fullmatch(member.name)) and _is_possible(member)
        ),
    )


def _counted(file: BinaryIO, told: Progress) -> Iterator[Member]:
    """Yield the members of an archive, and tell how many were read."""
    total = zipindex.number(file)
    for done, member in enumerate(zipindex.members(file), 1):
        yield member
        if done % MEMBERS_PER_STEP == 0 or done == total:
            told("listing the files", done, total)


def _is_possible(member: Member) -> bool:
    """Return whether the place of a member can be in a file at all."""
    return max(member.offset, member.length, member.size) <= LARGEST_NUMBER and member.offset >= 0


class Spot(NamedTuple):
    """Where a content stands: the place of its header in a zip, or its own place elsewhere."""

    place: int
    length: int
    size: int
    method: int
    crc: int | None

    def piece(self, archive: Path, pack: Path) -> Piece:
        """Return the content; errors as `zipindex.piece`."""
        if self.method in (PACKED, PLAIN):
            path = pack if self.method == PACKED else archive
            return Piece(path, self.place, self.length, self.size, crc=self.crc)
        place, length, size, method, crc = self
        return zipindex.piece(archive, Member("", place, length, size, method, crc or 0, False))


def spot(member: Member) -> Spot:
    """Return where the content of a member of a zip stands."""
    method = ENCRYPTED_METHOD if member.is_encrypted else member.method
    return Spot(member.offset, member.length, member.size, method, member.crc)


class ArchiveObjects:
    """The objects of an archive: read in place, or in the cache if they had to be unpacked."""

    def __init__(self, file: HeldFile, entry: CacheEntry) -> None:
        self._file = file
        self._entry = entry
        self._checkpoints = Checkpoints()
        self._places = SqliteFile(
            entry.folder / INDEX, at_rest=True, is_store=False, expected=entry.files[INDEX]
        )
        self._index = Lookup(self._places)

    def open(self, key: str) -> ObjectStream:
        """Return a stream over the content of a key; see `ObjectStore.open`."""
        self.confirm()
        rows = self._query(f"SELECT {COLUMNS} FROM object WHERE key = ?", (key,))  # noqa: S608 - ours
        if not rows:
            raise missing(key, "archive")
        with _errors():
            return self._piece(Spot(*rows[0])).open(self._checkpoints)

    def pieces(self) -> Iterator[tuple[str, Piece]]:
        """Yield key and place of every content; see `ObjectSource`."""
        self.confirm()
        sql = f"SELECT key, {COLUMNS} FROM object ORDER BY method = ?, place"  # noqa: S608 - ours
        with self._errors_of_index(), closing(self._places.connect()) as reading:
            for key, *values in reading.execute(sql, (PACKED,)):
                with _errors():
                    piece = self._piece(Spot(*values))
                yield key, piece

    def stored_bytes(self) -> int:
        """Return the bytes that all contents take in the archive."""
        return int(self._query("SELECT coalesce(sum(length), 0) FROM object", ())[0][0])

    def _piece(self, place: Spot) -> Piece:
        return place.piece(self._file.path, self._entry.folder / PACK)

    def sizes(self, keys: Collection[str]) -> dict[str, int]:
        """Return the length in bytes of each key that is present."""
        return self._column("size", keys)

    def checksums(self, keys: Collection[str]) -> dict[str, int]:
        """Return the CRC-32 of each key that is present, as the directory of the archive has it."""
        return self._column("crc", keys)

    def _column(self, name: str, keys: Collection[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for some in batches(keys):
            marks = ",".join("?" * len(some))
            sql = f"SELECT key, {name} FROM object WHERE key IN ({marks})"  # noqa: S608 - marks
            found |= dict(self._query(sql, some))
        return found

    def totals(self) -> Totals | None:
        """Return the number of objects and their bytes."""
        return Totals(*self._query("SELECT count(*), coalesce(sum(size), 0) FROM object", ())[0])

    def confirm(self) -> None:
        """Raise `StoreUnreachable` if somebody writes into the archive; see `ObjectStore`."""
        if self._file.has_changed():
            raise StoreUnreachable(
                "The archive was changed while it was read.", hint="Try again later."
            )

    def close(self) -> None:
        """Close the index, and let the cache evict the extracted database."""
        self._index.close()
        self._entry.close()

    def _query(self, sql: str, values: tuple[str, ...]) -> list[Any]:
        with self._errors_of_index():
            return self._index.rows(sql, values)

    @contextmanager
    def _errors_of_index(self) -> Iterator[None]:
        """Turn errors of the index in the block into those of the store."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            self._entry.drop()  # the index is ours: the archive is not to blame
            LOGGER.warning("the index %s is made anew: %s", self._entry.folder, error)
            raise StoreUnreachable(
                "The index of the archive cannot be read.", hint="Try again.", reason=str(error)
            ) from error
        except OSError as error:
            raise unreadable("The index of the archive", error) from error


@contextmanager
def _errors() -> Iterator[None]:
    """Turn errors of a member in the block into those of the store."""
    try:
        yield
    except UnreadableMemberError as error:
        raise CorruptObject(f"The content of the file cannot be read: it {error}.") from error
    except NotAZipError as error:
        raise damaged("is not at the place that the archive names", str(error)) from error
    except OSError as error:
        raise StoreUnreachable(
            "The archive cannot be read.", hint="Try again later.", reason=str(error)
        ) from error


@dataclass(frozen=True, slots=True)
class FolderObjects:
    """The objects of an unpacked archive: one file for each key, in its folder `repo`.

    No file there may be a link: the archive may come from anybody.
    """

    folder: Path

    def open(self, key: str) -> ObjectStream:
        """Return a stream over the content of a key; see `ObjectStore.open`."""
        if not KEY.fullmatch(key):
            raise missing(key, "archive")
        path = self.folder / REPOSITORY / key
        size = size_of(path)
        try:
            return Piece(path, 0, size or 0, size or 0, below=self.folder).open()
        except NotRegularError as error:
            raise damaged("is a link or no file at all", str(error)) from error
        except OSError as error:
            raise missing(key, "archive") from error

    def pieces(self) -> Iterator[tuple[str, Piece]]:
        """Yield key and place of every content; see `ObjectSource`."""
        folder = self.folder / REPOSITORY
        if not folder.is_dir() or folder.is_symlink():
            return
        with _errors(), os.scandir(folder) as found:
            for name in (entry.name for entry in found if KEY.fullmatch(entry.name)):
                size = size_of(folder / name)
                if size is None:
                    raise damaged("is a link or no file at all", str(folder / name))
                yield name, Piece(folder / name, 0, size, size, below=self.folder)

    def stored_bytes(self) -> int:
        """Return the bytes that all contents take in the archive."""
        return sum(piece.length for _, piece in self.pieces())

    def sizes(self, keys: Collection[str]) -> dict[str, int]:
        """Return the length in bytes of each key that is present."""
        folder = self.folder / REPOSITORY
        if folder.is_symlink():
            return {}
        sizes = {key: size_of(folder / key) for key in keys if KEY.fullmatch(key)}
        return {key: size for key, size in sizes.items() if size is not None}

    def checksums(self, keys: Collection[str]) -> dict[str, int]:
        """Return nothing: an unpacked archive keeps no CRC-32."""
        del keys
        return {}

    def totals(self) -> Totals | None:
        """Return None: all files would have to be visited."""
        return None

    def confirm(self) -> None:
        """Do nothing: each file is a file of its own."""

    def close(self) -> None:
        """Do nothing: no file stays open between two calls."""
