"""Opening SQLite files without writing anything next to them. Floor: store.

A file in rollback mode is opened with `mode=ro`. A file in WAL mode (AiiDA's pack index) would
get `-wal` and `-shm` files from that, so at rest it is opened `immutable`, while its writer is
at work with `mode=ro` (the writer's own files are there), and otherwise as a copy.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from provender.store.sqlite import functions, jsonfunctions

HEADER = 20
# Size and offset of the counter of changes and the size in pages, in the file header.
CHANGE_COUNTER = (8, 24)
# Bytes of the first copy of the header of the `-shm` file (SQLite's WAL-index format).
WAL_INDEX_HEADER = 48
# Byte 18 of the file header in WAL mode (SQLite file format, section 1.3).
WAL_VERSION = 2
# Virtual machine steps between two looks at the clock: below 1 ms, and too few to measure.
STEPS_BETWEEN_CHECKS = 20_000
MEGABYTE = 1 << 20

Stamp = tuple[int, ...]


# Reads a number that changes with every commit that an open connection can see.
Marker = Callable[[], bytes]


class ReadOnlyConnection(sqlite3.Connection):
    """A connection that interrupts itself when its `deadline` (monotonic seconds) has passed.

    It also does when another thread sets `is_stopped`.
    `marker` is None if changes of the data cannot be noticed. An `is_immutable` file has no lock,
    and sees no change either.
    """

    deadline: float = float("inf")
    is_stopped: bool = False
    copy: tempfile.TemporaryDirectory[str] | None = None
    marker: Marker | None = None
    is_immutable: bool = False

    def is_overdue(self) -> bool:
        """Return whether SQLite's progress handler must stop the statement."""
        return self.is_stopped or time.monotonic() > self.deadline

    def close(self) -> None:
        """Close the connection and remove the copy that it may have been opened on."""
        super().close()
        if self.copy is not None:
            self.copy.cleanup()


@dataclass(frozen=True, slots=True)
class SqliteFile:
    """A SQLite file that is only read.

    `at_rest` says that the file is never written, `is_store` that queries use our functions.
    A reader waits `lock_seconds` for a writer that commits.
    """

    path: Path
    at_rest: bool = False
    is_store: bool = True
    lock_seconds: float = 5.0

    def connect(self) -> ReadOnlyConnection:
        """Return a new read-only connection.

        Raises:
            sqlite3.Error: not a database, damaged or locked.
            OSError: no such file, or no permission.
        """
        connection = self._connect()
        if self.is_store:
            functions.register(connection)
            jsonfunctions.register(connection)
        return connection

    def _connect(self) -> ReadOnlyConnection:
        stamp = repr(self.stamp()).encode()
        header = b"" if self.at_rest else peek(self.path, HEADER)
        if self.at_rest or (_is_wal(header) and not self._wal_size()):
            connection = self._open(self.path, "mode=ro&immutable=1", lambda: stamp)
            connection.is_immutable = True
            return connection
        if not _is_wal(header):
            return self._open(self.path, "mode=ro", partial(peek, self.path, *CHANGE_COUNTER))
        shared = _beside(self.path, "-shm")
        if shared.exists():
            try:
                return self._open(self.path, "mode=ro", partial(peek, shared, WAL_INDEX_HEADER))
            except sqlite3.OperationalError:  # the folder is not writable
                pass
        return self._connect_copy()

    def _open(self, path: Path, options: str, marker: Marker | None = None) -> ReadOnlyConnection:
        return _connect(f"file:{quote(str(path.absolute()))}?{options}", self.lock_seconds, marker)

    def stamp(self) -> Stamp:
        """Return a value that changes when an open connection no longer sees the files on disk.

        In rollback mode that is the file's identity only. In WAL mode every change counts,
        since connections may have been opened `immutable`.
        """
        status = self.path.stat()
        if self.at_rest or not _is_wal(peek(self.path, HEADER)):
            return (status.st_dev, status.st_ino)
        return (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size, self._wal_size())

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
            connection = self._open(copy, "mode=ro")
        except BaseException:
            folder.cleanup()
            raise
        connection.copy = folder
        return connection


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _is_wal(header: bytes) -> bool:
    return len(header) > 18 and header[18] == WAL_VERSION  # noqa: PLR2004 - offset in the format


def peek(path: Path, size: int, offset: int = 0) -> bytes:
    """Return bytes of a file without ever closing it.

    Closing any descriptor of a file drops all locks that SQLite holds on it in this process.
    """
    status = path.stat()
    key = (status.st_dev, status.st_ino)
    with _DESCRIPTORS_LOCK:
        if key not in _DESCRIPTORS:
            _DESCRIPTORS[key] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return os.pread(_DESCRIPTORS[key], size, offset)


_DESCRIPTORS: dict[tuple[int, int], int] = {}
_DESCRIPTORS_LOCK = threading.Lock()
os.register_at_fork(  # a child must not inherit it held by a thread that it does not have
    before=_DESCRIPTORS_LOCK.acquire,
    after_in_parent=_DESCRIPTORS_LOCK.release,
    after_in_child=_DESCRIPTORS_LOCK.release,
)


def _connect(uri: str, lock_seconds: float, marker: Marker | None) -> ReadOnlyConnection:
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=lock_seconds,
        isolation_level=None,
        check_same_thread=False,
        factory=ReadOnlyConnection,
    )
    connection.marker = marker
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("PRAGMA case_sensitive_like = ON")
        connection.execute("PRAGMA schema_version")
        connection.set_progress_handler(connection.is_overdue, STEPS_BETWEEN_CHECKS)
    except BaseException:
        connection.close()
        raise
    return connection
