"""The archive that is loaded: its database as rows, its files as pieces. Floor: loading."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from provender.errors import ConfigurationError, StoreUnreachable, UnsupportedStore
from provender.loading.ddl import OLDER_REVISION, REVISION
from provender.schema.tables import REQUIRED
from provender.settings import Settings
from provender.store.archive import Archive, open_archive
from provender.store.cache import CacheFolder
from provender.store.database import engines
from provender.store.database.reader import Reader
from provender.store.files import zipindex
from provender.store.files.archived import OBJECT
from provender.store.files.streams import KEY, Piece
from provender.store.files.zipindex import Member, NotAZipError, UnreadableMemberError
from provender.store.inspection import check_tables, inspect
from provender.store.profiles import ProfileKind, from_store
from provender.store.progress import Progress
from provender.store.sqlite.files import SqliteFile

# The AiiDA that came with `main_0002`, whose hashes of calculation jobs need no repair.
FIRST_WITH_REVISION = (2, 4)
RELEASE = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Source:
    """An opened archive.

    `revision` is the schema revision of its rows in a database, `counts` the number of rows of
    each table, `file_bytes` the size of the files in the archive.
    """

    path: Path
    database: SqliteFile
    revision: str
    counts: dict[str, int]
    file_bytes: int

    def connect(self) -> sqlite3.Connection:
        """Return a new connection that returns strings as bytes."""
        made = self.database.connect()
        made.text_factory = bytes
        return made

    def pieces(self) -> Iterator[tuple[str, Piece]]:
        """Yield key and place of every file, in the order of the archive.

        Raises:
            UnsupportedStore: the archive is damaged.
        """
        try:
            yield from _in_folder(self.path) if self.path.is_dir() else _in_zip(self.path)
        except UnreadableMemberError as error:
            raise UnsupportedStore(f"The archive cannot be read: a file {error}.") from error
        except NotAZipError as error:
            raise UnsupportedStore(
                "The archive is damaged: a file is not where its directory says.",
                reason=f"{self.path}: {error}",
            ) from error


@contextmanager
def opened(archive: str, settings: Settings, progress: Progress) -> Iterator[Source]:
    """Give an opened archive, checked that Provender can read it.

    Raises:
        ConfigurationError: not the name of an archive.
        StoreUnreachable, UnsupportedStore: as `open_archive`.
    """
    profile = from_store(archive)
    if profile.kind is not ProfileKind.ARCHIVE or profile.path is None or not profile.path.exists():
        raise ConfigurationError(
            f"{archive} is not an archive.", hint="Name an .aiida file that exists."
        )
    name = f"The archive `{profile.name}`"
    found = open_archive(profile.path, name, CacheFolder(settings.cache), progress)
    try:
        _check_version(found, name)
        _check(found, name, settings)
        yield Source(
            profile.path,
            found.database,
            revision_of(found.metadata),
            _counts(found),
            _file_bytes(profile.path),
        )
    except sqlite3.Error as error:
        raise UnsupportedStore(f"The database of {name} is damaged.", reason=str(error)) from error
    except OSError as error:
        raise StoreUnreachable(f"{name} cannot be read.", reason=str(error)) from error
    finally:
        found.objects.close()


def _check(found: Archive, name: str, settings: Settings) -> None:
    """Raise `UnsupportedStore` if a table or column is missing."""
    engine = engines.sqlite(found.database, settings.pool, settings.limits)
    reader = Reader(engine, name)
    try:
        check_tables(reader.within(lambda snapshot: inspect(snapshot, engine.backend)), name)
    finally:
        reader.close()


def _check_version(found: Archive, name: str) -> None:
    if found.origin.is_legacy:
        raise UnsupportedStore(
            f"{name} is of version {found.origin.version}: only archives of today are loaded.",
            hint="Write one of it first: provender archive upgrade OLD NEW",
        )


def _counts(found: Archive) -> dict[str, int]:
    with closing(found.database.connect()) as reading:
        return {
            table.name: reading.execute(f"SELECT count(*) FROM {table.name}").fetchone()[0]  # noqa: S608 - our names
            for table in REQUIRED
        }


def revision_of(metadata: dict[str, Any]) -> str:
    """Return the revision of the rows of an archive.

    The revision is `main_0002` for archives of an AiiDA later than 2.3 that were never migrated,
    and `main_0001` for all others: `verdi storage migrate` then removes wrong hashes.
    """
    release = RELEASE.match(str(metadata.get("aiida_version", "")))
    is_recent = release and (int(release[1]), int(release[2])) >= FIRST_WITH_REVISION
    return REVISION if is_recent and not metadata.get("conversion_info") else OLDER_REVISION


def _file_bytes(path: Path) -> int:
    if path.is_dir():
        return sum(piece.length for _, piece in _in_folder(path))
    with path.open("rb") as file:
        return sum(member.length for _, member in _objects(file))


def _in_zip(path: Path) -> Iterator[tuple[str, Piece]]:
    with path.open("rb") as file:
        for key, member in _objects(file):
            yield key, zipindex.piece(path, member)


def _objects(file: BinaryIO) -> Iterator[tuple[str, Member]]:
    """Yield key and directory entry of every file."""
    for member in zipindex.members(file):
        name = OBJECT.fullmatch(member.name)
        if name:
            yield name[1], member


def _in_folder(path: Path) -> Iterator[tuple[str, Piece]]:
    folder = path / "repo"
    if not folder.is_dir():
        return
    with os.scandir(folder) as entries:
        for entry in entries:
            if KEY.fullmatch(entry.name):
                size = entry.stat().st_size
                yield entry.name, Piece(Path(entry.path), 0, size, size)
