"""A read-only transaction: statements in, rows out. Floor: store."""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple

from psycopg2 import errors
from sqlalchemy.pool import PoolProxiedConnection

from provender.schema.copies import Copy
from provender.schema.statements import Backend, Flaws, Record, Rows, Statement, Statements
from provender.store.database import copying
from provender.store.database.budget import (
    LENGTH,
    counted,
    guarded,
    is_open,
    share,
    unguarded,
)
from provender.store.database.copying import Take
from provender.store.database.decoding import decode
from provender.store.database.engines import Engine
from provender.store.database.faults import LostConnectionError
from provender.store.database.fetching import MANY, fetched
from provender.store.database.gate import Visit
from provender.store.database.memory import Memory
from provender.store.database.opening import DECLARE, JOINED, plain
from provender.store.database.portions import PORTION_ROWS, portions
from provender.store.database.watchdog import GRACE_SECONDS, interrupted, watched
from provender.store.sqlite.connection import State
from provender.store.sqlite.descriptors import Key

LOGGER = logging.getLogger(__name__)

# Rows that a stream holds at a time: about a megabyte if they are short. Most lists have fewer.
BATCH = 1000


class FileState(NamedTuple):
    """A SQLite file by device and inode, and the name of its content if nobody writes it."""

    key: Key
    content: str | None


