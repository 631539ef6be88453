"""Queries of the SQLite index of a repository. Floor: store.

Opening the index takes fifty times as long as a query, so connections are cached. Only connections
without a lock are cached, and only while the file is unchanged, so that writers never wait.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from typing import Any

from provender.errors import StoreError, StoreMisconfigured, StoreUnreachable, UnsupportedStore
from provender.store.sqlite.connection import ChangedError, ReadOnlyConnection, Stamp
from provender.store.sqlite.files import SqliteFile

# Number of cached connections; each may hold 2 MB of a large index.
MOST_KEPT = 2
# Seconds that a question may take; each looks up one key, or some hundreds.
SECONDS = 10.0
# A question whose file was changed meanwhile is asked again.
TRIES = 3
# Error codes of SQLite for a file that it may be able to read later.
PASSING = ("locked", "unable to open", "disk I/O", "was changed")


def unreadable(what: str, error: OSError | sqlite3.Error) -> StoreError:
    """Return the error of an index that cannot be read; `what` begins its sentence."""
    message, reason = f"{what} cannot be read.", str(error)
    if isinstance(error, PermissionError):
        return StoreMisconfigured(message, reason=reason)
    if isinstance(error, OSError) or any(words in reason for words in PASSING):
        return StoreUnreachable(message, hint="Try again later.", reason=reason)
    return UnsupportedStore(f"{what} is damaged.", reason=reason)


class Lookup:
    """An index that is only read; all threads may use it."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._kept: deque[tuple[Stamp, ReadOnlyConnection]] = deque()
        self._is_closed = False

    @property
    def kept(self) -> tuple[ReadOnlyConnection, ...]:
        """The connections that stay open, for questions to come."""
        return tuple(connection for _, connection in tuple(self._kept))

    def rows(self, sql: str, values: tuple[str, ...]) -> list[Any]:
        """Return all rows of a statement.

        Raises:
            sqlite3.Error: not a database, damaged or locked.
            OSError: no such file, or no permission.
        """
        for left in reversed(range(TRIES)):
            stamp = self._file.stamp()  # what changes after this shows at the next question
            connection = self._take(stamp)
            connection.deadline = time.monotonic() + SECONDS
            try:
                found = connection.execute(sql, values).fetchall()
                connection.confirm()
            except sqlite3.Error as error:
                is_changed = connection.excuse(error) is not None
                connection.close()
                if not is_changed or not left:
                    raise
                continue
            self._give_back(stamp, connection)
            return found
        raise ChangedError

    def close(self) -> None:
        """Close the cached connections; later questions cache none."""
        self._is_closed = True
        while self._kept:
            self._kept.pop()[1].close()

    def _take(self, stamp: Stamp) -> ReadOnlyConnection:
        """Return a connection to the present file, which no other thread uses."""
        while self._kept:
            try:
                known, connection = self._kept.pop()
            except IndexError:  # another thread took it
                break
            if known == stamp:
                return connection
            connection.close()
        return self._file.connect()

    def _give_back(self, stamp: Stamp, connection: ReadOnlyConnection) -> None:
        is_kept = connection.is_immutable and len(self._kept) < MOST_KEPT and not self._is_closed
        if is_kept:
            self._kept.append((stamp, connection))
        else:
            connection.close()
