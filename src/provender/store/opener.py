"""Opening a store: one request does it, others wait or are refused. Floor: store."""

from __future__ import annotations

import threading
import time
from types import TracebackType

from provender.errors import ProvenderError, StoreBusy
from provender.settings import Pool

# Seconds for which others get the error of a store that could not be opened.
RETRY_SECONDS = 1.0
# Seconds that many may wait; a store that takes longer to be opened may be stalled.
STALL_SECONDS = 0.5


class Opener:
    """Admits one request at a time, which opens the store; others wait.

    Entering raises `StoreBusy` with the message `busy` if the time to wait is over: half a second
    if more wait than the threads of the server allow. After `trip` it raises the given failure for
    a second; then one request tries again.
    """

    def __init__(
        self,
        pool: Pool,
        busy: str,
        *,
        retry_seconds: float = RETRY_SECONDS,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._most_waiting = pool.size - 1 + pool.waiting
        self._wait_seconds = pool.wait_seconds
        self._busy = busy
        self._retry_seconds = retry_seconds
        self._stall_seconds = stall_seconds
        self._is_taken = False
        self._moved = 0.0
        self._waiting = 0
        self._failure: tuple[float, ProvenderError] | None = None
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)

    @property
    def waiting(self) -> int:
        """How many requests wait for the store to be opened."""
        return self._waiting

    def trip(self, error: ProvenderError) -> None:
        """Make requests fail with this error for a while, including those that wait."""
        with self._lock:
            self._failure = (time.monotonic(), error)
            self._changed.notify_all()

    def __enter__(self) -> None:
        with self._lock:
            if self._failure is not None:
                failed, error = self._failure
                if self._is_taken or time.monotonic() < failed + self._retry_seconds:
                    raise error.with_traceback(None)
            elif self._is_taken:
                self._wait()
            self._is_taken = True
            self._moved = time.monotonic()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._is_taken = False
            self._moved = time.monotonic()
            if error is None:
                self._failure = None
            self._changed.notify()

    def _wait(self) -> None:
        """Wait until the store is open. Under the lock."""
        until = time.monotonic() + self._wait_seconds
        self._waiting += 1
        try:
            while self._is_taken:
                is_patient = self._waiting <= self._most_waiting
                end = until if is_patient else min(until, self._moved + self._stall_seconds)
                left = end - time.monotonic()
                if left <= 0:
                    raise StoreBusy(self._busy, hint="Try again later.")
                self._changed.wait(left)
                if self._failure is not None:
                    raise self._failure[1].with_traceback(None)
        finally:
            self._waiting -= 1