class Snapshot:
    """A read-only transaction: all its statements see the same data.

    `visit` is the stay of the request at the gate of the store. The transaction begins with the
    first statement, in the same round trip if possible, or when the token is read. `is_single` says
    that there will be one statement only, which then needs no transaction around it. `seconds` is
    the time that statements took so far, `flaws` are the values that could not be read so far.
    """

    def __init__(
        self,
        connection: PoolProxiedConnection,
        engine: Engine,
        visit: Visit,
        memory: Memory | None = None,
        *,
        is_single: bool = False,
    ) -> None:
        self._cursor: Any = connection.cursor()
        self._engine = engine
        self._visit = visit
        self._memory = memory
        self._is_single = is_single
        self._driver: Any = connection.dbapi_connection
        self._is_sqlite = engine.backend is Backend.SQLITE
        self._token: str | None = None
        self.has_begun = False
        self._is_over = False
        self.seconds = 0.0
        self.flaws = Flaws()

    @property
    def backend(self) -> Backend:
        """The kind of database."""
        return self._engine.backend

    @property
    def answer_bytes(self) -> int:
        """The largest size of an answer."""
        return self._engine.answer_bytes

    @property
    def token(self) -> str | None:
        """The name of the data: equal tokens, equal data. None when unknown."""
        begun = time.perf_counter()
        self._begin()
        self.seconds += time.perf_counter() - begun
        return self._token

    @property
    def file(self) -> FileState:
        """The file of a SQLite database, and what is known of its content."""
        self._begin()
        state: State | None = self._driver.state
        return FileState(self._driver.held[-1], state.content if state is not None else None)

    def confirm(self) -> None:
        """Raise `ChangedError` if the file of a SQLite database was changed without a lock."""
        if self._is_sqlite and self.has_begun:
            self._driver.confirm()

    def excuse(self, error: Exception, name: str) -> LostConnectionError | None:
        """Return the error to try again on, if the database `name` is not to blame for one."""
        excused = self._driver.excuse(error) if self._is_sqlite else None
        return excused and LostConnectionError(
            f"The store `{name}` cannot be reached.", hint="Try again later.", reason=str(excused)
        )

    def fetch(self, statements: Statements) -> Rows:
        """Return the rows of a list and their total; counts only if the rows do not decide it."""
        records = self.run(statements.rows) if statements.limit != 0 else []
        found, offset = len(records), statements.offset
        if statements.count is None:
            return Rows(found, records)
        is_last_page = statements.limit is None or found < statements.limit
        if is_last_page and (found or offset == 0):
            return Rows(offset + found, records)
        return Rows(self.cached(statements.count)[0][0], records)

    def run(self, statement: Statement) -> list[Record]:
        """Return all rows of a statement, decoded."""
        self._visit.begin(statement.text)
        begun = time.perf_counter()
        try:
            records = self._all_of_sqlite(statement) if self._is_sqlite else self._first(statement)
            if records is None:
                records = self._executed(statement)(None)
        finally:
            self._took(statement, begun)
        return self._decoded(records, statement)

    def _decoded(self, records: list[Record], statement: Statement) -> list[Record]:
        """Return rows with values of their types; what cannot be read is added to the flaws."""
        is_typed = not self._is_sqlite
        if len(records) <= MANY:
            return decode(records, statement, self.flaws, is_typed=is_typed)
        batches = (records[begin : begin + MANY] for begin in range(0, len(records), MANY))
        decoded = (decode(item, statement, self.flaws, is_typed=is_typed) for item in batches)
        return [*chain.from_iterable(decoded)]

    def _took(self, statement: Statement, begun: float) -> None:
        """Note how long a statement, or the first rows of it, took."""
        seconds = time.perf_counter() - begun
        self.seconds += seconds
        self._visit.note(statement.text, seconds)

    def batches(self, statement: Statement, size: int) -> Iterator[list[Record]]:
        """Yield the rows of a statement, decoded, so many at a time.

        Raises:
            LimitExceeded: they are larger than an answer may be.
        """
        self._visit.begin(statement.text)
        begun = time.perf_counter()
        try:
            records, take = self._first(statement, count=size), partial(self._joined, size)
            if records is None:
                take = partial(self._executed(statement), size)
                records = take()
        finally:
            self._took(statement, begun)
        while records:
            yield self._decoded(records, statement)
            begun = time.perf_counter()
            records = take()
            self.seconds += time.perf_counter() - begun

    def _executed(self, statement: Statement) -> Callable[[int | None], list[Record]]:
        """Execute a statement; return the function that fetches some or all of its rows."""
        most = self._engine.answer_bytes
        if self._is_sqlite:
            self.execute(statement.text, statement.values)
            rows = counted(self._cursor, statement, most)
            return lambda count: [*islice(rows, count)]
        is_guarded = is_open(statement)
        text = guarded(statement, most) if is_guarded else statement.text
        self.execute(text, statement.values)
        return partial(self._fetched, 1 if is_guarded else 0)

    def _fetched(self, columns: int, count: int | None) -> list[Record]:
        """Return rows of the driver, so many or all, without their first columns."""
        found = fetched(self._cursor) if count is None else self._cursor.fetchmany(count)
        return plain(found, columns) if columns else found

    def _joined(self, count: int) -> list[Record]:
        return self._fetched(JOINED, count)

    def _all_of_sqlite(self, statement: Statement) -> list[Record] | None:
        """Return the rows of a statement if they need not be counted, else None."""
        if statement.rows is None and not statement.row_bytes:
            return self.read(statement.text, statement.values)
        most = share(statement, self._engine.answer_bytes)
        if most is None or not hasattr(self._driver, "setlimit"):
            return None
        before = self._driver.setlimit(LENGTH, most)
        try:
            return self.read(statement.text, statement.values)
        except sqlite3.DataError:  # a value is larger than its share: count
            return None
        finally:
            self._driver.setlimit(LENGTH, before)

    def stream(self, statement: Statement) -> Iterator[Record]:
        """Yield the rows of a statement, decoded; `BATCH` of them are held at a time."""
        self._visit.begin(statement.text)
        if not self._is_sqlite:
            yield from self._stream_from_server(statement)
            return
        begun = time.perf_counter()
        try:
            self.execute(statement.text, statement.values)
            records = self._cursor.fetchmany(BATCH)
        finally:
            self._took(statement, begun)
        while records:
            yield from self._decoded(records, statement)
            records = self._cursor.fetchmany(BATCH)

    def copy(self, copy: Copy, take: Take, seconds: float | None) -> None:
        """Hand on the rows of a table, which PostgreSQL writes as text; as `copying.run`."""
        self._begin()
        self._visit.check()
        copying.run(self._driver, self._cursor, copy, take, seconds)

    def portions(self, statement: Statement, seconds: float | None) -> Iterator[list[Record]]:
        """Yield the rows of a statement, decoded, some at a time; other statements may run between.

        No time-out of a statement ends it. On SQLite it may take so many seconds; None: any.
        """
        self._begin()
        self._visit.check()
        if self._is_sqlite:
            for records in portions(self._driver, statement, seconds):
                yield self._decoded(records, statement)
            return
        rows = self.stream(statement)
        while records := [*islice(rows, PORTION_ROWS)]:
            yield records

    def cached(self, statement: Statement) -> list[Record]:
        """Return the result of `run`, cached while the data is the same."""
        if self._memory is None or self.token is None:
            return self.run(statement)
        key = (self._engine.serial, self.token, statement.text, repr(statement.values))
        records, flaws = self._memory.cached(key, lambda: self._run_apart(statement), _size)
        self.flaws.take(flaws)
        return records

    def _run_apart(self, statement: Statement) -> tuple[list[Record], Flaws]:
        """Return the rows of a statement and their flaws, which are cached together."""
        before, self.flaws = self.flaws, Flaws()
        try:
            return self.run(statement), self.flaws
        finally:
            self.flaws = before

    def read(self, text: str, values: Mapping[str, object] | None = None) -> list[Record]:
        """Return all rows of plain SQL, as the driver gives them."""
        self.execute(text, values)
        records: list[Record] = self._cursor.fetchall()
        return records

    def execute(self, text: str, values: Mapping[str, object] | None = None) -> None:
        """Execute a statement within `limits.statement_seconds`; its rows are not yet fetched."""
        if self._is_over:
            raise RuntimeError("a second statement where one was announced")
        self._begin()
        self._visit.check()
        LOGGER.debug("%s %s", text, values)
        arguments = (text, values) if values else (text,)
        if self._is_sqlite:
            self._start_clock()
            with interrupted(self._driver, self._engine.statement_seconds):
                self._cursor.execute(*arguments)
        else:
            with watched(self._driver, self._engine.statement_seconds + GRACE_SECONDS):
                self._cursor.execute(*arguments)

    def _begin(self) -> None:
        """Begin the transaction, within the seconds that connecting may take."""
        if self.has_begun:
            return
        if self._is_sqlite:
            self._start_clock()  # the deadline of the last statement has passed
            self._token = self._engine.start(self._driver, self._cursor)
        else:
            with watched(self._driver, self._engine.settings.connect_seconds):
                self._token = self._engine.start(self._driver, self._cursor)
        self.has_begun = True

    def _first(
        self, statement: Statement, *, batch: int | None = None, count: int | None = None
    ) -> list[Record] | None:
        """Return the rows of a first statement sent with the beginning; None if not possible.

        With a `batch` the rows stay on the server, with a `count` in the cursor of the driver.
        """
        opening = self._engine.opening
        if self.has_begun or opening is None or not opening.may_join(self._driver):
            return None
        LOGGER.debug("%s %s", statement.text, statement.values)
        self._visit.check()
        is_single = self._is_single and batch is None
        text = unguarded(statement)
        if batch is None:
            text = guarded(statement, self._engine.answer_bytes, is_first_try=True)
        try:
            with watched(self._driver, self._engine.statement_seconds + GRACE_SECONDS):
                first = opening.join(
                    self._driver,
                    self._cursor,
                    (text, statement.values),
                    is_single=is_single,
                    batch=batch,
                    take=None if count is None else partial(self._cursor.fetchmany, count),
                )
        except errors.DivisionByZero:  # a row is larger than its share: begin again, and count
            self._cursor.execute("ROLLBACK")
            return None
        if first is None:
            return None
        self.has_begun, self._token, self._is_over = True, first.token, is_single
        return first.records

    def _stream_from_server(self, statement: Statement) -> Iterator[Record]:
        """Yield the rows of a statement from a cursor of the server, batch by batch."""
        begun = time.perf_counter()
        try:
            records = self._first(statement, batch=BATCH)
            is_joined = records is not None
            if records is None:
                text = f"{DECLARE} {statement.text}; FETCH {BATCH} FROM batches"
                records = self.read(text, statement.values)
        finally:
            self._took(statement, begun)
        while records:
            yield from self._decoded(records, statement)
            if len(records) < BATCH:
                return
            begun = time.perf_counter()
            records = self.read(f"FETCH {BATCH} FROM batches")
            records = plain(records) if is_joined else records
            self.seconds += time.perf_counter() - begun

    def _start_clock(self) -> None:
        self._driver.deadline = time.monotonic() + self._engine.statement_seconds


def _size(found: tuple[list[Record], Flaws]) -> int:
    """Return about how many bytes records take: four for each character of a string."""
    records, _ = found
    texts = sum(len(value) for record in records for value in record if isinstance(value, str))
    return 500 + 4 * texts + sum(100 + 60 * len(record) for record in records)
