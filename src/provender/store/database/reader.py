"""Connections for snapshots; the only place that catches errors of the drivers.

Floor: store.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg2
import sqlalchemy.exc
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy.pool import PoolProxiedConnection

from provender.errors import ProvenderError, StoreUnreachable
from provender.schema.statements import Backend
from provender.store.cancellation import current
from provender.store.database.engines import Engine
from provender.store.database.faults import HUNG_UP, LostConnectionError, translated, unreachable
from provender.store.database.gate import Gate, NeedsPlaceError, Visit
from provender.store.database.memory import Memory
from provender.store.database.probe import Probe
from provender.store.database.running import Running
from provender.store.database.snapshot import Snapshot
from provender.store.database.watchdog import StoppedAnsweringError, watched
from provender.store.places import Places, holds_one
from provender.store.sqlite.connection import ChangedError, ReadOnlyConnection

LOGGER = logging.getLogger(__name__)

# Seconds that a server may take to end a transaction that only read.
ROLLBACK_SECONDS = 5.0
# Seconds after which a failure has the database examined, because it blocked a thread for so long.
SLOW_SECONDS = 0.5

_Result = TypeVar("_Result")


class Reader:
    """Reads one database of any kind; `name` is the name of the store in errors.

    `places` are those for expensive requests, which the stores of a process share.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        memory: Memory | None = None,
        places: Places | None = None,
    ) -> None:
        self._engine = engine
        self._name = name
        self._memory = memory
        self._struck = 0.0
        self.places = places or Places(pool=engine.settings)
        busy = f"All connections to the store `{name}` are busy."
        self._gate = Gate(engine.settings, busy, self.places)
        self._probe = Probe(engine, name, self._gate, self._of_driver)

    @property
    def backend(self) -> Backend:
        """The kind of database."""
        return self._engine.backend

    @property
    def name(self) -> str:
        """The name of the store in errors and in the log."""
        return self._name

    def connections(self) -> tuple[int, int]:
        """Return the number of open connections, and the number of those in use."""
        pool = self._engine.pool
        return pool.checkedin() + pool.checkedout(), pool.checkedout()

    def check(self) -> None:
        """Raise the error that all requests get now, if there is one."""
        failure = self._gate.failure
        if failure is not None:
            raise failure.with_traceback(None)

    def within(
        self,
        work: Callable[[Snapshot], _Result],
        *,
        is_single: bool = False,
        is_expensive: bool = False,
    ) -> _Result:
        """Return the result of `work` for a snapshot; `is_single` if it runs one statement only.

        Before the first statement of expensive work, the request waits for an expensive place. The
        same happens before a statement that took long the last times. The work is done again if
        it has to wait, on another connection if a connection died in the pool, if the replay of a
        standby took the snapshot away, or if one of several hosts does not begin a transaction.
        That is safe, because the work only reads.

        Raises:
            StoreBusy: no connection, or no place, became free.
            StoreUnreachable: no answer within the time set, or the database is locked.
            QueryTimeout: the statement time-out struck.
            UnsupportedStore: the database is damaged, or lacks a table, column or permission.
            ClientGone: the client went away.
        """
        has_place = is_expensive and holds_one()
        visit = self._gate.visit(is_expensive=has_place, is_wanted=is_expensive)
        try:
            return self._tried(work, visit, is_single)
        except NeedsPlaceError:
            return self._tried(work, self._gate.visit(is_expensive=True), is_single)

    def _tried(self, work: Callable[[Snapshot], _Result], visit: Visit, is_single: bool) -> _Result:
        """Return the result of `work` within a stay at the gate."""
        try:
            with visit:
                return self._connected(work, visit, is_single)
        except StoreUnreachable as error:
            self._examine(error, visit)
            raise

    def _examine(self, error: StoreUnreachable, visit: Visit) -> None:
        """Have the database examined after a slow failure."""
        if visit.begun and time.monotonic() - visit.begun > SLOW_SECONDS:
            self._probe.suspect(error, is_shared=not visit.has_asked)

    def _connected(
        self, work: Callable[[Snapshot], _Result], visit: Visit, is_single: bool
    ) -> _Result:
        """Return the result of `work` on the first connection that is not lost."""
        for _ in range(self._engine.pool.size()):
            try:
                with self._snapshot(visit, is_single=is_single) as snapshot:
                    return work(snapshot)
            except LostConnectionError as error:
                self._note(error)
        with self._snapshot(visit, is_single=is_single) as snapshot:
            return work(snapshot)

    def stream(self, work: Callable[[Snapshot], Iterator[_Result]]) -> Iterator[_Result]:
        """Yield the items of `work` for a snapshot, which stays open until the last item is taken.

        A stream holds an expensive place. A connection that died in the pool is replaced only
        before the first item: items that were yielded cannot be taken back. Errors as `within`.
        """
        visit = self._gate.visit(is_expensive=True)
        try:
            with visit:
                yield from self._streamed(work, visit)
        except StoreUnreachable as error:
            self._examine(error, visit)
            raise

    def _streamed(
        self, work: Callable[[Snapshot], Iterator[_Result]], visit: Visit
    ) -> Iterator[_Result]:
        """Yield the items of `work` on the first connection that is not lost."""
        for left in reversed(range(self._engine.pool.size() + 1)):
            has_yielded = False
            try:
                with self._snapshot(visit) as snapshot:
                    for item in work(snapshot):
                        has_yielded = True
                        yield item
                    return
            except LostConnectionError as error:
                if has_yielded or not left:
                    raise
                self._note(error)

    def close(self) -> None:
        """Close the connections: those in use when they are given back."""
        self._engine.close()

    def _note(self, error: LostConnectionError) -> None:
        LOGGER.info("store %s: reconnecting: %s", self._name, error.reason)

    @contextmanager
    def _snapshot(self, visit: Visit, *, is_single: bool = False) -> Iterator[Snapshot]:
        """Give a snapshot on a connection of its own; translate the errors of drivers."""
        connection = self._connect()
        running = Running(connection.dbapi_connection)
        visit.runs(running)
        snapshot = Snapshot(connection, self._engine, visit, self._memory, is_single=is_single)
        request = current()
        before, request.statement = request.statement, running
        try:
            request.check()  # a client that went away before found no statement to stop
            yield snapshot
            snapshot.confirm()
        except StoppedAnsweringError as error:
            self._struck = time.monotonic()
            running.check()
            has_others = self._engine.hosts > 1 and not snapshot.has_begun
            raise unreachable(self._name, error, is_lost=has_others) from error
        except (psycopg2.Error, sqlite3.Error) as error:
            running.check()
            driver: Any = connection.dbapi_connection
            excused = snapshot.excuse(error, self._name)
            found = excused or translated(
                error,
                self._name,
                is_closed=bool(getattr(driver, "closed", False)),
                is_overdue=isinstance(error, sqlite3.Error) and driver.is_overdue(),
            )
            if found is None:
                raise
            raise found from error
        except ValueError as error:  # perhaps of a text that was overwritten
            excused = snapshot.excuse(error, self._name)
            if excused is None:
                raise
            raise excused from error
        finally:
            request.statement = before
            running.finish()
            self.places.stopped += running.error is not None
            _give_back(connection, was_stopped=running.error is not None)
            if self._engine.closed.is_set():
                self._engine.close()

    def _connect(self) -> PoolProxiedConnection:
        """Return a connection that was made after the database last stopped answering.

        If the host behind a pool hangs, all connections that were open at that time hang, too.
        Using them one after the other would cost a full time-out each, so they are dropped unused.
        SQLite never sets `_struck`: its connections cannot hang in this way.
        """
        while True:
            connection = self._check_out()
            driver: Any = connection.dbapi_connection
            if not self._struck or driver.born > self._struck:
                return connection
            connection.invalidate()
            connection.close()

    def _check_out(self) -> PoolProxiedConnection:
        try:
            return self._engine.pool.connect()
        except sqlalchemy.exc.TimeoutError as error:
            raise StoreUnreachable(
                f"All connections to the store `{self._name}` are busy.", hint="Try again later."
            ) from error
        except (psycopg2.Error, sqlite3.DatabaseError, OSError) as error:
            raise self._of_driver(error) from error

    def _of_driver(self, error: Exception) -> ProvenderError:
        """Return the error of a connection that cannot be made."""
        if isinstance(error, ChangedError):
            return unreachable(self._name, error, is_lost=True)
        if isinstance(error, sqlite3.Error):
            return translated(error, self._name) or unreachable(self._name, error)
        is_lost = isinstance(error, psycopg2.Error) and HUNG_UP in str(error)
        return unreachable(self._name, error, is_lost=is_lost)


def _give_back(connection: PoolProxiedConnection, *, was_stopped: bool) -> None:
    """End the transaction and return the connection to its pool, or drop it if it is dead.

    A connection whose statement was stopped is dropped, too: the server may be told late.
    """
    driver: Any = connection.dbapi_connection
    try:
        if isinstance(driver, ReadOnlyConnection):
            driver.rollback()
            if driver.is_stale:
                connection.invalidate()
        elif driver.closed or was_stopped:
            connection.invalidate()
        elif driver.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            with watched(driver, ROLLBACK_SECONDS):
                driver.cursor().execute("ROLLBACK")
        if not isinstance(driver, sqlite3.Connection):
            driver.used = time.monotonic()
    except (psycopg2.Error, sqlite3.Error, StoppedAnsweringError):
        connection.invalidate()
    finally:
        connection.close()
