"""Entries of the cache that threads of this process make for requests. Floor: store.

A making is that of no request: it goes on when clients go away, and ends with the process. An error
is kept for the requests that come for the entry. Of large entries one is made at a time: whoever
looks at many stores (`/ready`) may ask for all of them. What is small never waits for them.
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

    def __init__(self, claim: Claim, fill: Fill, called: str, *, is_small: bool) -> None:
        self.called = called
        self.is_small = is_small
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

    @property
    def is_over(self) -> bool:
        """Whether it ended, and nobody has to be told of an error any more."""
        if not self.ended.is_set():
            return False
        told = self._told if self._told is not None else time.monotonic()
        return self._error is None or time.monotonic() > told + self._kept

    def check(self) -> None:
        """Raise why it failed, if it did."""
        if self._error is not None:
            self._told = self._told or time.monotonic()
            raise self._error.with_traceback(None)

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
        self._known: dict[Path, Making] = {}
        self._lock = threading.Lock()
        weakref.finalize(self, _stop, self._known)

    def begin(self, target: Path, fill: Fill, called: str, *, is_small: bool) -> Making | None:
        """Return the making of an entry, which runs, has just ended, or failed a moment ago.

        None if another process makes it, or if its turn has not come. `called` is the store for
        which it is made: the name stands in its errors, so another store of the same archive does
        not get them.
        """
        with self._lock:
            for place in [place for place, one in self._known.items() if one.is_over]:
                del self._known[place]
            found = self._known.get(target)
            if found is not None and (found.called == called or not found.ended.is_set()):
                return found
            if not is_small and self.ahead() is not None:
                return None
            claim = Claim.take(target)
            if claim is None:
                return None
            making = Making(claim, fill, called, is_small=is_small)
            making.start(self)
            self._known[target] = making
            return making

    def ahead(self) -> Path | None:
        """Return the place of the large entry that is made in this process, if any."""
        running = ((place, one) for place, one in self._known.copy().items() if not one.is_small)
        return next((place for place, one in running if not one.ended.is_set()), None)

    def stop(self) -> None:
        """End all that runs: what is made half is removed, unless that takes too long."""
        _stop(self._known)

    def forget(self) -> None:
        """Begin anew in a forked process, which has none of its parent's threads."""
        self._lock = threading.Lock()
        for making in self._known.values():
            making.forget()
        self._known.clear()


def _stop(known: dict[Path, Making]) -> None:
    until = time.monotonic() + END_SECONDS
    makings = list(known.values())
    for making in makings:
        making.is_stopped = True
    for making in makings:
        making.ended.wait(max(0.0, until - time.monotonic()))
