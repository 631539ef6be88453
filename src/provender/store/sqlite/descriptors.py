"""Reading a few bytes of a file that SQLite has open in this process. Floor: store.

Closing any descriptor of a file drops all locks that the process holds on it (POSIX), those of
SQLite included. So a descriptor stays open for as long as a connection to the same file lives, and
is closed after the last one: files that were replaced leave none behind.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

from provender.store.regular import open_regular

# Device and inode of a file.
Key = tuple[int, int]


@dataclass(slots=True)
class _Held:
    descriptors: list[int] = field(default_factory=list)
    uses: int = 0


_HELD: dict[Key, _Held] = {}
_LOCK = threading.Lock()
os.register_at_fork(  # a child must not inherit it held by a thread that it does not have
    before=_LOCK.acquire, after_in_parent=_LOCK.release, after_in_child=_LOCK.release
)


def hold(path: Path) -> Key:
    """Return the key of a file, which is read by it until `release`.

    Raises:
        NotRegularError: it is not a regular file.
        OSError: there is no such file, or no permission.
    """
    status = os.stat(path)  # noqa: PTH116 - half the time of Path.stat
    key = (status.st_dev, status.st_ino)
    with _LOCK:
        held = _HELD.get(key)
        if held is not None:
            held.uses += 1
            return key
    opened = open_regular(path)  # may wait for a disk: not under the lock
    status = os.fstat(opened)
    key = (status.st_dev, status.st_ino)
    with _LOCK:
        held = _HELD.setdefault(key, _Held())
        held.descriptors.append(opened)
        held.uses += 1
    return key


def descriptor(key: Key) -> int:
    """Return a descriptor of a file that is held; it must not be closed."""
    return _HELD[key].descriptors[0]


def release(key: Key) -> None:
    """End a use of a file; after the last one its descriptors are closed."""
    with _LOCK:  # nobody may take a lock on the file between the last use and the closing
        held = _HELD[key]
        held.uses -= 1
        if not held.uses:
            del _HELD[key]
            for each in held.descriptors:
                os.close(each)


def peek(path: Path, size: int, offset: int = 0) -> bytes:
    """Return bytes of a file; errors as `hold`."""
    key = hold(path)
    try:
        return os.pread(descriptor(key), size, offset)
    finally:
        release(key)
