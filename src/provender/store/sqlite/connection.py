"""Read-only connections to SQLite files that others write, replace or damage. Floor: store.

SQLite believes that whoever changes a file takes its locks and raises its counter of changes. `cp`
does neither. So a connection compares size and times of its file when it begins to read and when it
ends: no answer is mixed from two contents of a file, and none holds a page of an earlier one.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from provender.store.sqlite.cursors import TolerantCursor
from provender.store.sqlite.descriptors import Key, release

# Virtual machine steps between two looks at the clock, which take 1 % of them. One step may be a
# function that reads a value of megabytes.
STEPS_BETWEEN_CHECKS = 2_000
# Commits between two uses of a connection; more, or a step back, mean another file.
MOST_COMMITS = 100_000
COUNTER = 1 << 32
# Bytes of a value or row; PostgreSQL holds no larger JSON.
LARGEST_VALUE = 256 << 20
# Memory for the pages of one connection. With `cell_size_check` reading a page costs half as much
# again, and the index by which 130,000 nodes are counted is larger than the usual 2 MB. Setting it
# reads the schema, which must wait until our functions are known: else a hostile one may use them.
PAGES = "PRAGMA cache_size = -8000"
# What a database from anybody must not do: call functions from its views, or hide its damage.
SETTINGS = (
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA query_only = ON",
    "PRAGMA case_sensitive_like = ON",
    "PRAGMA schema_version",
)
# Names in Python's module; it has limits since 3.11, and switches since 3.12.
LIMITS = {"SQLITE_LIMIT_LENGTH": LARGEST_VALUE, "SQLITE_LIMIT_ATTACHED": 0}
SWITCHES = {
    "SQLITE_DBCONFIG_DEFENSIVE": True,
    "SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION": False,
    "SQLITE_DBCONFIG_ENABLE_TRIGGER": False,
    "SQLITE_DBCONFIG_ENABLE_VIEW": False,
}
# What SQLite says of a file that holds something else than it should.
DAMAGE = ("malformed", "not a database", "no such", "disk I/O", "encrypted")

Stamp = tuple[int, ...]


class ChangedError(sqlite3.OperationalError):
    """The file changed while it was read, by something that takes no lock: read again."""

    def __init__(self) -> None:
        super().__init__("the file was changed while it was read, without a lock")


class State(NamedTuple):
    """The state of an open file.

    `written` changes with its content, `touched` also with its name or permissions, `counter` with
    every commit. `content` names the data if that is known without them.
    """

    written: Stamp = ()
    touched: Stamp = ()
    counter: bytes = b""
    content: str | None = None

    @property
    def token(self) -> str:
        """The name of the data: equal tokens, equal data."""
        if self.content is not None:
            return self.content
        return f"{self.counter.hex()}{self.written}{self.touched}"

    def may_follow(self, other: State) -> bool:
        """Return whether SQLite notices what changed since another state."""
        if self.written == other.written and self.touched == other.touched:
            return True
        commits = _number(self.counter) - _number(other.counter)
        return 0 < commits % COUNTER <= MOST_COMMITS


Observer = Callable[[], State]


class ReadOnlyConnection(sqlite3.Connection):
    """A connection that interrupts itself when its `deadline` (monotonic seconds) has passed.

    It also does when another thread sets `is_stopped`.
    `observe` is None if changes of the data cannot be noticed. An `is_immutable` file has no lock,
    and sees no change either. A connection that `is_stale` must not be used again.
    """

    deadline: float = float("inf")
    is_stopped: bool = False
    copy: tempfile.TemporaryDirectory[str] | None = None
    observe: Observer | None = None
    is_broken: Callable[[], bool] | None = None
    state: State | None = None
    is_immutable: bool = False
    is_stale: bool = False
    is_new: bool = True

    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - sqlite3's
        super().__init__(*arguments, **options)
        self.held: list[Key] = []

    def cursor(self, *options: Any) -> Any:  # noqa: ANN401 - a cursor of any class
        """Return a cursor that reads text which is not UTF-8, too."""
        return super().cursor(*(options or (TolerantCursor,)))

    def is_overdue(self) -> bool:
        """Return whether SQLite's progress handler must stop the statement."""
        return self.is_stopped or time.monotonic() > self.deadline

    def begin(self, cursor: sqlite3.Cursor) -> str | None:
        """Begin a transaction and return its token: equal tokens, equal data; None when unknown.

        Raises:
            ChangedError: SQLite would not notice what happened to the file since its last use.
        """
        observe = self.observe
        if self.is_new:
            cursor.execute(PAGES)
            self.is_new = False
        while True:
            before = observe() if observe is not None else None
            cursor.execute("BEGIN")
            cursor.execute("PRAGMA schema_version").fetchone()
            after = observe() if observe is not None else None
            if before is after or before == after:
                break
            cursor.execute("ROLLBACK")
        if after is None:
            return None
        if self.state is not None and after is not self.state and not after.may_follow(self.state):
            self.is_stale = True
            raise ChangedError
        self.state = after
        return after.token

    def confirm(self) -> None:
        """Raise `ChangedError` if the file changed since `begin`, in spite of the lock on it."""
        if self.has_changed():
            raise ChangedError

    def has_changed(self) -> bool:
        """Return whether the file was changed since `begin`."""
        if self.observe is not None and self.state is not None:
            self.is_stale = self.observe().written != self.state.written
        return self.is_stale

    def excuse(self, error: Exception) -> Exception | None:
        """Return why the database itself is not to blame for an error; None if it is."""
        if isinstance(error, ChangedError):
            return error
        if self.has_changed():
            return ChangedError()
        is_damage = isinstance(error, sqlite3.Error) and any(
            words in str(error) for words in DAMAGE
        )
        if is_damage and self.is_broken is not None and self.is_broken():
            self.is_stale = True
            return error
        return None

    def close(self) -> None:
        """Close the connection and remove the copy that it may have been opened on."""
        super().close()
        while self.held:
            release(self.held.pop())
        if self.copy is not None:
            self.copy.cleanup()


def connected(uri: str, lock_seconds: float, observe: Observer | None) -> ReadOnlyConnection:
    """Return a read-only connection that trusts nothing in its file."""
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=lock_seconds,
        isolation_level=None,
        check_same_thread=False,
        factory=ReadOnlyConnection,
    )
    connection.observe = observe
    try:
        _restrict(connection)
        for setting in SETTINGS:
            connection.execute(setting)
        connection.set_progress_handler(connection.is_overdue, STEPS_BETWEEN_CHECKS)
    except BaseException:
        connection.close()
        raise
    return connection


def _restrict(connection: Any) -> None:  # noqa: ANN401 - methods of later Pythons
    """Set the limits and switches that this Python has."""
    for name, value in LIMITS.items():
        if hasattr(sqlite3, name):
            connection.setlimit(getattr(sqlite3, name), value)
    for name, is_on in SWITCHES.items():
        if hasattr(sqlite3, name):
            connection.setconfig(getattr(sqlite3, name), is_on)


def _number(counter: bytes) -> int:
    """Return the counter of changes, the first four of its bytes."""
    return int.from_bytes(counter[:4], "big")
