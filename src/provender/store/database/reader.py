"""Running statements in a read-only snapshot; the only place that meets the drivers.

Floor: store.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import psycopg2
import sqlalchemy.exc
from psycopg2.extensions import TRANSACTION_STATUS_IDLE
from sqlalchemy.pool import PoolProxiedConnection

from provender.errors import StoreUnreachable
from provender.schema.entities import Kind
from provender.schema.statements import Backend, Record, Rows, Statement, Statements
from provender.store.database.engines import Engine
from provender.store.database.faults import HUNG_UP, LostConnectionError, translated, unreachable
from provender.store.database.gate import Gate
from provender.store.database.memory import Memory
from provender.store.database.watchdog import GRACE_SECONDS, StoppedAnsweringError, watched

LOGGER = logging.getLogger(__name__)

ROLLBACK_SECONDS = 5.0
"""How long a server may take to end a transaction that only read."""
SLOW_SECONDS = 0.5
"""A failure that took longer than this holds up threads: it is remembered."""

_Result = TypeVar("_Result")


class Snapshot:
    """A read-only transaction; all that is read in it belongs together.

    Equal tokens name equal data; None where nothing tells. `seconds` is the time that statements
    took so far.
    """

    def __init__(
        self, connection: PoolProxiedConnection, engine: Engine, memory: Memory | None = None
    ) -> None:
        self._cursor: Any = connection.cursor()
        self._engine = engine
        self._memory = memory
        self.seconds = 0.0
        begun = time.perf_counter()
        self._driver: Any = connection.dbapi_connection
        self._sqlite: Any = self._driver if engine.backend is Backend.SQLITE else None
        self.token: str | None = self._start()
        self.seconds += time.perf_counter() - begun

    def fetch(self, statements: Statements) -> Rows:
        """Return the rows of a list and their total; counts only where the rows leave it open."""
        records = self.run(statements.rows) if statements.limit != 0 else []
        found, offset = len(records), statements.offset
        if statements.count is None:
            return Rows(found, records)
        is_last_page = statements.limit is None or found < statements.limit
        if is_last_page and (found or offset == 0):
            return Rows(offset + found, records)
        return Rows(self.recall(statements.count)[0][0], records)

    def run(self, statement: Statement) -> list[Record]:
        """Return all rows of a statement, decoded."""
        begun = time.perf_counter()
        self.execute(statement.text, statement.values)
        records: list[Record] = self._cursor.fetchall()
        self.seconds += time.perf_counter() - begun
        return records if self._sqlite is None else _decode(records, statement.kinds)

    def recall(self, statement: Statement) -> list[Record]:
        """Return what `run` gives, without asking again while the data is the same."""
        if self._memory is None or self.token is None:
            return self.run(statement)
        key = (self._engine.serial, self.token, statement.text, repr(statement.values))
        return self._memory.remembered(key, lambda: self.run(statement), _size)

    def read(self, text: str, values: Mapping[str, object] | None = None) -> list[Record]:
        """Return all rows of plain SQL, as the driver gives them."""
        self.execute(text, values)
        records: list[Record] = self._cursor.fetchall()
        return records

    def execute(self, text: str, values: Mapping[str, object] | None = None) -> None:
        """Start a statement; its clock starts with it."""
        self._begin_clock()
        LOGGER.debug("%s %s", text, values)
        arguments = (text, values) if values else (text,)
        if self._sqlite is not None:
            self._cursor.execute(*arguments)
        else:
            with watched(self._driver, self._engine.statement_seconds + GRACE_SECONDS):
                self._cursor.execute(*arguments)

    def _begin_clock(self) -> None:
        if self._sqlite is not None:
            self._sqlite.deadline = time.monotonic() + self._engine.statement_seconds

    def _start(self) -> str | None:
        """Begin the transaction, which takes no longer than connecting may."""
        self._begin_clock()  # that of the last statement on this connection is over
        if self._sqlite is not None:
            return self._engine.start(self._driver, self._cursor)
        with watched(self._driver, self._engine.settings.connect_seconds):
            return self._engine.start(self._driver, self._cursor)


def _size(records: list[Record]) -> int:
    """Return about how many bytes records take, four for a character of a text."""
    texts = sum(len(value) for record in records for value in record if isinstance(value, str))
    return 500 + 4 * texts + sum(100 + 60 * len(record) for record in records)


class Reader:
    """Reads one database, whatever its kind; `name` is how errors call the store."""

    def __init__(self, engine: Engine, name: str, memory: Memory | None = None) -> None:
        self._engine = engine
        self._name = name
        self._memory = memory
        self._struck = 0.0
        busy = f"All connections to the store `{name}` are busy."
        self._gate = Gate(engine.settings, busy)

    @property
    def backend(self) -> Backend:
        """The kind of database."""
        return self._engine.backend

    def connections(self) -> tuple[int, int]:
        """Return how many connections are open, and how many of them in use."""
        pool = self._engine.pool
        return pool.checkedin() + pool.checkedout(), pool.checkedout()

    def within(self, work: Callable[[Snapshot], _Result]) -> _Result:
        """Return what `work` gives for a snapshot.

        A connection that died in the pool is replaced and the work done again, which is safe
        since it only reads; so it is where the replay of a standby took its snapshot away, and
        where one of several hosts does not even begin a transaction.

        Raises:
            StoreBusy: no connection got free.
            StoreUnreachable: no answer within the time set, or the database is locked.
            QueryTimeout: the statement time-out struck.
            UnsupportedStore: the database is damaged, or lacks a table, column or permission.
        """
        with self._gate:
            begun = time.monotonic()
            try:
                return self._persist(work)
            except StoreUnreachable as error:
                if time.monotonic() - begun > SLOW_SECONDS:
                    self._gate.trip(error)
                raise

    def close(self) -> None:
        """Close the connections: those in use when they are given back."""
        self._engine.close()

    def _persist(self, work: Callable[[Snapshot], _Result]) -> _Result:
        for _ in range(self._engine.pool.size()):
            try:
                return self._attempt(work)
            except LostConnectionError as error:
                LOGGER.info("store %s: reconnecting: %s", self._name, error.reason)
        return self._attempt(work)

    def _attempt(self, work: Callable[[Snapshot], _Result]) -> _Result:
        connection = self._connect()
        has_begun = False
        try:
            snapshot = Snapshot(connection, self._engine, self._memory)
            has_begun = True
            return work(snapshot)
        except StoppedAnsweringError as error:
            self._struck = time.monotonic()
            has_others = self._engine.hosts > 1 and not has_begun
            raise unreachable(self._name, error, is_lost=has_others) from error
        except (psycopg2.Error, sqlite3.Error) as error:
            is_closed = bool(getattr(connection.dbapi_connection, "closed", False))
            found = translated(error, self._name, is_closed=is_closed)
            if found is None:
                raise
            raise found from error
        finally:
            _give_back(connection)
            if self._engine.closed.is_set():
                self._engine.close()

    def _connect(self) -> PoolProxiedConnection:
        """Return a connection, none of those from before the database last stopped answering."""
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
        except psycopg2.Error as error:
            raise unreachable(self._name, error, is_lost=HUNG_UP in str(error)) from error
        except sqlite3.DatabaseError as error:
            raise translated(error, self._name) or unreachable(self._name, error) from error
        except OSError as error:
            raise unreachable(self._name, error) from error


def _decode(records: list[Record], kinds: tuple[Kind, ...]) -> list[Record]:
    """Return records of SQLite with times and booleans as PostgreSQL's driver gives them."""
    places = [index for index, kind in enumerate(kinds) if kind in _DECODERS]
    if not places:
        return records
    decoded = []
    for record in records:
        values = list(record)
        for place in places:
            if values[place] is not None:
                values[place] = _DECODERS[kinds[place]](values[place])
        decoded.append(tuple(values))
    return decoded


def _decode_time(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


_DECODERS: dict[Kind, Callable[[Any], object]] = {Kind.TIME: _decode_time, Kind.BOOLEAN: bool}


def _give_back(connection: PoolProxiedConnection) -> None:
    """End the transaction and return the connection to its pool, or drop it if it is dead."""
    driver: Any = connection.dbapi_connection
    try:
        if isinstance(driver, sqlite3.Connection):
            driver.rollback()
        elif driver.closed:
            connection.invalidate()
        elif driver.get_transaction_status() != TRANSACTION_STATUS_IDLE:
            with watched(driver, ROLLBACK_SECONDS):
                driver.cursor().execute("ROLLBACK")
    except (psycopg2.Error, sqlite3.Error, StoppedAnsweringError):
        connection.invalidate()
    finally:
        connection.close()
