"""Requests that wait until something changes: few at a time, and never for nobody. Floor: web.

A request that waits keeps a thread of the web server, so only some may. It holds nothing else: it
looks, gives back what it looked with, and looks again a little later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from provender.errors import TooManyWaits
from provender.plurals import counted
from provender.store.cancellation import current
from provender.store.turns import Turns, Waiter
from provender.web.middleware import workers

# Seconds between two looks, and until a request that waits notices that the server stops.
LOOK_SECONDS = 0.5
TICK_SECONDS = 0.1
# One of so many threads may wait, where their number is known: applications may share them.
SHARE = 4
WITHOUT = "Try again later, or leave out `wait`."


class Waits:
    """The places of requests that wait in one process: `most`, but few of its threads.

    `is_stopping` says that the server ends. If all places are taken, a client that has more of them
    than another loses one.
    """

    def __init__(self, most: int, is_stopping: Callable[[], bool]) -> None:
        self._most = most
        self._is_stopping = is_stopping
        self._turns = Turns()
        self._lock = threading.Lock()

    @property
    def most(self) -> int:
        """How many requests may wait."""
        threads = workers.threads()
        return self._most if threads is None else min(self._most, max(1, threads // SHARE))

    @property
    def number(self) -> int:
        """How many requests wait."""
        return len(self._turns)

    @contextmanager
    def place(self, seconds: float) -> Iterator[Place]:
        """Give a place to wait, so many seconds in all.

        Raises:
            TooManyWaits: all places are taken.
            ClientGone: the client went away while its request waited.
        """
        waiter = self._enter()
        try:
            with current().stopping(waiter.woken.set):
                yield Place(self, waiter, seconds)
        finally:
            with self._lock:
                self._turns.remove(waiter)

    def _enter(self) -> Waiter:
        """Take a place, from a client that has more of them if all are taken."""
        client, most = current().client, self.most
        with self._lock:
            if len(self._turns) >= most:
                dropped = self._turns.drop(client)
                if dropped is None:
                    raise too_many(most)
                dropped.refuse(too_many(most))
            return self._turns.add(client)

    def is_over(self) -> bool:
        """Return whether nobody may wait any longer, because the server ends."""
        return self._is_stopping() or workers.is_stopping()


class Place:
    """The place of a request that waits."""

    def __init__(self, waits: Waits, waiter: Waiter, seconds: float) -> None:
        self._waits = waits
        self._waiter = waiter
        self._until = time.monotonic() + seconds

    def pause(self) -> bool:
        """Wait until it is time to look again; False at once if there is no time left to wait.

        Raises:
            TooManyWaits: the place went to another client.
            ClientGone: the client went away.
        """
        now = time.monotonic()
        until = min(now + LOOK_SECONDS, self._until)
        if now >= until:
            return False
        while (left := until - time.monotonic()) > 0 and not self._waits.is_over():
            if self._waiter.woken.wait(min(left, TICK_SECONDS)):
                current().check()
                raise self._waiter.refusal or too_many(self._waits.most)
        return not self._waits.is_over()


def too_many(most: int) -> TooManyWaits:
    """Return the error of a request for which there is no place."""
    if not most:
        return TooManyWaits("No request may wait here (`limits.waits`).", hint=WITHOUT)
    text = f"{counted(most, 'requests')} may wait at a time (`limits.waits`), and as many do."
    return TooManyWaits(text, hint=WITHOUT)


def single_threaded() -> TooManyWaits:
    """Return the error of a request that would keep its web server from all others."""
    text = "This process of the web server answers one request at a time, so none may wait."
    return TooManyWaits(text, hint=WITHOUT)
