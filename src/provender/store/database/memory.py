"""A cache in memory, whose keys contain the token of a snapshot. Floor: store.

A token names the data exactly (`opening`), so no cached value can be out of date: a value from
other data has another key, and is dropped when space is needed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar

_Value = TypeVar("_Value")


@dataclass(slots=True)
class Tally:
    """The numbers of lookups that found a value, and that did not."""

    hits: int = 0
    misses: int = 0


class Memory:
    """The values used last, up to a number of bytes; safe to share between threads.

    `answers` tallies `get`, `rows` tallies `cached` (counts and the like).
    """

    def __init__(self, most_bytes: int) -> None:
        self.answers = Tally()
        self.rows = Tally()
        self._most = most_bytes
        self._held = 0
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Any:  # noqa: ANN401 - whatever was put
        """Return the value of a key, or None."""
        return self._find(key, self.answers)

    @property
    def held_bytes(self) -> int:
        """About how many bytes the cached values take."""
        return self._held

    def put(self, key: Hashable, value: object, size: int) -> None:
        """Cache a value of about `size` bytes, and drop the oldest values beyond the limit."""
        if size > self._most // 8:
            return
        with self._lock:
            self._held += size - self._values.pop(key, (None, 0))[1]
            self._values[key] = (value, size)
            while self._held > self._most:
                self._held -= self._values.popitem(last=False)[1][1]

    def cached(
        self, key: Hashable | None, make: Callable[[], _Value], size: Callable[[_Value], int]
    ) -> _Value:
        """Return the value of a key, made if missing; without a key the value is not cached."""
        found: _Value | None = None if key is None else self._find(key, self.rows)
        if found is None:
            found = make()
            if key is not None:
                self.put(key, found, size(found))
        return found

    def _find(self, key: Hashable, tally: Tally) -> Any:  # noqa: ANN401 - whatever was put
        with self._lock:
            found = self._values.get(key)
            if found is None:
                tally.misses += 1
                return None
            tally.hits += 1
            self._values.move_to_end(key)
            return found[0]
