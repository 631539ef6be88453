"""How many expensive pieces of work a process does at a time. Floor: store.

    with places.expensive():
        ...

Whoever needs more than some 100 ms of a processor, here or in a database, holds such a place. So
the processors are never all taken, and cheap requests go on.
"""

from __future__ import annotations

import os
import threading
import time
from contextvars import ContextVar
from types import TracebackType

from provender.errors import StoreBusy
from provender.settings import Limits, Pool
from provender.store.cancellation import current
from provender.store.shortturns import SHORT_TURNS
from provender.store.turns import Turns, Waiter

WORKERS = "WEB_CONCURRENCY"
BUSY = "The server is busy with other expensive requests (`limits.expensive`)."
# Whether the request of this thread holds a place.
_HELD: ContextVar[bool] = ContextVar("expensive", default=False)


def cores() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def most_expensive(limits: Limits) -> int:
    """Return how many expensive pieces of work a process does at a time.

    By default all processors but one are divided among the processes, if `WEB_CONCURRENCY` (a
    variable of gunicorn) has their number.
    """
    workers = os.environ.get(WORKERS, "")
    return limits.expensive or max(
        1, (cores() - 1) // max(1, int(workers if workers.isdecimal() else 1))
    )


class Places:
    """The places for expensive work in one process; clients take turns, and few wait.

    `steps` has as many places again, for steps of some ms: what decompresses while it is sent holds
    one for each block, so that downloads never take all processors either. `stopped` counts the
    statements that were stopped: their clients went away, or they gave way.
    """

    def __init__(self, limits: Limits | None = None, pool: Pool | None = None) -> None:
        limits, pool = limits or Limits(), pool or Pool()
        self.size = most_expensive(limits)
        self.most_waiting = limits.expensive_waiting
        self._wait_seconds = pool.wait_seconds
        self.steps = threading.BoundedSemaphore(self.size)
        self.stopped = 0
        self._running = 0
        self._turns = Turns()
        self._lock = threading.Lock()

    @property
    def running(self) -> int:
        """How many places are held."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many requests wait for a place."""
        return len(self._turns)

    def expensive(self) -> expensive:
        """Return a block that holds a place; within another such block it holds none of its own.

        Raises:
            StoreBusy: too many requests wait, or no place became free in time.
            ClientGone: the client went away while its request waited.
        """
        return expensive(self)

    def try_enter(self) -> bool:
        """Take a place if one is free and nobody waits for it; `leave` gives it back."""
        with self._lock:
            is_free = self._running < self.size and not self._turns
            if is_free:
                self._begin()
        return is_free

    def enter(self) -> None:
        """Take a place; `leave` gives it back. Errors are those of `expensive`."""
        client = current().client
        with self._lock:
            if self._running < self.size and not self._turns:
                self._begin()
                return
            if len(self._turns) >= self.most_waiting:
                self._make_room(client)
            waiter = self._turns.add(client)
        self._wait(waiter)

    def leave(self) -> None:
        """Give a place to whose turn it is."""
        with self._lock:
            following = self._turns.take()
            if following is None:
                self._running -= 1
                if not self._running:
                    SHORT_TURNS.end()
            else:
                following.admit()

    def _begin(self) -> None:
        """Hold one more place; while any is held, threads take turns quickly. Under the lock."""
        self._running += 1
        if self._running == 1:
            SHORT_TURNS.begin()

    def _make_room(self, client: str) -> None:
        """Refuse the newest request of a client who has more of them, or else this one."""
        dropped = self._turns.drop(client)
        if dropped is None:
            raise busy()
        dropped.refuse(busy())

    def _wait(self, waiter: Waiter) -> None:
        until = time.monotonic() + self._wait_seconds
        try:
            with current().stopping(waiter.woken.set):
                waiter.woken.wait(max(0.0, until - time.monotonic()))
        except BaseException:
            self._abandon(waiter)
            raise
        with self._lock:
            self._turns.remove(waiter)
            if waiter.is_admitted:
                return
        raise waiter.refusal or busy()

    def _abandon(self, waiter: Waiter) -> None:
        """Let a request wait no more; a place that it got meanwhile goes to another."""
        with self._lock:
            self._turns.remove(waiter)
        if waiter.is_admitted:
            self.leave()


def holds_one() -> bool:
    """Return whether the request of this thread holds a place: then it needs no other."""
    return _HELD.get()


def note_held(held: bool) -> None:
    """Note whether the request of this thread holds a place."""
    _HELD.set(held)


def busy() -> StoreBusy:
    """Return the error of a request for which no place is free."""
    return StoreBusy(BUSY, hint="Try again later.")


class expensive:  # noqa: N801 - read as a statement: `with places.expensive()`
    """The block of `Places.expensive`."""

    __slots__ = ("_is_first", "_places")

    def __init__(self, places: Places) -> None:
        self._places = places
        self._is_first = False

    def __enter__(self) -> None:
        if not holds_one():
            self._places.enter()
            self._is_first = True
            note_held(True)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_first:
            note_held(False)
            self._places.leave()
