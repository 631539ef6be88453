"""Stopping the statements of a snapshot from another thread. Floor: store."""

from __future__ import annotations

import logging
import sqlite3
import threading
from typing import Any

from provender.store.database.cancelling import Cancellation

LOGGER = logging.getLogger(__name__)

# Seconds until a statement is cancelled again: the first attempt may arrive before the statement.
INSIST_SECONDS = 0.25


class Running:
    """The work on one connection; `error` says why it was stopped.

    The server is told by a connection of its own, which takes some milliseconds, or for ever if
    the server hangs: so a thread of its own does it. SQLite notices by its progress handler.
    """

    __slots__ = ("_driver", "_lock", "_over", "error")

    def __init__(self, driver: Any) -> None:  # noqa: ANN401 - the connection of a driver
        self.error: Exception | None = None
        self._driver = driver
        self._lock = threading.Lock()
        self._over: threading.Event | None = None

    def check(self) -> None:
        """Raise the error if the work was stopped."""
        if self.error is not None:
            raise self.error

    def stop(self, error: Exception) -> None:
        """Stop the running statement and all further ones; from any thread, at any time."""
        with self._lock:
            if self.error is not None or self._driver is None:
                return
            self.error = error
            if isinstance(self._driver, sqlite3.Connection):
                self._driver.is_stopped = True  # type: ignore[attr-defined] # ReadOnlyConnection
                self._driver.interrupt()  # a count of all rows is one step, without a look
                return
            self._over = threading.Event()
            given = (Cancellation(self._driver), self._over)
            threading.Thread(target=_cancel, args=given, name="cancel", daemon=True).start()

    def finish(self) -> None:
        """End the work: nothing stops what the connection does from now on."""
        with self._lock:
            driver, self._driver = self._driver, None
            if self.error is None:
                return
            if self._over is not None:
                self._over.set()
            else:
                driver.is_stopped = False


def _cancel(cancellation: Cancellation, over: threading.Event) -> None:
    """Cancel what the server does for a connection until it is over."""
    while not over.is_set():
        if problem := cancellation.send():
            LOGGER.debug("a statement cannot be cancelled: %s", problem)
        over.wait(INSIST_SECONDS)
    cancellation.close()
