"""Opening SQLite files without writing anything next to them. Floor: store.

A file in rollback mode is opened with `mode=ro`. A file in WAL mode (AiiDA's pack index) would
get `-wal` and `-shm` files from that, so at rest it is opened `immutable`, while its writer is
at work with `mode=ro` (the writer's own files are there), and otherwise as a copy.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from provender.store.regular import NotRegularError, fingerprint
from provender.store.sqlite import functions, jsonfunctions, patterns
from provender.store.sqlite.connection import (
    ChangedError,
    Observer,
    ReadOnlyConnection,
    Stamp,
    State,
    connected,
)
from provender.store.sqlite.descriptors import Key, descriptor, hold, peek, release
from provender.store.sqlite.pipes import not_waiting_for_pipes

# Bytes of the file header that are used.
HEADER = 44
# Size and offset of the counter of changes and the size in pages, in the file header.
CHANGE_COUNTER = (8, 24)
# Offset and size of the number that changes with the tables.
SCHEMA_COOKIE = slice(40, 44)
# Bytes of the first copy of the header of the `-shm` file (SQLite's WAL-index format).
WAL_INDEX_HEADER = 48
# Byte 18 of the file header in WAL mode (SQLite file format, section 1.3).
WAL_VERSION = 2
MEGABYTE = 1 << 20
# Files that SQLite opens beside a database.
BESIDE = ("-journal", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A SQLite file that is only read.

    `at_rest` says that the file is never written, `is_store` that queries use our functions.
    A reader waits `lock_seconds` for a writer that commits. `expected` is the fingerprint that a
    file at rest must have, `content` names its content, and `is_broken` finds out whether its
    content is another one.
    """

    path: Path
    at_rest: bool = False
    is_store: bool = True
    lock_seconds: float = 5.0
    expected: Stamp | None = None
    content: str | None = None
    is_broken: Callable[[], bool] | None = None

    def connect(self) -> ReadOnlyConnection:
        """Return a new read-only connection.

        Raises:
            sqlite3.Error: not a database, damaged or locked.
            ChangedError: a file at rest is not the expected one.
            OSError: no such file, or no permission.
        """
        connection = self._connect()
        connection.is_broken = self.is_broken
        if self.is_store:
            functions.register(connection)
            jsonfunctions.register(connection)
            patterns.register(connection, connection.is_overdue)
        return connection

    def _connect(self) -> ReadOnlyConnection:
        if not self.at_rest:
            self._check_places()
        key = hold(self.path)
        try:
            connection = self._connect_held(key)
        except BaseException:
            release(key)
            raise
        connection.held.append(key)
        return connection

    def _connect_held(self, key: Key) -> ReadOnlyConnection:
        """Return a connection to a file that is held."""
        file = descriptor(key)
        if self.expected is not None and fingerprint(file) != self.expected:
            raise ChangedError
        if self.at_rest:
            return self._connect_immutable(self._observer_at_rest(file))
        if not _is_wal(os.pread(file, HEADER, 0)):
            return self._open(self.path, "mode=ro", lambda: _observe(file))
        if not self._wal_size():
            return self._connect_immutable(lambda: self._observe_wal_at_rest(file))
        shared = _beside(self.path, "-shm")
        if shared.exists():
            connection = self._connect_to_writer(shared)
            if connection is not None:
                return connection
        return self._connect_copy()

    def _connect_immutable(self, observe: Observer) -> ReadOnlyConnection:
        state = observe()
        try:
            connection = self._open(self.path, "mode=ro&immutable=1", observe)
        except sqlite3.OperationalError as error:
            if self.path.exists():
                raise
            raise ChangedError from error  # somebody removed it just now
        connection.state, connection.is_immutable = state, True
        return connection

    def _connect_to_writer(self, shared: Path) -> ReadOnlyConnection | None:
        """Return a connection beside the writer of a WAL, or None if the folder forbids it."""
        key = hold(shared)
        try:
            connection = self._open(
                self.path, "mode=ro", lambda: State(counter=peek(shared, WAL_INDEX_HEADER))
            )
        except sqlite3.OperationalError:  # the folder is not writable
            release(key)
            return None
        except BaseException:
            release(key)
            raise
        connection.held.append(key)
        return connection

    def _open(self, path: Path, options: str, observe: Observer | None) -> ReadOnlyConnection:
        uri = f"file:{quote(str(path.absolute()))}?{options}"
        with not_waiting_for_pipes(path):
            return connected(uri, self.lock_seconds, observe)

    def _observer_at_rest(self, file: int) -> Observer:
        """Return an observer of a file that nobody writes, but that may be removed."""
        status = os.fstat(file)
        size, changed = status.st_size, status.st_mtime_ns
        known = State((size, changed), content=self.content)

        def observe() -> State:
            now = os.fstat(file)
            if now.st_mtime_ns == changed and now.st_size == size:
                return known
            return State((now.st_size, now.st_mtime_ns))

        return observe

    def _observe_wal_at_rest(self, file: int) -> State:
        status = os.fstat(file)
        touched = (status.st_ctime_ns, self._wal_size())
        return State((status.st_size, status.st_mtime_ns), touched)

    def _check_places(self) -> None:
        """Raise `NotRegularError` where SQLite would wait for ever, or read another file."""
        if not stat.S_ISREG(self.path.stat().st_mode):
            raise NotRegularError(self.path)
        for suffix in BESIDE:
            place = _beside(self.path, suffix)
            try:
                status = place.lstat()
            except FileNotFoundError:
                continue
            if not stat.S_ISREG(status.st_mode):
                raise NotRegularError(place)

    def stamp(self) -> Stamp:
        """Return a value that changes when an open connection no longer sees the files on disk.

        In rollback mode that is the identity of the file and of its tables. In WAL mode every
        change counts, since connections may have been opened `immutable`.
        """
        if self.at_rest:
            return fingerprint(self.path)
        key = hold(self.path)
        try:
            header = os.pread(descriptor(key), HEADER, 0)
            if not _is_wal(header):
                return (*key, int.from_bytes(header[SCHEMA_COOKIE], "big"))
            return (*fingerprint(descriptor(key)), self._wal_size())
        finally:
            release(key)

    def _wal_size(self) -> int:
        try:
            return _beside(self.path, "-wal").stat().st_size
        except FileNotFoundError:
            return 0

    def _connect_copy(self) -> ReadOnlyConnection:
        folder = tempfile.TemporaryDirectory(prefix="provender-")
        try:
            copy = Path(folder.name) / "copy.sqlite"
            shutil.copyfile(_beside(self.path, "-wal"), _beside(copy, "-wal"))
            shutil.copyfile(self.path, copy)
            connection = self._open(copy, "mode=ro", None)
        except BaseException:
            folder.cleanup()
            raise
        connection.copy = folder
        return connection


def _observe(file: int) -> State:
    status = os.fstat(file)
    written = (status.st_size, status.st_mtime_ns)
    return State(written, (status.st_ctime_ns,), os.pread(file, *CHANGE_COUNTER))


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _is_wal(header: bytes) -> bool:
    return len(header) > 18 and header[18] == WAL_VERSION  # noqa: PLR2004 - offset in the format
