"""How many requests may use one store at a time, and how many more may wait. Floor: store.

At a store that answers any number of requests may wait, because each waits briefly. At a stalled
store (a database that hangs, an archive on a slow disk) few may wait, and the others are refused at
once: the threads of the server are needed for other stores, too.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType

from provender.errors import ProvenderError, QueryTimeout, StoreBusy, StoreError
from provender.settings import Pool

# Seconds for which the gate stays closed after a failure; then one request tries again.
RETRY_SECONDS = 1.0
# Seconds after which a full store counts as stalled if no request begins or ends.
STALL_SECONDS = 0.5


class Gate:
    """Admits `pool.size` requests at a time; the others wait, or are refused.

    Entering raises `StoreBusy` with the message `busy` if too many requests wait, or if the time
    to wait is over. After `trip` it raises the given failure until a request has succeeded.
    """

    def __init__(
        self,
        pool: Pool,
        busy: str,
        *,
        retry_seconds: float = RETRY_SECONDS,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._size = pool.size
        self._most_waiting = pool.waiting
        self._wait_seconds = pool.wait_seconds
        self._busy = busy
        self._retry_seconds = retry_seconds
        self._stall_seconds = stall_seconds
        self._inside = 0
        self._waiting = 0
        self._moved = 0.0
        self._failure: tuple[float, ProvenderError] | None = None
        self._is_trying = False
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)

    @property
    def waiting(self) -> int:
        """How many requests wait to be admitted."""
        return self._waiting

    def trip(self, error: ProvenderError) -> None:
        """Make requests fail with this error for a while, including those that wait."""
        with self._lock:
            self._failure = (time.monotonic(), error)
            self._changed.notify_all()

    def __enter__(self) -> None:
        with self._lock:
            if self._failure is not None:
                self._try_again(*self._failure)
            elif self._inside >= self._size:
                self._wait()
            self._inside += 1
            self._moved = time.monotonic()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._inside -= 1
            self._moved = time.monotonic()
            self._is_trying = False
            if self._failure is not None and _answered(error):
                self._failure = None
            if self._waiting:
                self._changed.notify()

    def _try_again(self, failed: float, error: ProvenderError) -> None:
        """Let one request try after a while; the others get the failure."""
        is_early = time.monotonic() < failed + self._retry_seconds
        if is_early or self._is_trying or self._inside >= self._size:
            raise error.with_traceback(None)
        self._is_trying = True

    def _wait(self) -> None:
        """Wait for a place, as long as the store makes progress or few others wait."""
        until = time.monotonic() + self._wait_seconds
        self._waiting += 1
        try:
            while self._inside >= self._size:
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


def _answered(error: BaseException | None) -> bool:
    """Return whether a store answered, even with an error of its own."""
    return not isinstance(error, StoreError) or isinstance(error, QueryTimeout)
