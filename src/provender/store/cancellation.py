"""Whether the client of the current request has disconnected, and what to stop then. Floor: store.

A web server that can see its clients makes a `Cancellation` for each request (`bound`) and calls
`cancel` when the client disconnects. Long work gets it by `current`: a loop calls `check` now and
then; what waits elsewhere, such as a statement of a database, says how it is stopped:

    with current().stopping(connection.interrupt):
        rows = connection.execute(statement)

Outside of a request, and where the server cannot see its clients, nothing is ever cancelled.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Protocol

from provender.errors import ClientGone

Stop = Callable[[], None]


class Stoppable(Protocol):
    """What `Cancellation.cancel` stops; it may have ended."""

    def stop(self, error: Exception) -> None:
        """Make it end in an error, from any thread."""


class Cancellation:
    """One request as its long work sees it; all threads may use it.

    `client` names who asked: requests of one client wait for each other. `is_cancelled` says that
    the client has disconnected. Reading it costs nothing worth measuring. `statement` is what a
    database runs for the request: a place of its own, since almost every request has one.
    """

    __slots__ = ("_lock", "_stops", "client", "is_cancelled", "statement")

    def __init__(self, client: str = "") -> None:
        self.client = client
        self.is_cancelled = False
        self.statement: Stoppable | None = None
        self._stops: list[Stop] = []
        self._lock = threading.Lock()

    def check(self) -> None:
        """Raise `ClientGone` if the client has disconnected."""
        if self.is_cancelled:
            raise ClientGone

    def cancel(self) -> None:
        """Record that the client has disconnected, and stop what runs for it."""
        with self._lock:
            if not self.is_cancelled:
                self.is_cancelled = True
                if (statement := self.statement) is not None:
                    statement.stop(ClientGone())
                for stop in self._stops:
                    stop()

    def stopping(self, stop: Stop) -> stopping:
        """Return a block during which `cancel` calls `stop`; never before it, and never after it.

        `stop` is called once at most, by another thread, and must return at once: what may take
        long belongs into a thread of its own. The block does not begin if the client is gone, and
        raises `ClientGone` at its end if the client went away meanwhile, whatever happened in it.
        """
        return stopping(self, stop)

    def add(self, stop: Stop) -> None:
        """Let `cancel` call `stop` from now on; raises `ClientGone` if that is too late."""
        with self._lock:
            self.check()
            self._stops.append(stop)

    def remove(self, stop: Stop) -> None:
        """Let `cancel` call `stop` no more: when this returns, no such call is running."""
        with self._lock:
            self._stops.remove(stop)


class stopping:  # noqa: N801 - read as a statement: `with current().stopping(...)`
    """The block of `Cancellation.stopping`."""

    __slots__ = ("_cancellation", "_stop")

    def __init__(self, cancellation: Cancellation, stop: Stop) -> None:
        self._cancellation = cancellation
        self._stop = stop

    def __enter__(self) -> None:
        self._cancellation.add(self._stop)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._cancellation.remove(self._stop)
        if self._cancellation.is_cancelled and not isinstance(error, ClientGone):
            raise ClientGone from error


# For work outside of a request, which is never cancelled.
_NEVER = Cancellation()
_CURRENT: ContextVar[Cancellation] = ContextVar("cancellation", default=_NEVER)


def current() -> Cancellation:
    """Return the cancellation of the request that this thread answers."""
    return _CURRENT.get()


def bind(cancellation: Cancellation) -> Token[Cancellation]:
    """Make a cancellation that of the request which this thread answers; `unbind` ends that."""
    return _CURRENT.set(cancellation)


def unbind() -> None:
    """End the request that this thread answered."""
    _CURRENT.set(_NEVER)
