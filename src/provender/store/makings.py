"""Entries of the cache that threads of this process make for requests. Floor: store.

A making is that of no request: it goes on when clients go away, and ends with the process. An error
is kept for the requests that come for the entry.
"""

from __future__ import annotations

import logging
import threading
import time
import weakref
from pathlib import Path

from provender.errors import ServerStopping, StoreUnreachable
from provender.store.cacheentry import CacheError
from provender.store.claims import Claim, Fill
from provender.store.precedence import PRECEDENCE
from provender.store.shortturns import SHORT_TURNS

LOGGER = logging.getLogger(__name__)

# Seconds for which an error is raised again, once a request got it: as long as the making took, so
# that one which always fails does not take all the time.
KEPT_SECONDS, LONGEST_KEPT_SECONDS = 1.0, 60.0
# Seconds in which the makings of a process end when it does.
END_SECONDS = 1.0


class Making:
    """One entry that a thread makes; `ended` is set once it is there, or cannot be made."""

    def __init__(self, claim: Claim, fill: Fill, called: str) -> None:
        self.called = called
        self.begun = time.monotonic()
        self.ended = threading.Event()
        self.is_stopped = False
        self._claim = claim
        self._fill: Fill | None = fill
        self._error: Exception | None = None
        self._kept = KEPT_SECONDS
        self._told: float | None = None

    def start(self, owner: Makings) -> None:
        """Begin to make the entry; the thread keeps its owner, which ends it with the process."""
        try:
            threading.Thread(target=self._run, args=(owner,), name="preparing", daemon=True).start()
        except RuntimeError as error:
            self._claim.close()
            reason = f"no thread can be started: {error}"
            raise StoreUnreachable(
                f"{self.called} cannot be prepared for its first use now.",
                hint="Try again later.",
                reason=reason,
            ) from error

    def failure(self) -> Exception | None:
        """Return why it failed, until this was told for a while; None if it did not."""
        if self._error is None:
            return None
        now = time.monotonic()
        if self._told is None:
            self._told = now
        return self._error if now <= self._told + self._kept else None

    def forget(self) -> None:
        """Give up what a forked process inherited: the thread is not there."""
        self._claim.forget()

    def _run(self, _: Makings) -> None:
        fill, self._fill = self._fill, None
        SHORT_TURNS.begin()
        try:
            if fill is not None:
                self._claim.make(fill, self._notice)
        except Exception as error:
            LOGGER.debug("%s could not be prepared: %s", self.called, error)
            if isinstance(error, CacheError) and error.is_passing:
                return  # whoever asks has it made again
            self._error = error.with_traceback(None)
            took = time.monotonic() - self.begun
            self._kept = min(max(KEPT_SECONDS, took), LONGEST_KEPT_SECONDS)
        finally:
            SHORT_TURNS.end()
            self._claim.close()
            self.ended.set()

    def _notice(self, step: str, done: int, total: int) -> None:
        """Give way to requests, and end with the process."""
        if self.is_stopped:
            raise ServerStopping("The server is stopping.")
        PRECEDENCE.give_way()


class Makings:
    """The entries that are made in this process, by their places."""

    def __init__(self) -> None:
        self._running: dict[Path, Making] = {}
        self._lock = threading.Lock()
        weakref.finalize(self, _stop, self._running)

    def begin(self, target: Path, fill: Fill, called: str) -> Making | None:
        """Return the making of an entry, which runs, has just ended, or failed a moment ago.

        None if another process makes it. `called` is the store for which it is made: the name
        stands in its errors, so another store of the same archive does not get them.
        """
        with self._lock:
            found = self._running.get(target)
            if found is not None and not found.ended.is_set():
                return found
            if found is not None and found.called == called and found.failure() is not None:
                return found
            self._forget_ended()
            claim = Claim.take(target)
            if claim is None:
                return None
            making = Making(claim, fill, called)
            making.start(self)
            self._running[target] = making
            return making

    def stop(self) -> None:
        """End all that runs: what is made half is removed, unless that takes too long."""
        _stop(self._running)

    def forget(self) -> None:
        """Begin anew in a forked process, which has none of its parent's threads."""
        self._lock = threading.Lock()
        for making in self._running.values():
            making.forget()
        self._running.clear()

    def _forget_ended(self) -> None:
        """Forget what succeeded, and errors that were told. Under the lock."""
        for target, making in list(self._running.items()):
            if making.ended.is_set() and making.failure() is None:
                del self._running[target]


def _stop(running: dict[Path, Making]) -> None:
    until = time.monotonic() + END_SECONDS
    makings = list(running.values())
    for making in makings:
        making.is_stopped = True
    for making in makings:
        making.ended.wait(max(0.0, until - time.monotonic()))
