"""Finding out whether a database answers, with connections of our own. Floor: store.

A request that failed says little about others: its statement may be what is slow. So a thread sends
`SELECT 1` to the database. If that fails, too, all requests fail at once until it answers again.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing

import psycopg2

from provender.errors import ProvenderError
from provender.store.database.engines import Engine
from provender.store.database.gate import Gate
from provender.store.database.watchdog import StoppedAnsweringError

LOGGER = logging.getLogger(__name__)

# Seconds between two attempts while a database is down.
RETRY_SECONDS = 0.5
# Attempts that hang at the same time.
MOST_HANGING = 12

Translate = Callable[[Exception], ProvenderError]


class Probe:
    """Asks one database in the background, and trips and resets its gate."""

    def __init__(self, engine: Engine, name: str, gate: Gate, translate: Translate) -> None:
        self._engine = engine
        self._name = name
        self._gate = gate
        self._translate = translate
        self._lock = threading.Lock()
        self._is_running = False

    def suspect(self, error: ProvenderError, *, is_shared: bool) -> None:
        """Look whether the database answers, after an error of a request.

        `is_shared` says that the error would be that of any request: then it counts at once.
        """
        with self._lock:
            if is_shared:
                self._gate.trip(error)
            if self._is_running:
                return
            self._is_running = True
        work = threading.Thread(target=self._run, args=(is_shared,), name="probe", daemon=True)
        work.start()

    def _run(self, is_down: bool) -> None:
        """Ask once; if that fails, trip the gate, and ask until the database answers."""
        failure = None if is_down else self._attempt()
        if is_down or failure is not None:
            LOGGER.warning("store %s does not answer: its requests fail until it does", self._name)
            if failure is not None:
                self._gate.trip(failure)
            self._wait()
            LOGGER.info("store %s answers again", self._name)
        with self._lock:
            self._is_running = False
            self._gate.reset()

    def _wait(self) -> None:
        """Wait until an attempt succeeds or the store is closed.

        An attempt that began too early may hang for long, so others begin meanwhile.
        """
        answered = threading.Event()
        attempts: list[threading.Thread] = []

        def attempt() -> None:
            if self._attempt() is None:
                answered.set()

        while not (answered.is_set() or self._engine.closed.is_set()):
            attempts = [thread for thread in attempts if thread.is_alive()]
            if len(attempts) < MOST_HANGING:
                attempts.append(threading.Thread(target=attempt, name="probe", daemon=True))
                attempts[-1].start()
            answered.wait(RETRY_SECONDS)

    def _attempt(self) -> ProvenderError | None:
        """Return the error of a question on a new connection, or None if it is answered."""
        try:
            with closing(self._engine.connect()) as driver:
                self._engine.ask(driver)
        except (psycopg2.Error, sqlite3.Error, OSError, StoppedAnsweringError) as error:
            return self._translate(error)
        return None
