"""The entries of the cache: folders that list their files, so that damage is noticed. Floor: store.

Files in a cache may be removed or changed at any time. An entry lists the size and the
time of change of each file; one that differs from its list is made anew.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from provender.store.regular import Identity, fingerprint, read_whole

PRIVATE_FILE = 0o600
# The list of the files of an entry.
LIST = "files.json"
LARGEST_LIST = 1 << 16
# Seconds for which a look at the files counts: a look takes 4 µs. What changes inside an open file
# shows in its snapshots at once.
LOOK_SECONDS = 0.05
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class CacheError(Exception):
    """The cache is at fault, not the archive; the text is for the log.

    `is_full` says that there is no room, `is_lasting` that only a person can help.
    """

    def __init__(self, text: str, *, is_full: bool = False, is_lasting: bool = False) -> None:
        super().__init__(text)
        self.is_full = is_full
        self.is_lasting = is_lasting

    @property
    def is_passing(self) -> bool:
        """Whether a part of the cache was removed meanwhile: then it may be tried again at once."""
        return isinstance(self.__cause__, FileNotFoundError)


@contextmanager
def blamed(folder: Path) -> Iterator[None]:
    """Turn errors of the system in the block into those of the cache in a folder."""
    try:
        yield
    except OSError as error:
        raise CacheError(
            f"the cache folder {folder}: {error.strerror or error}",
            is_full=error.errno in FULL,
            is_lasting=error.errno in (errno.EACCES, errno.EPERM, errno.EROFS),
        ) from error


@contextmanager
def blamed_for_sqlite(place: Path) -> Iterator[None]:
    """Turn errors of SQLite in the block, which writes there, into those of the cache."""
    try:
        yield
    except sqlite3.Error as error:
        is_full = any(words in str(error) for words in ("full", "disk I/O"))
        raise CacheError(f"{place}: {error}", is_full=is_full) from error


@dataclass(slots=True)
class CacheEntry:
    """A folder of the cache in use; `close` lets it be evicted.

    `files` are the fingerprints of its files, by their names.
    """

    folder: Path
    lock: int | None
    files: dict[str, Identity]
    _places: tuple[tuple[str, Identity], ...] = ()
    _looked: float = 0.0

    def __post_init__(self) -> None:
        self._places = tuple((str(self.folder / name), known) for name, known in self.files.items())

    def was_intact(self) -> bool:
        """Return whether the files were those that were there at first, a moment ago."""
        now = time.monotonic()
        if now < self._looked:
            return True
        self._looked = now + LOOK_SECONDS
        return self.is_intact()

    def is_intact(self) -> bool:
        """Return whether the files are still those that were there at first."""
        try:
            for place, known in self._places:
                if fingerprint(place) != known:
                    return False
        except OSError:
            return False
        return True

    def drop(self) -> None:
        """Remove the entry, since its content is damaged: whoever needs it makes it anew."""
        if self.is_intact():
            remove(self.folder)

    def close(self) -> None:
        """Give up the shared lock."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


def lock_file(path: Path, kind: int) -> int | None:
    """Return a file descriptor that holds a lock of this kind on a file of the cache.

    None if it cannot be had without waiting (`LOCK_NB`), or if the file was removed meanwhile.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(lock, kind)
        if os.fstat(lock).st_ino == path.stat().st_ino:
            return lock
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(lock)
    return None


def list_files(folder: Path) -> None:
    """Write the list of the files of an entry."""
    files = {path.name: _written(path) for path in folder.iterdir()}
    path = folder / LIST
    path.touch(PRIVATE_FILE)
    path.write_text(json.dumps(files))


def listed(folder: Path) -> dict[str, Identity] | None:
    """Return the identities of the files of an entry; None if one differs from its list."""
    try:
        files = json.loads(read_whole(folder / LIST, LARGEST_LIST))
        if not all(_written(folder / name) == known for name, known in files.items()):
            return None
        return {name: fingerprint(folder / name) for name in files}
    except (OSError, ValueError, AttributeError):
        return None


def _written(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def remove(folder: Path) -> None:
    """Remove an entry at once, for all processes; those that use its files keep them."""
    while folder.exists():
        gone = Path(tempfile.mkdtemp(prefix=f"{folder.name}.making-", dir=folder.parent))
        with suppress(FileNotFoundError):  # another removed it, or swept the empty folder away
            folder.rename(gone / folder.name)
        shutil.rmtree(gone, ignore_errors=True)


def size(folder: Path) -> int:
    """Return the bytes of an entry without its list; 0 if it was removed meanwhile."""
    try:
        return sum(item.stat().st_size for item in folder.iterdir() if item.name != LIST)
    except OSError:
        return 0


def last_use(folder: Path) -> int:
    """Return the time at which an entry was last taken, in nanoseconds."""
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0
