"""Holding a file open that others may replace. Floor: store."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from provender.errors import StoreUnreachable
from provender.store.regular import identity, open_regular


class HeldFile:
    """A regular file that is held open, so that its contents stay those that were read.

    `path` names the file for as long as this object lives and is not closed, also after a rename
    replaced the file. On a system without `/proc` there is no such name, and `path` is the given
    path.
    """

    def __init__(self, path: Path) -> None:
        descriptor = open_regular(path)
        self.close = weakref.finalize(self, os.close, descriptor)
        self.status = os.fstat(descriptor)
        again = Path(f"/proc/self/fd/{descriptor}")
        self.path = again if again.exists() else path
        self._descriptor = descriptor

    def has_changed(self) -> bool:
        """Return whether somebody wrote into the file; a rename or removal does not count."""
        now = os.fstat(self._descriptor)
        before = self.status
        return now.st_size != before.st_size or now.st_mtime_ns != before.st_mtime_ns


@contextmanager
def held_again(path: Path, before: os.stat_result, name: str) -> Iterator[HeldFile]:
    """Hold a file that was held before once more: for work that goes on later.

    Raises:
        StoreUnreachable: another file is there, or somebody wrote into it.
    """
    with closing(HeldFile(path)) as held:
        if identity(held.status) != identity(before):
            raise StoreUnreachable(f"{name} was changed while it was read.", hint="Try again.")
        yield held
