"""Files that others replace: what tells them apart, and how to keep one. Floor: store."""

from __future__ import annotations

import os
import weakref
from pathlib import Path

Identity = tuple[int, ...]
"""Numbers of the system that differ between a file and the one that replaced or changed it."""


def identity(status: os.stat_result) -> Identity:
    """Return the identity of a file: inode, size, and the times of its last changes."""
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


class HeldFile:
    """A file that is kept open, so that what was read of its contents stays true of it.

    `path` names it for as long as this object lives, also after it was replaced by a rename. A
    system without `/proc` knows no such name: there it is the path given.
    """

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, descriptor)
        self.status = os.fstat(descriptor)
        again = Path(f"/proc/self/fd/{descriptor}")
        self.path = again if again.exists() else path
