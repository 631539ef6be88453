"""A cursor that reads text which is not UTF-8, too. Floor: store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

# What the driver says of a text that is not UTF-8.
UNDECODABLE = "decode to UTF-8"


class TolerantCursor(sqlite3.Cursor):
    """A cursor that gives text as bytes if it is not UTF-8, instead of raising an error.

    The driver raises the error for a whole statement. Then the statement is executed again, with
    a function of ours that decodes each text: it costs 100 ns for each, so it is not the rule. Both
    executions must be in one transaction.
    """

    _asked: tuple[Any, ...] = ()
    _given = 0

    def execute(self, *asked: Any) -> TolerantCursor:  # noqa: ANN401 - as the driver's
        """Execute a statement."""
        self._asked, self._given = asked, 0
        if self.connection.text_factory is _decoded:
            self.connection.text_factory = str
        super().execute(*asked)
        return self

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        try:
            return super().fetchall()
        except sqlite3.OperationalError as error:
            return self._read_again(error, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        """Return the next rows."""
        number = size or 1
        try:
            rows = super().fetchmany(number)
        except sqlite3.OperationalError as error:
            rows = self._read_again(error, number)
        self._given += len(rows)
        return rows

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override] # a generator costs less
        """Yield the rows that are left, one by one: few of them may be held."""
        given, fetch = self._given, super().fetchone
        while True:
            try:
                row = fetch()
            except sqlite3.OperationalError as error:
                self._given = given
                row = next(iter(self._read_again(error, 1)), None)
            if row is None:
                return
            given += 1
            yield row

    def _read_again(self, error: sqlite3.OperationalError, size: int | None) -> list[Any]:
        """Return rows of the statement executed again, after those that were given."""
        if UNDECODABLE not in str(error) or self.connection.text_factory is _decoded:
            raise error
        self.connection.text_factory = _decoded  # until the next statement
        super().execute(*self._asked)
        for _ in range(self._given):
            super().fetchone()
        return super().fetchall() if size is None else super().fetchmany(size)


def _decoded(text: bytes) -> str | bytes:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text
