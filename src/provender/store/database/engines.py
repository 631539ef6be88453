"""Pools of read-only connections to one database. Floor: store.

Three locks keep a store as it is. PostgreSQL: every transaction is `READ ONLY`, the role needs
SELECT only, and nothing but `select` is built. SQLite: `mode=ro`, `query_only`, and the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Event
from typing import Any

import psycopg2
import psycopg2.extensions
from sqlalchemy.pool import QueuePool

from provender.schema.statements import Backend
from provender.settings import Limits, Pool
from provender.store.database.opening import Opening
from provender.store.sqlite.files import Marker, SqliteFile

JSONB_OID = 3802
JSONB_AS_TEXT = psycopg2.extensions.new_type((JSONB_OID,), "JSONB_AS_TEXT", lambda text, _: text)
"""JSON goes into answers unparsed."""

DEAD_PEERS = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A connection whose other end is gone is noticed within a minute, where the system's own
figures would take hours (libpq, "Parameter Key Words"); what a URL says wins."""

Start = Callable[[Any, Any], "str | None"]


@dataclass(frozen=True, slots=True)
class Engine:
    """A bounded pool of connections and how a snapshot is begun on one of them.

    `start` begins the transaction and returns its token: equal tokens, equal data. It is None
    where nothing tells. `opening` may send the first statement with it. `hosts` is the number of
    servers that have the data.
    """

    backend: Backend
    pool: QueuePool
    start: Start
    statement_seconds: float
    settings: Pool
    hosts: int = 1
    opening: Opening | None = None
    closed: Event = field(default_factory=Event)
    serial: int = field(default_factory=count().__next__)

    def unnamed(self) -> Engine:
        """Return an engine whose snapshots have no names, for data that lies elsewhere too."""

        def start(driver: Any, cursor: Any) -> None:  # noqa: ANN401 - the driver's
            self.start(driver, cursor)

        return replace(self, start=start, opening=None)

    def close(self) -> None:
        """Close all connections: those in use when they are given back."""
        self.closed.set()
        self.pool.dispose()


def postgresql(dsn: dict[str, Any], pool: Pool, limits: Limits) -> Engine:
    """Return an engine for a PostgreSQL database; connects at the first use.

    `dsn` holds libpq's connection parameters, several hosts separated by commas.
    """
    parameters = {
        "connect_timeout": pool.connect_seconds,
        "application_name": "provender",
        **DEAD_PEERS,
        **dsn,
        "client_encoding": "UTF8",
    }

    def connect() -> _Connection:
        connection: _Connection = psycopg2.connect(connection_factory=_Connection, **parameters)
        connection.autocommit = True
        connection.born = time.monotonic()
        connection.was_standby = connection.info.parameter_status("in_hot_standby") == "on"
        psycopg2.extensions.register_type(JSONB_AS_TEXT, connection)
        return connection

    connections = _pool(connect, pool, recycle=pool.recycle_seconds)
    hosts = str(dsn.get("host") or "").count(",") + 1
    opening = Opening(limits.statement_seconds, hosts)
    seconds = limits.statement_seconds
    return Engine(Backend.POSTGRESQL, connections, opening, seconds, pool, hosts, opening)


class _Connection(psycopg2.extensions.connection):
    """A connection that knows whether a standby answered last, when it was made and last used.

    The hosts of one pool may be of both kinds, and behind a pooler those of one connection.
    """

    was_standby = False
    born = 0.0
    used = 0.0


def sqlite(file: SqliteFile, pool: Pool, limits: Limits) -> Engine:
    """Return an engine for a SQLite file; connects at the first use."""
    pool_of_file = _pool(file.connect, pool)
    return Engine(Backend.SQLITE, pool_of_file, _start_sqlite, limits.statement_seconds, pool)


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


def _pool(connect: Any, settings: Pool, recycle: int = -1) -> QueuePool:  # noqa: ANN401 - a creator of either driver
    return QueuePool(
        connect,
        pool_size=settings.size,
        max_overflow=0,
        timeout=settings.wait_seconds,
        recycle=recycle,
        use_lifo=True,
        reset_on_return=None,
    )
