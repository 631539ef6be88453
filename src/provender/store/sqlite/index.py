"""Asking the SQLite index of a repository again and again. Floor: store.

Opening it takes fifty times as long as asking, so connections are cached: only those that hold no
lock, and each only while the file is what it was. Its writers never wait for us.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from typing import Any

from provender.errors import StoreError, StoreMisconfigured, StoreUnreachable, UnsupportedStore
from provender.store.sqlite.files import ReadOnlyConnection, SqliteFile, Stamp

# Number of cached connections; each may hold 2 MB of a large index.
MOST_KEPT = 2
# What SQLite says of a file that it may be able to read later.
PASSING = ("locked", "unable to open", "disk I/O")


def unreadable(what: str, error: OSError | sqlite3.Error) -> StoreError:
    """Return the error of an index that cannot be asked; `what` begins its sentence."""
    message, reason = f"{what} cannot be read.", str(error)
    if isinstance(error, PermissionError):
        return StoreMisconfigured(message, reason=reason)
    if isinstance(error, OSError) or any(words in reason for words in PASSING):
        return StoreUnreachable(message, hint="Try again later.", reason=reason)
    return UnsupportedStore(f"{what} is damaged.", reason=reason)


class Lookup:
    """An index that is only read; every thread may ask it."""

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
        stamp = self._file.stamp()  # what changes after this shows at the next question
        connection = self._take(stamp)
        try:
            found = connection.execute(sql, values).fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        self._give_back(stamp, connection)
        return found

    def close(self) -> None:
        """Close the cached connections; later questions cache none."""
        self._is_closed = True
        while self._kept:
            self._kept.pop()[1].close()

    def _take(self, stamp: Stamp) -> ReadOnlyConnection:
        """Return a connection that sees the file as it is; nobody else has it."""
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
