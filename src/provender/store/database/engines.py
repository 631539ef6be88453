"""Pools of read-only connections to one database. Floor: store.

Three locks keep a store as it is. PostgreSQL: every transaction is `READ ONLY`, the role needs
SELECT only, and nothing but `select` is built. SQLite: `mode=ro`, `query_only`, and the same.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import count
from threading import Event
from typing import Any

import psycopg2
import psycopg2.extensions
from psycopg2 import errors
from sqlalchemy.pool import QueuePool

from provender.schema.statements import Backend
from provender.settings import Limits, Pool
from provender.store.sqlite.files import Marker, SqliteFile

LOGGER = logging.getLogger(__name__)

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

SERVER = "extract(epoch FROM pg_postmaster_start_time())"
"""The name of a running server, written alike in every session."""
SNAPSHOT = (
    f"concat_ws(' ', txid_current_snapshot(), {SERVER}, "
    "pg_relation_filepath('pg_catalog.pg_class'), (pg_control_checkpoint()).checkpoint_lsn)"
)
"""The name of a snapshot. The path of a table tells the database without a look into a table."""

POSITION = f"pg_last_wal_replay_lsn() || ' ' || {SERVER}"
IS_SETTLED = (
    "pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() OR (pg_last_wal_receive_lsn() < "
    "pg_last_wal_replay_lsn() AND (pg_stat_get_wal_receiver()).pid IS NOT NULL)"
)
"""Whether a standby has replayed all that it has. After its start the position of what it received
is behind until something new comes, but it asks for more only when it has replayed the rest."""

NAMELESS = (errors.UndefinedFunction, errors.InsufficientPrivilege, errors.FeatureNotSupported)
"""What a server says that does not have, or not give, what a name is made of."""

Start = Callable[[Any, Any], "str | None"]


@dataclass(frozen=True, slots=True)
class Engine:
    """A bounded pool of connections and how a snapshot is begun on one of them.

    `start` begins the transaction and returns its token: equal tokens, equal data. It is None
    where nothing tells. `hosts` is the number of servers that have the data.
    """

    backend: Backend
    pool: QueuePool
    start: Start
    statement_seconds: float
    settings: Pool
    hosts: int = 1
    closed: Event = field(default_factory=Event)
    serial: int = field(default_factory=count().__next__)

    def unnamed(self) -> Engine:
        """Return an engine whose snapshots have no names, for data that lies elsewhere too."""

        def start(driver: Any, cursor: Any) -> None:  # noqa: ANN401 - the driver's
            self.start(driver, cursor)

        return replace(self, start=start)

    def close(self) -> None:
        """Close all connections: those in use when they are given back."""
        self.closed.set()
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

    start = _PostgresqlStart(limits.statement_seconds)
    connections = _pool(connect, pool, recycle=pool.recycle_seconds)
    hosts = str(dsn.get("host") or "").count(",") + 1
    return Engine(Backend.POSTGRESQL, connections, start, limits.statement_seconds, pool, hosts)


class _Connection(psycopg2.extensions.connection):
    """A connection that remembers whether a standby answered last, and when it was made.

    The hosts of one pool may be of both kinds, and behind a pooler those of one connection.
    """

    was_standby = False
    born = 0.0


class _PostgresqlStart:
    """Begins a transaction and reads the name of its snapshot; one round trip, two on a standby.

    On a primary, two equal texts of a snapshot mean that the same transactions are visible. The
    rest of the name tells servers apart (two primaries may count alike after a failover), the
    databases of one, and the time before a crash from the time after it, which counts again what
    was committed and not yet on disk: recovery ends with a checkpoint.

    On a standby the text leaves out running transactions. The position of the replay names the
    data there, but only while nothing is being replayed: a commit shows before the position
    moves, by as long as it takes to delete the files of dropped tables. So the position before the
    snapshot has to be that after it, and of all that has arrived; else the snapshot has no name. A
    timeline is not needed: one that goes another way is followed only after a new start.
    """

    def __init__(self, statement_seconds: float) -> None:
        milliseconds = max(1, int(statement_seconds * 1000))
        self._begin = (
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
            f"SET LOCAL statement_timeout = {milliseconds}; SET LOCAL timezone = 'UTC'"
        )
        names = f"SELECT pg_is_in_recovery(), {SNAPSHOT}, "
        self._on_primary = f"{self._begin}; {names} NULL"
        self._on_standby = f"{self._begin}; {names} CASE WHEN {IS_SETTLED} THEN {POSITION} END"
        self._can_name = True

    def __call__(self, driver: Any, cursor: Any) -> str | None:  # noqa: ANN401 - the driver's
        if self._can_name:
            try:
                return self._start(driver, cursor)
            except NAMELESS as error:
                LOGGER.warning("this database does not name its snapshots, so no ETags: %s", error)
                self._can_name = False
                cursor.execute("ROLLBACK")
        cursor.execute(self._begin)
        return None

    def _start(self, driver: Any, cursor: Any) -> str | None:  # noqa: ANN401 - the driver's
        expected, before = driver.was_standby, None
        if expected:
            cursor.execute(f"SELECT {POSITION}")
            before = cursor.fetchone()[0]
        cursor.execute(self._on_standby if expected else self._on_primary)
        driver.was_standby, snapshot, after = cursor.fetchone()
        if driver.was_standby != expected:
            return None
        if not expected:
            return str(snapshot)
        return f"{snapshot} {after}" if after and after == before else None


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
