"""Files that others may replace: their identity, and holding one open. Floor: store."""

from __future__ import annotations

import os
import weakref
from pathlib import Path

from provender.store.regular import open_regular

# Numbers of the system that change if a file is changed or replaced.
Identity = tuple[int, ...]


def identity(status: os.stat_result) -> Identity:
    """Return the identity of a file: inode, size, and the times of its last changes."""
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class HeldFile:
    """A regular file that is held open, so that its contents stay those that were read.

    `path` names the file for as long as this object lives, also after a rename replaced the file.
    On a system without `/proc` there is no such name, and `path` is the given path.
    """

    def __init__(self, path: Path) -> None:
        descriptor = open_regular(path)
        weakref.finalize(self, os.close, descriptor)
        self.status = os.fstat(descriptor)
        again = Path(f"/proc/self/fd/{descriptor}")
        self.path = again if again.exists() else path
