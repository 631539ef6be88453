"""Pools of read-only connections to one database. Floor: store.

Three locks protect a store from writes. On PostgreSQL every transaction is `READ ONLY`, the role
needs SELECT only, and only `select` statements are built. On SQLite a file is opened with `mode=ro`
and `query_only`, and again only `select` statements are built.
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
from provender.store.database.budget import limit_values
from provender.store.database.opening import Opening
from provender.store.database.watchdog import watched
from provender.store.places import most_expensive
from provender.store.sqlite.files import SqliteFile

# Types that the driver gives as strings (`jsonb`, `timestamptz`, `date`): JSON goes into answers
# without being parsed, and the driver raises an error at a year beyond 9999 or before Christ.
AS_TEXT = (3802, 1184, 1082)

# With these a dead connection is noticed within a minute; with the defaults of the system it would
# take hours (libpq, "Parameter Key Words"). Parameters in a URL win.
DEAD_PEERS = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}

Start = Callable[[Any, Any], "str | None"]


@dataclass(frozen=True, slots=True)
class Engine:
    """A bounded pool of connections, and the functions that begin a snapshot on one of them.

    `connect` makes a connection that does not belong to the pool, `ask` asks it for a trifle.
    `start` begins a transaction and returns its token: equal tokens, equal data; None when
    unknown. `opening` may send the first statement together with the beginning. The rows of a
    statement may have `answer_bytes`. `hosts` is the number of servers that have the data.
    """

    backend: Backend
    pool: QueuePool
    connect: Callable[[], Any]
    ask: Callable[[Any], None]
    start: Start
    statement_seconds: float
    settings: Pool
    answer_bytes: int
    hosts: int = 1
    opening: Opening | None = None
    closed: Event = field(default_factory=Event)
    serial: int = field(default_factory=count().__next__)

    def unnamed(self) -> Engine:
        """Return an engine without tokens, for a store with part of its data in other databases."""

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
        for oid in AS_TEXT:  # `register_type` takes functions of ours only, which cost more
            connection.string_types[oid] = psycopg2.extensions.UNICODE
        return connection

    def ask(driver: _Connection) -> None:
        with watched(driver, pool.connect_seconds), driver.cursor() as cursor:
            cursor.execute("SELECT 1")

    connections = _pool(connect, pool, limits, recycle=pool.recycle_seconds)
    hosts = str(dsn.get("host") or "").count(",") + 1
    opening = Opening(limits.statement_seconds, hosts)
    return Engine(
        Backend.POSTGRESQL,
        connections,
        connect,
        ask,
        opening,
        limits.statement_seconds,
        pool,
        limits.answer_bytes,
        hosts,
        opening,
    )


class _Connection(psycopg2.extensions.connection):
    """A connection with the times of its making and last use, and the kind of server behind it.

    `was_standby` says whether a standby answered last: a pool may have hosts of both kinds, and
    behind a pooler even one connection may.
    """

    was_standby = False
    born = 0.0
    used = 0.0


def sqlite(file: SqliteFile, pool: Pool, limits: Limits) -> Engine:
    """Return an engine for a SQLite file; connects at the first use."""

    def connect() -> Any:  # noqa: ANN401 - the driver's
        driver = file.connect()
        limit_values(driver, limits.answer_bytes)
        return driver

    def ask(driver: Any) -> None:  # noqa: ANN401 - the driver's
        driver.deadline = time.monotonic() + limits.statement_seconds
        _start_sqlite(driver, driver.cursor())

    return Engine(
        Backend.SQLITE,
        _pool(connect, pool, limits),
        connect,
        ask,
        _start_sqlite,
        limits.statement_seconds,
        pool,
        limits.answer_bytes,
    )


def _start_sqlite(driver: Any, cursor: Any) -> str | None:  # noqa: ANN401 - the driver's
    token: str | None = driver.begin(cursor)
    return token


def _pool(connect: Any, settings: Pool, limits: Limits, recycle: int = -1) -> QueuePool:  # noqa: ANN401 - a creator of either driver
    """Return a pool for cheap requests, with more connections for expensive ones and streams."""
    return QueuePool(
        connect,
        pool_size=settings.size,
        max_overflow=most_expensive(limits) + limits.streams,
        timeout=settings.wait_seconds,
        recycle=recycle,
        use_lifo=True,
        reset_on_return=None,
    )
