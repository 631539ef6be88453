"""Long work that several requests want at the same time is done once. Floor: store.

    with sharing.wanted(key) as wanted, places.expensive(), wanted.turn():
        found = wanted.find(token)

The first of equal requests does the work while the others wait for a place, or, where there are
several places, for their turn. Its result is kept until the last of them has ended. The bounds on
requests that wait are those of the places.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from provender.store.cancellation import current

# Seconds between two looks whether the client of a request that waits has disconnected.
LOOK_SECONDS = 0.1


_Result = TypeVar("_Result")


class Wanted(Generic[_Result]):
    """The results that some equal requests want, by the names of the data."""

    def __init__(self) -> None:
        self.users = 0
        self._found: dict[str, _Result] = {}
        self._turn = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let one of the requests work at a time; raises `ClientGone` if the client went away."""
        while not self._turn.acquire(timeout=LOOK_SECONDS):
            current().check()
        try:
            yield
        finally:
            self._turn.release()

    @property
    def has_any(self) -> bool:
        """Whether a result is kept."""
        return bool(self._found)

    def find(self, token: str | None) -> _Result | None:
        """Return the result made of some data, or None."""
        return None if token is None else self._found.get(token)

    def keep(self, token: str | None, result: _Result) -> None:
        """Keep a result, made of the data with this name, for the others."""
        if token is not None and self.users > 1:
            self._found[token] = result


class Sharing:
    """What the requests of a process want at the same time."""

    def __init__(self) -> None:
        self._wanted: dict[Hashable, Wanted[Any]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def wanted(self, key: Hashable) -> Iterator[Wanted[Any]]:
        """Give what equal requests share; requests are equal if their keys are."""
        with self._lock:
            found = self._wanted.setdefault(key, Wanted())
            found.users += 1
        try:
            yield found
        finally:
            with self._lock:
                found.users -= 1
                if not found.users:
                    del self._wanted[key]
