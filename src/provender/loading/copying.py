"""Rows of an archive, sent to PostgreSQL as they are read. Floor: loading.

Source: the text format of COPY, PostgreSQL's documentation of that command.
"""

from __future__ import annotations

import io
import re
import select
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2.extensions import connection
from sqlalchemy import Table

from provender.errors import UnsupportedStore
from provender.loading.sources import Source
from provender.loading.target import patiently
from provender.store.progress import Progress

# Bytes sent at once: what fits into the buffer of a socket that has room. More makes it no faster.
CHUNK = 1 << 16
# Characters with a meaning in COPY, the backslash first.
ESCAPES = ((b"\\", rb"\\"), (b"\n", rb"\n"), (b"\t", rb"\t"), (b"\r", rb"\r"))
LINE = re.compile(r"COPY \w+, line (\d+)(?:, column (\w+))?")


class RefusedError(Exception):
    """The server sent an error during a COPY: it takes no more rows."""


class RowStream(io.RawIOBase):
    """The rows of a table as a file in COPY's text format.

    `done` counts the rows that were read. `failure` is the error of reading, which the driver
    replaces by an error of its own.
    """

    def __init__(
        self, rows: Iterator[tuple[Any, ...]], socket: int, chunk_bytes: int = CHUNK
    ) -> None:
        super().__init__()
        self._rows = rows
        self._socket = socket
        self._chunk_bytes = chunk_bytes
        self.done = 0
        self.failure: BaseException | None = None

    def read(self, _size: int = -1, /) -> bytes:
        """Return about `chunk_bytes` of whole lines, nothing at the end."""
        try:
            return self._lines()
        except BaseException as error:
            self.failure = error
            raise

    def _lines(self) -> bytes:
        # The driver would go on to the last row before it heard of an error. In a COPY nothing
        # else comes back from the server. Rows are made when there is room for them: a driver
        # that has to wait for room takes what comes back to itself, and it is not seen here.
        if select.select([self._socket], [self._socket], [])[0]:
            raise RefusedError
        lines: list[bytes] = []
        size = 0
        for row in self._rows:
            lines.append(line(row))
            size += len(lines[-1])
            if size >= self._chunk_bytes:
                break
        self.done += len(lines)
        return b"".join(lines)


def line(row: tuple[Any, ...]) -> bytes:
    r"""Return a row in COPY's text format.

    Example:
        `(1, b"a\\b", None)` gives `1`, tab, `a\\\\b`, tab, `\N`, newline.
    """
    return b"\t".join(map(_field, row)) + b"\n"


def _field(value: object) -> bytes:
    if value is None:
        return rb"\N"
    if not isinstance(value, bytes):
        return str(value).encode()
    for letter, written in ESCAPES:
        if letter in value:
            value = value.replace(letter, written)
    return value


def copy_table(source: Source, table: Table, writing: connection, progress: Progress) -> None:
    """Copy the rows of a table in the order of their ids.

    The table must have been made in the same transaction: its rows are written frozen, so that
    no later VACUUM has to rewrite them.

    Raises:
        UnsupportedStore: a row that PostgreSQL does not take; the message names it.
    """
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    total = source.counts[table.name]
    with closing(source.connect()) as reading, writing.cursor() as used:
        rows = reading.execute(f"SELECT {columns} FROM {table.name} ORDER BY id")  # noqa: S608 - our names
        stream = RowStream(rows, writing.fileno())

        def copy() -> None:
            used.copy_expert(f"COPY {table.name} ({columns}) FROM STDIN WITH (FREEZE)", stream)

        try:
            patiently(writing, copy, lambda: progress(f"rows of {table.name}", stream.done, total))
        except (psycopg2.DataError, psycopg2.IntegrityError) as error:
            raise _refusal(error, table.name, source) from error
        except psycopg2.Error as error:
            if stream.failure is None or isinstance(stream.failure, RefusedError):
                raise
            raise stream.failure from error
    progress(f"rows of {table.name}", stream.done, total)


def _refusal(error: psycopg2.Error, table: str, source: Source) -> UnsupportedStore:
    """Return which row PostgreSQL did not take, and why."""
    place = LINE.search(error.diag.context or "")
    row, column = "a row", "a value"
    if place is not None:
        with closing(source.connect()) as reading:
            sql = f"SELECT id FROM {table} ORDER BY id LIMIT 1 OFFSET ?"  # noqa: S608 - our names
            found = reading.execute(sql, (int(place[1]) - 1,)).fetchone()
        row = f"the row with id {found[0]}" if found else row
        column = f"`{place[2]}`" if place[2] else column
    return UnsupportedStore(
        f"PostgreSQL refuses {column} of {row} of {table}.",
        hint="Nothing was loaded.",
        reason=f"{error.diag.message_primary} {error.diag.message_detail or ''}".strip(),
    )
