"""A folder of things made once and used by every process: extracted databases. Floor: store.

Entries are made under a lock and renamed into place (`claims`), so that no process sees a half of
one. A process that uses an entry holds a shared lock on it, so that no other evicts it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path

import platformdirs

from provender.errors import ConfigurationError
from provender.settings import Cache
from provender.store.cacheentry import (
    CacheEntry,
    CacheError,
    blamed,
    last_use,
    listed,
    lock_file,
    remove,
    size,
)
from provender.store.makings import Makings

PRIVATE_FOLDER = 0o700
WRITABLE_BY_OTHERS = 0o022
# How often an entry, and a folder that is missing, is made before it counts as unusable: others may
# remove it meanwhile.
TRIES, FOLDER_TRIES = 5, 100
# Bytes of a disk that are left to others, at most this part of it.
RESERVE = 64 << 20
RESERVED_PART = 20


class CacheFolder:
    """The cache of this user, bounded in bytes."""

    def __init__(self, settings: Cache) -> None:
        self.max_bytes = settings.max_bytes
        self._explicit = settings.folder
        self._folder: Path | None = None
        self.makings = Makings()

    @property
    def folder(self) -> Path:
        """The folder, made at the first use: private, and owned by this user.

        Raises:
            ConfigurationError: it cannot be used.
        """
        if self._folder is None:
            self._folder = self._choose()
        return self._folder

    def entry(
        self, key: str, make: Callable[[Path], None], names: Collection[str] = ()
    ) -> CacheEntry:
        """Return the entry of a key; if it is missing, `make` gets its place and makes it there.

        `names` are files that it always has: one that lost them while it was made is made again.

        Raises:
            CacheError: the cache folder is full, cannot be written, or is removed again and again.
            ConfigurationError: it belongs to another user, or is no folder.
        """
        for _ in range(TRIES):
            try:
                found = self._found(key, names)
                if found is not None:
                    return found
                make(self._ready() / key)
            except CacheError as error:
                if not error.is_passing:
                    raise
        raise CacheError(f"the cache folder {self.folder}: it is removed again and again")

    def _found(self, key: str, names: Collection[str]) -> CacheEntry | None:
        """Return the entry of a key as it is, or None; an entry that is damaged is removed."""
        folder = self.folder
        target, lock = folder / key, None
        if not target.is_dir():
            return None
        with suppress(OSError):  # a cache that cannot be written can be read
            lock = lock_file(folder / f"{key}.lock", fcntl.LOCK_SH)
        files = listed(target)
        if files is None or not files.keys() >= set(names):
            with suppress(OSError), blamed(folder):
                remove(target)
            if lock is not None:
                os.close(lock)
            return None
        with suppress(OSError):
            os.utime(target)
            self._evict()
        return CacheEntry(target, lock, files)

    def make_room(self, size: int) -> tuple[int, int]:
        """Return the free bytes of the disk and those needed for `size` bytes more.

        Unused entries are removed if that makes the difference.
        """
        usage = shutil.disk_usage(self.folder)
        needed = size + min(RESERVE, usage.total // RESERVED_PART)
        if usage.free < needed:
            self._evict(needed - usage.free)
            usage = shutil.disk_usage(self.folder)
        return usage.free, needed

    def _ready(self) -> Path:
        """Return the folder of the cache; if it was removed, it is made again."""
        folder = self.folder
        problem = _prepare(folder)
        if problem is not None and self._explicit is None:
            self._folder = None  # another one may serve
            return self.folder
        if problem is not None and fault(folder, is_read_only=True) is not None:
            raise ConfigurationError(f"`cache.folder` cannot be used: {problem}.")
        return folder

    def _evict(self, wanted: int = 0) -> None:
        """Remove unused entries, the least recently used first, until the rest fits.

        `wanted` is the number of bytes to remove in any case.
        """
        entries = [path for path in self.folder.iterdir() if path.is_dir() and not path.suffix]
        sizes = {path: size(path) for path in entries}
        excess = max(wanted, sum(sizes.values()) - self.max_bytes)
        for path in sorted(entries, key=last_use):
            if excess <= 0:
                return
            lock = lock_file(path.with_name(f"{path.name}.lock"), fcntl.LOCK_EX | fcntl.LOCK_NB)
            if lock is not None:
                shutil.rmtree(path, ignore_errors=True)
                path.with_name(f"{path.name}.lock").unlink(missing_ok=True)
                os.close(lock)
                excess -= sizes[path]

    def _choose(self) -> Path:
        if self._explicit is not None:
            problem = _prepare(self._explicit)
            if problem and fault(self._explicit, is_read_only=True):
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
    """Make a private folder; return its problem, or None.

    One that was made here and is gone again has none: whoever needs it makes it anew.
    """
    problem, is_made = None, False
    for _ in range(FOLDER_TRIES):
        try:
            with suppress(FileExistsError):  # another thing is there, or was until now
                folder.mkdir(mode=PRIVATE_FOLDER, parents=True)
                is_made = True
            return _fault(folder)
        except FileNotFoundError as error:
            if is_made:
                return None
            problem = _said(folder, error)
        except OSError as error:
            return _said(folder, error)
    return problem


def fault(folder: Path, *, is_read_only: bool = False) -> str | None:
    """Return why a folder that is there cannot be a cache; None if it can.

    `is_read_only` asks for a cache whose entries were made before.
    """
    try:
        return _fault(folder, is_read_only=is_read_only)
    except OSError as error:
        return _said(folder, error)


def _fault(folder: Path, *, is_read_only: bool = False) -> str | None:
    """Return the same as `fault`; raises `OSError` for a folder that cannot be looked at."""
    status = folder.stat()
    if status.st_uid != os.geteuid():
        return f"{folder} belongs to another user"
    if status.st_mode & WRITABLE_BY_OTHERS:
        return f"{folder} can be written by other users"
    if not stat.S_ISDIR(status.st_mode):
        return f"{folder} is not a folder"
    if not is_read_only and not os.access(folder, os.W_OK | os.X_OK):
        folder.stat()  # nothing can be written to one that is gone, either
        return f"{folder} is not writable"
    return None


def _said(folder: Path, error: OSError) -> str:
    return f"{folder}: {error.strerror}"
