"""Rows that PostgreSQL itself writes as text: `COPY (…) TO STDOUT`. Floor: store.

COPY takes no parameters. So the values are bound as the driver binds those of every statement: it
writes each as a literal (`mogrify`) before anything is sent.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import psycopg2

from provender.schema.copies import Copy
from provender.store.database.documents import SHORT
from provender.store.database.mending import is_suspicious, mended
from provender.store.database.watchdog import ANY_TIME, GRACE_SECONDS, watched

LOGGER = logging.getLogger(__name__)

# Bytes of the rows that are handed on together.
BLOCK = 1 << 18
# Floats as short as they can be written, whatever the server's own default; and its time-out.
SETTINGS = "SET LOCAL extra_float_digits = 1; SET LOCAL statement_timeout = %d"


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole rows as text: how many, and how many values of them cannot be shown."""

    text: bytes
    rows: int
    hidden: int = 0

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        return len(self.text)


Take = Callable[[Block], None]


class Gathering:
    """The file that the driver writes rows to, one by one; they are handed on in blocks."""

    __slots__ = ("_copy", "_hidden", "_rows", "_size", "_take", "_wanted")

    def __init__(self, copy: Copy, take: Take, wanted: int = BLOCK) -> None:
        self._copy, self._take, self._wanted = copy, take, wanted
        self._rows: list[bytes] = []
        self._size = self._hidden = 0

    def write(self, row: bytes) -> None:
        """Take a row with its end of the line; called for each of millions."""
        size = len(row)
        if size > SHORT and is_suspicious(row):
            row, hidden = mended(row, self._copy)
            self._hidden, size = self._hidden + hidden, len(row)
        self._rows.append(row)
        self._size += size
        if self._size >= self._wanted:
            self.flush()

    def flush(self) -> None:
        """Hand on what there is."""
        if self._rows:
            rows, self._rows, self._size = self._rows, [], 0
            hidden, self._hidden = self._hidden, 0
            self._take(Block(b"".join(rows), len(rows), hidden))


def run(
    driver: Any,  # noqa: ANN401 - a connection
    cursor: Any,  # noqa: ANN401 - the driver's
    copy: Copy,
    take: Take,
    seconds: float | None,
) -> None:
    """Hand on the rows of a table, block by block, within a transaction.

    All of it may take so many seconds, whatever `limits.statement_seconds` says; None: any.
    """
    cursor.execute(SETTINGS % (0 if seconds is None else 1000 * seconds + 1))
    text, rows = _written(cursor, copy), Gathering(copy, take)
    LOGGER.debug("%s", text)
    with watched(driver, GRACE_SECONDS + (ANY_TIME if seconds is None else seconds)):
        cursor.copy_expert(text, rows)
    rows.flush()


def _written(cursor: Any, copy: Copy) -> bytes:  # noqa: ANN401 - the driver's
    """Return the SQL of a copy, its values as literals."""
    text, values = copy.rows.text, copy.rows.values
    bound: bytes = cursor.mogrify(text, values) if values else text.replace("%%", "%").encode()
    return b"COPY (" + bound + b") TO STDOUT WITH (" + copy.options.encode() + b")"


def show_uncaught(
    kind: type[BaseException], error: BaseException, place: TracebackType | None
) -> None:
    """Show an error that nobody caught, for `sys.excepthook`; but none that the driver prints.

    It does so with the first of two errors, when a database that shuts down ends a COPY. The second
    is raised.
    """
    if not (kind is SystemError and isinstance(error.__cause__, psycopg2.Error)):
        sys.__excepthook__(kind, error, place)
