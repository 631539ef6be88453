"""The right to make one entry of the cache, which one process has at a time. Floor: store.

It ends with its process, however that ends; whoever has it next removes what is left.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from provender.store.cacheentry import CacheError, blamed, list_files, lock_file
from provender.store.progress import Progress, Record, State, read

Fill = Callable[[Path, Progress], None]

MAKING, PROGRESS = ".making", ".progress"


class Claim:
    """The right to make the entry at `target`, until `close`."""

    def __init__(self, target: Path, lock: int) -> None:
        self._target = target
        self._lock: int | None = lock

    @classmethod
    def take(cls, target: Path) -> Claim | None:
        """Return the right to make an entry; None if another has it, in this process or another.

        Raises:
            CacheError: the cache cannot be written.
        """
        with blamed(target.parent):
            lock = lock_file(_beside(target, MAKING), fcntl.LOCK_EX | fcntl.LOCK_NB)
        if lock is None:
            return None
        with suppress(OSError):  # of a process that was killed
            _beside(target, PROGRESS).unlink(missing_ok=True)
        return cls(target, lock)

    def make(self, fill: Fill, progress: Progress) -> None:
        """Have an entry made in a folder of its own, and rename it into place once it is whole.

        `progress` and the other processes are told how far it is. If it fails, nothing is left.
        """
        target, folder = self._target, self._target.parent
        if target.is_dir():
            return
        with suppress(OSError):
            _sweep(target)
        record = Record(_beside(target, PROGRESS))

        def told(step: str, done: int, total: int) -> None:
            progress(step, done, total)
            record(step, done, total)

        with blamed(folder):
            made = Path(tempfile.mkdtemp(prefix=f"{target.name}{MAKING}-", dir=folder))
        try:
            fill(made, told)
            with blamed(folder):
                list_files(made)
                if not target.is_dir():  # if the cache was removed meanwhile, two may make it
                    made.rename(target)
        finally:
            record.close()
            shutil.rmtree(made, ignore_errors=True)

    def close(self) -> None:
        """Give up the right."""
        lock, self._lock = self._lock, None
        if lock is not None:
            path = _beside(self._target, MAKING)
            with suppress(OSError):
                if os.fstat(lock).st_ino == path.stat().st_ino:
                    path.unlink(missing_ok=True)
            os.close(lock)

    def forget(self) -> None:
        """Give up a right that a forked process has inherited: its parent keeps it."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


def is_taken(target: Path) -> bool:
    """Return whether somebody makes an entry."""
    if not _beside(target, MAKING).exists():
        return False
    with suppress(CacheError):  # nobody can make one in a cache that cannot be written
        claim = Claim.take(target)
        if claim is None:
            return True
        claim.close()
    return False


def state(target: Path) -> State | None:
    """Return how far the making of an entry is; it counts only while somebody makes the entry."""
    return read(_beside(target, PROGRESS))


def _sweep(target: Path) -> None:
    """Remove what processes left that were killed while they made this entry, or another."""
    folder = target.parent
    rests: dict[str, list[Path]] = {}
    own = _beside(target, MAKING)
    for rest in {*folder.glob(f"*{MAKING}*"), *folder.glob(f"*{PROGRESS}*")} - {own}:
        rests.setdefault(rest.name.partition(".")[0], []).append(rest)
    for key, paths in rests.items():
        claim = None if key == target.name else Claim.take(folder / key)
        if claim is None and key != target.name:
            continue  # somebody makes it
        for path in paths:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        if claim is not None:
            claim.close()


def _beside(target: Path, suffix: str) -> Path:
    return target.with_name(f"{target.name}{suffix}")
