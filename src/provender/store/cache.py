"""A folder of things made once and used by every process: extracted databases. Floor: store.

Entries are made under a lock and renamed into place, so that no process sees a half of one. A
process that uses an entry holds a shared lock on it, so that no other evicts it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from provender.errors import ConfigurationError
from provender.settings import Cache

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
WRITABLE_BY_OTHERS = 0o022


@dataclass(slots=True)
class CacheEntry:
    """A folder of the cache in use; `close` lets it be evicted."""

    folder: Path
    lock: int | None

    def close(self) -> None:
        """Give up the shared lock."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None


class CacheFolder:
    """The cache of this user, bounded in bytes."""

    def __init__(self, settings: Cache) -> None:
        self.max_bytes = settings.max_bytes
        self._explicit = settings.folder
        self._folder: Path | None = None

    @property
    def folder(self) -> Path:
        """The folder, made at the first use: private, and owned by this user.

        Raises:
            ConfigurationError: it cannot be used.
        """
        if self._folder is None:
            self._folder = self._choose()
        return self._folder

    def has(self, key: str) -> bool:
        """Return whether the cache has an entry of a key; the entry may be removed at any time."""
        return (self.folder / key).is_dir()

    def entry(self, key: str, fill: Callable[[Path], None]) -> CacheEntry:
        """Return the entry of a key; if it is missing, `fill` makes it in an empty folder."""
        target = self.folder / key
        while True:
            lock = _lock(self.folder / f"{key}.lock", fcntl.LOCK_SH)
            if lock is not None and target.is_dir():
                os.utime(target)
                self._evict()
                return CacheEntry(target, lock)
            if lock is not None:
                os.close(lock)
            self._make(target, fill)

    def _make(self, target: Path, fill: Callable[[Path], None]) -> None:
        """Make an entry while no other process does; a lock of its own, held briefly."""
        path = target.with_name(f"{target.name}.making")
        lock = None
        while lock is None:
            lock = _lock(path, fcntl.LOCK_EX)
        try:
            if target.is_dir():
                return
            for rest in self.folder.glob(f"{path.name}-*"):  # of a process that was killed
                shutil.rmtree(rest, ignore_errors=True)
            made = Path(tempfile.mkdtemp(prefix=f"{path.name}-", dir=self.folder))
            try:
                fill(made)
                made.rename(target)
            except BaseException:
                shutil.rmtree(made, ignore_errors=True)
                raise
        finally:
            path.unlink(missing_ok=True)
            os.close(lock)

    def _evict(self) -> None:
        """Remove unused entries, the least recently used first, until the rest fits."""
        entries = [path for path in self.folder.iterdir() if path.is_dir() and not path.suffix]
        sizes = {path: sum(item.stat().st_size for item in path.iterdir()) for path in entries}
        excess = sum(sizes.values()) - self.max_bytes
        for path in sorted(entries, key=lambda path: path.stat().st_mtime_ns):
            if excess <= 0:
                return
            lock = _lock(path.with_name(f"{path.name}.lock"), fcntl.LOCK_EX | fcntl.LOCK_NB)
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
                os.close(lock)
                excess -= sizes[path]

    def _choose(self) -> Path:
        if self._explicit is not None:
            problem = _prepare(self._explicit)
            if problem:
                raise ConfigurationError(f"`cache.folder` cannot be used: {problem}.")
            return self._explicit
        if not _prepare(own := default_folder()):
            return own
        shared = Path(tempfile.gettempdir()) / f"provender-{os.geteuid()}"
        problem = _prepare(shared)
        if problem:
            raise ConfigurationError(
                f"No folder can be used for the cache: {problem}.",
                hint="Set `cache.folder` to a folder of your own.",
            )
        return shared


def default_folder() -> Path:
    """Return the default cache folder of this user; the folder may not exist yet."""
    return platformdirs.user_cache_path("provender", appauthor=False)


def _prepare(folder: Path) -> str | None:
    """Make a private folder; return its problem, or None."""
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        return f"{folder}: {error.strerror}"
    return fault(folder)


def fault(folder: Path) -> str | None:
    """Return why a folder that is there cannot be a cache; None if it can."""
    try:
        status = folder.stat()
    except OSError as error:
        return f"{folder}: {error.strerror}"
    if status.st_uid != os.geteuid():
        return f"{folder} belongs to another user"
    if status.st_mode & WRITABLE_BY_OTHERS:
        return f"{folder} can be written by other users"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{folder} is not writable"
    return None


def _lock(path: Path, kind: int) -> int | None:
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
