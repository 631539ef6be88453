"""Errors of the two drivers, translated. Floor: store."""

from __future__ import annotations

import logging
import sqlite3

import psycopg2
from psycopg2 import errors
from psycopg2.extensions import TransactionRollbackError

from provender.errors import (
    CannotConvert,
    LimitExceeded,
    ProvenderError,
    QueryTimeout,
    StoreMisconfigured,
    StoreUnreachable,
    UnsupportedStore,
)
from provender.store.database import refusals

LOGGER = logging.getLogger(__name__)

# Message of libpq if a host stops during connecting; libpq then tries no other host.
HUNG_UP = "server closed the connection"


# Messages of SQLite about a file that holds something else than it should.
DAMAGE = ("malformed", "not a database", "no such", "too big")


class LostConnectionError(StoreUnreachable):
    """The server closed a connection, went away, or took a snapshot back: try again."""


def unreachable(
    name: str, error: Exception, *, is_lost: bool = False, what: str = "store"
) -> StoreUnreachable:
    """Return the error of a store that does not answer; `is_lost` if another try may help."""
    message, reason = f"The {what} `{name}` cannot be reached.", str(error).strip()
    advice = refusals.advice(reason) if isinstance(error, psycopg2.Error) else None
    if advice is not None:
        return StoreMisconfigured(message, reason=f"{advice} {reason}")
    if isinstance(error, PermissionError):
        return StoreMisconfigured(message, reason=reason)
    kind = LostConnectionError if is_lost else StoreUnreachable
    return kind(message, hint="Try again later.", reason=reason)


def unopened(what: str, error: OSError, path: object = None) -> StoreUnreachable:
    """Return the error of a store whose file cannot be opened; `what` begins its sentence."""
    kind = StoreMisconfigured if isinstance(error, PermissionError) else StoreUnreachable
    reason = f"{path or error.filename}: {error.strerror or error}"
    return kind(f"{what} cannot be opened.", reason=reason)


def translated(
    error: psycopg2.Error | sqlite3.Error,
    name: str,
    *,
    is_closed: bool = False,
    is_overdue: bool = False,
) -> ProvenderError | None:
    """Return the error of Provender for one of a driver, or None if Provender is at fault.

    `is_closed` says that the connection is gone, `is_overdue` that the time of the statement was.
    """
    if isinstance(error, sqlite3.Error):
        return _timeout(str(error)) if is_overdue else _of_sqlite(error, name)
    return _of_postgresql(error, name, is_closed=is_closed)


def _of_postgresql(error: psycopg2.Error, name: str, *, is_closed: bool) -> ProvenderError | None:
    reason = str(error).strip()
    if isinstance(error, errors.QueryCanceled):
        return _timeout(reason)
    is_lost = isinstance(error, psycopg2.InterfaceError | TransactionRollbackError)
    if is_closed or is_lost or _is_of_no_kind(error):
        return unreachable(name, error, is_lost=True)
    if isinstance(error, errors.InsufficientPrivilege | errors.UndefinedTable):
        return UnsupportedStore(
            f"The store `{name}` lacks a table, or the permission to read it.",
            hint="The database role needs SELECT on all tables of AiiDA.",
            reason=reason,
        )
    if isinstance(error, errors.UndefinedColumn):
        return UnsupportedStore(f"A table of the store `{name}` lacks a column.", reason=reason)
    if isinstance(error, psycopg2.DataError):
        is_guard = isinstance(error, errors.DivisionByZero)
        return too_large() if is_guard else _unconvertible(reason, name)
    return unreachable(name, error) if isinstance(error, psycopg2.OperationalError) else None


def _is_of_no_kind(error: psycopg2.Error) -> bool:
    """Return whether libpq could not read an answer: the server gave no code for this error."""
    return type(error) is psycopg2.DatabaseError and error.pgcode is None


def _of_sqlite(error: sqlite3.Error, name: str) -> ProvenderError | None:
    reason = str(error)
    if reason == "interrupted":
        return _timeout(reason)
    if "too big" in reason:
        return too_large()
    if "user-defined function" in reason:
        return _unconvertible(reason, name)
    if "locked" in reason or "unable to open" in reason or "disk I/O" in reason:
        return unreachable(name, error)
    if any(words in reason for words in DAMAGE):
        return UnsupportedStore(f"The database of the store `{name}` is damaged.", reason=reason)
    return None


def _unconvertible(reason: str, name: str) -> CannotConvert:
    LOGGER.warning("store %s: a stored value cannot be cast: %s", name, reason)
    return CannotConvert("A stored value cannot be cast.", reason=reason)


def too_large() -> LimitExceeded:
    """Return the error of rows that are larger than an answer may be."""
    return LimitExceeded(
        "The answer would be larger than `limits.answer_bytes` allows.",
        hint="Ask for fewer rows (`limit`), or for fewer columns or attributes.",
    )


def _timeout(reason: str) -> QueryTimeout:
    return QueryTimeout(
        "The database did not answer in time (`limits.statement_seconds`).",
        hint="Add a filter, or use a smaller offset.",
        reason=reason,
    )
