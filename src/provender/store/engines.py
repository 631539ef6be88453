"""Pools of read-only connections to one database. Floor: store.

Three locks keep a store as it is. PostgreSQL: every transaction is `READ ONLY`, the role needs
SELECT only, and nothing but `select` is built. SQLite: `mode=ro`, `query_only`, and the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

import psycopg2
import psycopg2.extensions
from sqlalchemy.pool import QueuePool

from provender.settings import Limits, Pool
from provender.store.sqlitefiles import SqliteFile

JSONB_OID = 3802
JSONB_AS_TEXT = psycopg2.extensions.new_type((JSONB_OID,), "JSONB_AS_TEXT", lambda text, _: text)
"""JSON goes into answers unparsed."""


class Backend(Enum):
    """The two kinds of database that a store can have."""

    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"


@dataclass(frozen=True, slots=True)
class Engine:
    """A bounded pool of connections and how a snapshot is begun on one of them."""

    backend: Backend
    pool: QueuePool
    begin: str
    statement_seconds: float

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

    begin = (
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
        f"SET LOCAL statement_timeout = {max(1, int(limits.statement_seconds * 1000))}; "
        "SET LOCAL timezone = 'UTC'"
    )
    return Engine(Backend.POSTGRESQL, _pool(connect, pool), begin, limits.statement_seconds)


def sqlite(file: SqliteFile, pool: Pool, limits: Limits) -> Engine:
    """Return an engine for a SQLite file; connects at the first use."""
    return Engine(Backend.SQLITE, _pool(file.connect, pool), "BEGIN", limits.statement_seconds)


def _pool(connect: Any, settings: Pool) -> QueuePool:  # noqa: ANN401 - a creator of either driver
    return QueuePool(
        connect,
        pool_size=settings.size,
        max_overflow=0,
        timeout=settings.wait_seconds,
        use_lifo=True,
        reset_on_return=None,
    )
