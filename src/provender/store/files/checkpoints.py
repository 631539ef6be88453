"""Places inside compressed contents at which reading may begin. Floor: store.

The end of a compressed content is reached by decompressing all before it: 27.7 s for 4 GB. A state
of zlib takes 37 kB of memory, and 19 µs to copy (measured); it cannot be written to disk.
Other forms of compression have no copies of their state.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from provender.store.files.decompression import Decompressor

# Distance of two checkpoints, unless the content is so long that they would be too many.
SPACING = 8 << 20
MOST_OF_ONE = 128
# States kept for one store: 8 MB.
MOST = 220

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a stream at a position of its content."""

    position: int
    raw_position: int
    checksum: int
    decompressor: Decompressor


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """The checkpoints of the contents of a store; those least recently used are forgotten."""

    most: int = MOST
    _known: OrderedDict[Key, dict[int, Checkpoint]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def count(self) -> int:
        """How many there are."""
        with self._lock:
            return self._count()

    def before(self, key: Key, position: int, size: int) -> Checkpoint | None:
        """Return the last checkpoint of a content of `size` bytes that is not behind a position."""
        with self._lock:
            known = self._known.get(key)
            if not known:
                return None
            self._known.move_to_end(key)
            last = position // spacing(size)
            found = max((number for number in known if number <= last), default=None)
            if found is not None and known[found].position > position:
                found = max((number for number in known if number < found), default=None)
            return None if found is None else known[found]

    def has(self, key: Key, number: int) -> bool:
        """Return whether there is a checkpoint with a number."""
        with self._lock:
            return number in self._known.get(key, ())

    def add(self, key: Key, number: int, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint."""
        with self._lock:
            self._known.setdefault(key, {})[number] = checkpoint
            self._known.move_to_end(key)
            while self._count() > self.most and len(self._known) > 1:
                self._known.popitem(last=False)

    def _count(self) -> int:
        return sum(map(len, self._known.values()))


def spacing(size: int) -> int:
    """Return the distance of the checkpoints of a content of `size` bytes."""
    return max(SPACING, -(-size // MOST_OF_ONE))
