"""A file that can be opened again after another one has taken its name. Floor: store."""

from __future__ import annotations

import os
import weakref
from pathlib import Path


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
