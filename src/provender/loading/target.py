"""The database that a command writes to: connecting, waiting, refusing. Floor: loading."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import TypeVar

import psycopg2
from psycopg2 import errors
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED, connection, cursor

from provender.errors import ConfigurationError, ProvenderError, StoreUnreachable, UnsupportedStore
from provender.store.database.faults import unreachable
from provender.store.profiles import Profile, ProfileKind, from_store

CONNECT_SECONDS = 10
# Seconds between two reports of a command that waits for the database.
TICK_SECONDS = 0.2
# Key of the advisory lock that a load holds ("Prov").
LOAD_LOCK = 0x50726F76
# Any table, those of AiiDA first; tables of extensions (`deptype` e) do not count.
HELD = (
    "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') "
    "AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' "
    "AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') "
    "ORDER BY c.relname LIKE 'db!_db%' ESCAPE '!' DESC, 1, 2 LIMIT 1"
)

_Result = TypeVar("_Result")


def from_url(url: str) -> Profile:
    """Return the database of a URL; raises `ConfigurationError` if it is not PostgreSQL's."""
    target = from_store(url) if "://" in url else None
    if target is None or target.kind is not ProfileKind.POSTGRESQL:
        raise ConfigurationError(
            "Name the database by its URL.", hint="postgresql://USER@HOST:PORT/DATABASE"
        )
    return target


def connect(target: Profile, *, autocommit: bool = False) -> connection:
    """Return a connection that may write, whatever the role's defaults.

    Raises:
        StoreUnreachable: no connection.
    """
    parameters = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "provender store",
        **target.dsn,
        "client_encoding": "UTF8",
    }
    try:
        made: connection = psycopg2.connect(**parameters)
    except psycopg2.OperationalError as error:
        raise unreachable(target.name, error, what="database") from error
    made.set_session(
        isolation_level=ISOLATION_LEVEL_READ_COMMITTED, readonly=False, autocommit=autocommit
    )
    return made


def check_empty(used: cursor, target: Profile) -> None:
    """Raise `ConfigurationError` unless the database is empty and stores text as UTF-8."""
    used.execute(HELD)
    row = used.fetchone()
    if row is not None:
        raise ConfigurationError(
            f"The database `{target.name}` is not empty: it has the table {row[0]}.{row[1]}.",
            hint="Name a new database (createdb NAME); nothing is ever overwritten.",
        )
    used.execute("SHOW server_encoding")
    encoding = (used.fetchone() or ("",))[0]
    if encoding != "UTF8":
        raise ConfigurationError(
            f"The database `{target.name}` has the encoding {encoding}, not UTF8.",
            hint="createdb -E UTF8 -T template0 NAME",
        )


def take_lock(used: cursor, target: Profile) -> None:
    """Take the lock of a load until the end of the transaction; raises if another has it."""
    used.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOAD_LOCK,))
    if (used.fetchone() or (False,))[0] is not True:
        raise ConfigurationError(f"Another load is filling the database `{target.name}`.")


def patiently(
    waiting: connection, work: Callable[[], _Result], tick: Callable[[], None]
) -> _Result:
    """Return the result of `work`, run in a thread because the driver ignores Ctrl-C.

    `tick` is called repeatedly until the end. An interruption cancels the statement.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        future = pool.submit(work)
        try:
            while wait((future,), TICK_SECONDS).not_done:
                tick()
        except BaseException:
            with suppress(psycopg2.Error):  # it may be closed already
                waiting.cancel()
            raise
    return future.result()


@contextmanager
def errors_of(target: Profile) -> Iterator[None]:
    """Turn errors of the driver in the block into errors of Provender."""
    try:
        yield
    except psycopg2.Error as error:
        translated = _translate(error, target)
        if translated is None:
            raise
        raise translated from error


def _translate(error: psycopg2.Error, target: Profile) -> ProvenderError | None:
    """Return the error of Provender for one of the driver, or None if Provender is at fault."""
    reason = str(error).strip()
    if isinstance(error, errors.InsufficientPrivilege):
        return ConfigurationError(
            f"The role may not make tables or indexes in the database `{target.name}`.",
            hint="Name the role that owns the database in the URL.",
            reason=reason,
        )
    if isinstance(error, errors.ReadOnlySqlTransaction):
        return ConfigurationError(
            f"The database `{target.name}` does not accept writes. Is it a standby?", reason=reason
        )
    if isinstance(error, errors.DuplicateTable):
        return ConfigurationError(f"The database `{target.name}` is not empty.", reason=reason)
    if isinstance(error, psycopg2.DataError | psycopg2.IntegrityError):
        return UnsupportedStore(
            "The archive breaks a constraint of AiiDA databases.", reason=reason
        )
    if isinstance(error, psycopg2.OperationalError | psycopg2.InterfaceError):
        return StoreUnreachable(
            f"The database `{target.name}` failed.", hint="Try again.", reason=reason
        )
    return None
