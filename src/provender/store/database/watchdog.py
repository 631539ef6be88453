"""Ending waits for a database that has stopped answering. Floor: store.

The time-out of the server has no effect if the server itself hangs, or if the network loses its
answer: the driver would wait for ever. One thread per process examines the running calls and shuts
down the sockets of those that have run too long, so that the driver returns with an error.
"""

from __future__ import annotations

import logging
import os
import socket
import sqlite3
import threading
import time
from types import TracebackType
from typing import Any

import psycopg2

LOGGER = logging.getLogger(__name__)

# Seconds between two checks; their cost is too small to measure.
TICK_SECONDS = 0.25
# How much longer than its own time-out a statement may take: the server ends it first.
GRACE_SECONDS = 2.0
# Seconds where there is no bound: a century.
ANY_TIME = 3e9


class StoppedAnsweringError(Exception):
    """A connection was shut down because no answer came in time."""


class Watchdog:
    """The running calls, each with the moment at which it is given up.

    Watching a call takes about a microsecond: two operations on a dictionary, no lock.
    """

    def __init__(self) -> None:
        self._running: dict[int, tuple[float, Any]] = {}
        self._striking = threading.Lock()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> int:
        """How many calls are watched."""
        return len(self._running)

    def forget(self) -> None:
        """Begin anew in a forked process, which has none of its parent's threads."""
        self._running, self._thread = {}, None
        self._striking, self._starting = threading.Lock(), threading.Lock()

    def begin(self, driver: Any, seconds: float) -> None:  # noqa: ANN401 - psycopg2's connection
        """Give the block this many seconds; then the connection is shut down."""
        self._running[id(driver)] = (time.monotonic() + seconds, driver)
        if self._thread is None:
            self._start()

    def end(self, driver: Any) -> bool:  # noqa: ANN401 - psycopg2's connection
        """Record that an answer came; False if the connection was given up before."""
        if self._running.pop(id(driver), None) is not None:
            return True
        with self._striking:  # nobody may close a socket that is being shut down
            return self._running.pop(id(driver), None) is not None

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while True:
            time.sleep(TICK_SECONDS)
            now = time.monotonic()
            for key, call in self._running.copy().items():
                if now > call[0]:
                    self._strike(key, call)

    def _strike(self, key: int, call: tuple[float, Any]) -> None:
        """Shut down a connection, unless its answer came in this very moment."""
        with self._striking:
            found = self._running.pop(key, None)
            if found is not None and found is not call:
                self._running[key] = found
            if found is call:
                _shut_down(call[1])


def _shut_down(driver: Any) -> None:  # noqa: ANN401 - a connection of either driver
    if isinstance(driver, sqlite3.Connection):
        driver.interrupt()
        return
    try:
        with socket.socket(fileno=os.dup(driver.fileno())) as copy:
            copy.shutdown(socket.SHUT_RDWR)
    except (OSError, psycopg2.Error):
        LOGGER.warning("a hanging connection cannot be shut down", exc_info=True)


WATCHDOG = Watchdog()
os.register_at_fork(after_in_child=WATCHDOG.forget)


class _Timed:
    """A block of work on a connection, of which the watchdog knows."""

    __slots__ = ("_driver", "_seconds")

    def __init__(self, driver: Any, seconds: float) -> None:  # noqa: ANN401 - of either driver
        self._driver = driver
        self._seconds = seconds

    def __enter__(self) -> None:
        WATCHDOG.begin(self._driver, self._seconds)


class interrupted(_Timed):  # noqa: N801 - read as a statement: `with interrupted(...)`
    """Interrupts SQLite if a statement takes longer than some seconds in the block.

    SQLite looks at its clock only between steps of a statement, and a count of all rows is one
    step: the pages of a damaged table can lead to each other, and then it never ends.
    """

    __slots__ = ()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        WATCHDOG.end(self._driver)


class watched(_Timed):  # noqa: N801 - read as a statement: `with watched(...)`
    """Gives up a connection if the block takes longer than some seconds.

    Raises:
        StoppedAnsweringError: it did.
    """

    __slots__ = ()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not WATCHDOG.end(self._driver):
            raise StoppedAnsweringError("the database stopped answering") from error
