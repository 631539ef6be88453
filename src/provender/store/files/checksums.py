"""The CRC-32 of contents, kept in the cache folder by their SHA-256. Floor: store.

A zip file needs the CRC-32 of each of its members, and containers keep none. A content never
changes, so what was computed once is true for every store. Losing it costs time only: whatever is
wrong with the file, nothing is known, and it is made anew.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

from provender.errors import ConfigurationError
from provender.store.cache import CacheFolder
from provender.store.cacheentry import PRIVATE_FILE
from provender.store.files.streams import KEY, batches

LOGGER = logging.getLogger(__name__)
_Result = TypeVar("_Result")

FILE = "checksums.sqlite"
# Bytes at which the file is begun anew: a million and a half of contents.
MOST_BYTES = 64 << 20
LARGEST = 0xFFFFFFFF
# Seconds that one process waits for another to write.
SECONDS = 1.0
TABLE = "CREATE TABLE IF NOT EXISTS checksum (key BLOB PRIMARY KEY, crc INTEGER) WITHOUT ROWID"


class CachedChecksums:
    """The checksums of the processes that share a cache folder; all threads may use it."""

    def __init__(self, cache: CacheFolder, most_bytes: int = MOST_BYTES) -> None:
        self._cache = cache
        self._most_bytes = most_bytes

    def find(self, keys: Collection[str]) -> dict[str, int]:
        """Return the checksums that are known, by the keys of the contents."""
        wanted = [key for key in keys if KEY.fullmatch(key)]
        return self._within("ro", partial(_found, wanted)) or {}

    def keep(self, found: Mapping[str, int]) -> None:
        """Keep checksums of contents that were compared with their SHA-256."""
        rows = [(bytes.fromhex(key), crc) for key, crc in found.items() if KEY.fullmatch(key)]
        if rows:
            self._within("rw", partial(_keep, rows))

    def _within(self, mode: str, work: Callable[[sqlite3.Connection], _Result]) -> _Result | None:
        """Return the result of `work`, or None; a file that is damaged is removed."""
        try:
            path = self._ready(mode)
        except (OSError, ConfigurationError) as error:
            LOGGER.debug("no checksums are kept: %s", error)
            return None
        if path is None:
            return None
        try:
            uri = f"{path.absolute().as_uri()}?mode={mode}"
            with closing(sqlite3.connect(uri, timeout=SECONDS, uri=True)) as connection:
                return work(connection)
        except sqlite3.OperationalError as error:  # locked, full, or without the table
            LOGGER.debug("%s: %s", path, error)
        except (sqlite3.DatabaseError, TypeError, AttributeError) as error:
            LOGGER.warning("%s is damaged, and made anew: %s", path, error)
            _remove(path)
        return None

    def _ready(self, mode: str) -> Path | None:
        """Return the path of the file; None where there is nothing to read."""
        path = self._cache.folder / FILE
        if mode == "ro":
            return path if path.is_file() else None
        if path.is_file() and path.stat().st_size > self._most_bytes:
            _remove(path)
        path.touch(PRIVATE_FILE)
        return path


def _found(keys: Collection[str], connection: sqlite3.Connection) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in batches(keys):
        marks = ",".join("?" * len(some))
        sql = f"SELECT key, crc FROM checksum WHERE key IN ({marks})"  # noqa: S608 - marks
        rows = connection.execute(sql, [bytes.fromhex(key) for key in some])
        found |= {key.hex(): crc for key, crc in rows if 0 <= crc <= LARGEST}
    return found


def _keep(rows: Sequence[tuple[bytes, int]], connection: sqlite3.Connection) -> None:
    connection.execute(TABLE)
    connection.executemany("INSERT OR REPLACE INTO checksum VALUES (?, ?)", rows)
    connection.commit()


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        LOGGER.debug("%s: %s", path, error)
