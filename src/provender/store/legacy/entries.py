"""The entry of an older archive in the cache: what it has beside its database. Floor: store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provender.store.cacheentry import (
    PRIVATE_FILE,
    CacheEntry,
    CacheError,
    blamed,
    blamed_for_sqlite,
)
from provender.store.files.archived import INDEX
from provender.store.files.extraction import checksum_of
from provender.store.layout import ARCHIVE_DATABASE, METADATA
from provender.store.legacy.origin import Origin
from provender.store.regular import read_whole
from provender.store.sqlite import archivetables

ORIGIN, CHECKSUM = "origin.json", "database.crc32"
NAMES = (ARCHIVE_DATABASE, INDEX, METADATA, ORIGIN, CHECKSUM)
# Part of the key of each entry: what is read otherwise is read anew.
READER = 1
LARGEST_METADATA = 64 << 20
LARGEST_CHECKSUM = 100
# Kibibytes of pages that SQLite keeps in memory for each file.
CACHE_KIB = 16_000


@dataclass(frozen=True, slots=True)
class Kept:
    """What an entry tells: the metadata as written, the origin, the CRC-32 of its database."""

    metadata: dict[str, Any]
    origin: Origin
    checksum: int


@contextmanager
def database(folder: Path, *beside: str) -> Iterator[sqlite3.Connection]:
    """Return the database of an entry to be, whose tables are there.

    `beside` are other databases in the same folder, attached by their names without an ending.

    Raises:
        CacheError: it cannot be written.
    """
    place = folder / ARCHIVE_DATABASE
    with (
        blamed_for_sqlite(folder),
        closing(sqlite3.connect(place, isolation_level=None)) as made,
    ):
        for name in beside:
            made.execute(f"ATTACH ? AS {Path(name).stem}", (str(folder / name),))
        for part in ("main", *(Path(name).stem for name in beside)):
            # the entry is used when it is whole: what a crash leaves is removed
            made.execute(f"PRAGMA {part}.journal_mode = OFF")
            made.execute(f"PRAGMA {part}.synchronous = OFF")
            made.execute(f"PRAGMA {part}.cache_size = -{CACHE_KIB}")
        made.execute("BEGIN")
        archivetables.create(made)
        yield made
        made.execute("COMMIT")


def complete(folder: Path, metadata: dict[str, Any], origin: Origin) -> None:
    """Write what an entry has beside its database; raises `CacheError`."""
    with blamed(folder.parent):
        (folder / METADATA).write_text(json.dumps(metadata))
        (folder / CHECKSUM).write_text(str(checksum_of(folder / ARCHIVE_DATABASE)))
        origin.write(folder / ORIGIN)
        for path in folder.iterdir():
            path.chmod(PRIVATE_FILE)


def kept(entry: CacheEntry) -> Kept:
    """Return what an entry tells; raises `CacheError` if it is damaged."""
    try:
        return Kept(
            json.loads(read_whole(entry.folder / METADATA, LARGEST_METADATA)),
            Origin.read(entry.folder / ORIGIN),
            int(read_whole(entry.folder / CHECKSUM, LARGEST_CHECKSUM)),
        )
    except (OSError, ValueError) as error:
        entry.drop()
        raise CacheError(f"{entry.folder}: {error}") from error
