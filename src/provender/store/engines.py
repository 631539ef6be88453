"""Pools of read-only connections to one database. Floor: store.

Three locks keep a store as it is. PostgreSQL: every transaction is `READ ONLY`, the role needs
SELECT only, and nothing but `select` is built. SQLite: `mode=ro`, `query_only`, and the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
from typing import Any

import psycopg2
import psycopg2.extensions
from sqlalchemy.pool import QueuePool

from provender.settings import Limits, Pool
from provender.store.sqlitefiles import Marker, SqliteFile

JSONB_OID = 3802
JSONB_AS_TEXT = psycopg2.extensions.new_type((JSONB_OID,), "JSONB_AS_TEXT", lambda text, _: text)
"""JSON goes into answers unparsed."""


Start = Callable[[Any, Any], "str | None"]


class Backend(Enum):
    """The two kinds of database that a store can have."""

    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"


@dataclass(frozen=True, slots=True)
class Engine:
    """A bounded pool of connections and how a snapshot is begun on one of them.

    `start` begins the transaction and returns its token: equal tokens, equal data. It is None
    where nothing tells.
    """

    backend: Backend
    pool: QueuePool
    start: Start
    statement_seconds: float
    serial: int = field(default_factory=count().__next__)

    def close(self) -> None:
        """Close all connections that are not in use."""
        self.pool.dispose()


def postgresql(dsn: dict[str, Any], pool: Pool, limits: Limits) -> Engine:
    """Return an engine for a PostgreSQL database; connects at the first use.

    `dsn` holds libpq's connection parameters, several hosts separated by commas. All that a
    transaction needs is set inside it, in one round trip: settings of the session would leak
    or be refused behind a pooler in transaction mode.
    """
    parameters = {
        "connect_timeout": pool.connect_seconds,
        "application_name": "provender",
        **dsn,
        "client_encoding": "UTF8",
    }

    def connect() -> psycopg2.extensions.connection:
        connection: psycopg2.extensions.connection = psycopg2.connect(**parameters)
        connection.autocommit = True
        psycopg2.extensions.register_type(JSONB_AS_TEXT, connection)
        return connection

    start = _PostgresqlStart(limits.statement_seconds)
    return Engine(Backend.POSTGRESQL, _pool(connect, pool), start, limits.statement_seconds)


class _PostgresqlStart:
    """Begins a transaction and reads the name of its snapshot, in one round trip.

    Two equal texts of a snapshot mean that the same transactions are visible; with the start of
    the server and the database's number they name the data. On a standby the text leaves out
    running transactions: there the position of its replay names the data, read before the
    snapshot, since an older name of newer data does no harm.
    """

    def __init__(self, statement_seconds: float) -> None:
        self._is_standby = False
        milliseconds = max(1, int(statement_seconds * 1000))
        self._begin = (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "  # noqa: S608 - a number of ours
            f"SET LOCAL statement_timeout = {milliseconds}; "
            "SET LOCAL timezone = 'UTC'; "
            "SELECT txid_current_snapshot() || ' ' || pg_postmaster_start_time() || ' ' || oid, "
            "pg_is_in_recovery() FROM pg_database WHERE datname = current_database()"
        )

    def __call__(self, driver: Any, cursor: Any) -> str | None:  # noqa: ANN401 - the driver's
        del driver
        position = None
        if self._is_standby:
            cursor.execute("SELECT pg_last_wal_replay_lsn() || ' ' || pg_postmaster_start_time()")
            position = cursor.fetchone()[0]
        cursor.execute(self._begin)
        token, self._is_standby = cursor.fetchone()
        return position if self._is_standby else token


def sqlite(file: SqliteFile, pool: Pool, limits: Limits) -> Engine:
    """Return an engine for a SQLite file; connects at the first use."""
    pool_of_file = _pool(file.connect, pool)
    return Engine(Backend.SQLITE, pool_of_file, _start_sqlite, limits.statement_seconds)


def _start_sqlite(driver: Any, cursor: Any) -> str | None:  # noqa: ANN401 - the driver's
    """Begin a transaction; what its marker says before and after its first read names the data."""
    while True:
        marker: Marker | None = driver.marker
        before = marker() if marker else b""
        cursor.execute("BEGIN")
        cursor.execute("PRAGMA schema_version").fetchone()
        after = marker() if marker else b""
        if before == after:
            return after.hex() if marker else None
        cursor.execute("ROLLBACK")


def _pool(connect: Any, settings: Pool) -> QueuePool:  # noqa: ANN401 - a creator of either driver
    return QueuePool(
        connect,
        pool_size=settings.size,
        max_overflow=0,
        timeout=settings.wait_seconds,
        use_lifo=True,
        reset_on_return=None,
    )
