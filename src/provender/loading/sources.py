"""The archive that is loaded: its database as rows, its files as pieces. Floor: loading."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from provender.errors import (
    ConfigurationError,
    CorruptObject,
    StoreUnreachable,
    UnsupportedStore,
)
from provender.loading.ddl import OLDER_REVISION, REVISION
from provender.loading.pieces import damaged
from provender.schema.tables import REQUIRED
from provender.settings import Settings
from provender.store.archive import Archive, open_archive
from provender.store.cache import CacheFolder
from provender.store.database import engines
from provender.store.database.reader import Reader
from provender.store.files.streams import Piece
from provender.store.inspection import check_tables, inspect
from provender.store.profiles import ProfileKind, from_store
from provender.store.progress import Progress

# The AiiDA that came with `main_0002`, whose hashes of calculation jobs need no repair.
FIRST_WITH_REVISION = (2, 4)
RELEASE = re.compile(r"(\d+)\.(\d+)")


@dataclass(frozen=True, slots=True)
class Source:
    """An opened archive.

    `name` begins sentences about it. `revision` is the schema revision of its rows in a database,
    `counts` the number of rows of each table, `file_bytes` the size of the files in the archive.
    """

    name: str
    archive: Archive
    revision: str
    counts: dict[str, int]
    file_bytes: int

    def connect(self) -> sqlite3.Connection:
        """Return a new connection that returns strings as bytes."""
        made = self.archive.database.connect()
        made.text_factory = bytes
        return made

    def pieces(self) -> Iterator[tuple[str, Piece]]:
        """Yield key and place of every file, in the order of the archive.

        Raises:
            CorruptObject: the archive is damaged.
        """
        try:
            yield from self.archive.objects.pieces()
        except CorruptObject as error:
            raise damaged(" ".join(filter(None, (error.message, error.reason)))) from error

    def check_version(self) -> None:
        """Raise `UnsupportedStore` unless the archive is one of today, which can be loaded."""
        if self.archive.origin.is_legacy:
            raise UnsupportedStore(
                f"{self.name} is of version {self.archive.origin.version}: only archives of today "
                "are loaded.",
                hint="Write one of it first: provender archive upgrade OLD NEW",
            )

    def confirm(self) -> None:
        """Raise `StoreUnreachable` if what was read may not be what the archive holds."""
        self.archive.objects.confirm()
        entry = self.archive.entry
        if entry is not None and not entry.is_intact():
            raise StoreUnreachable(
                "The archive could not be read to its end: its part of the cache was changed.",
                hint="Try again.",
            )


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
        _check(found, name, settings)
        size = found.objects.stored_bytes()
        yield Source(name, found, revision_of(found.metadata), _counts(found), size)
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
