"""The rows of a cursor of SQLite, some at a time. Floor: store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from provender.schema.statements import Record, Statement
from provender.store.database.watchdog import ANY_TIME

# Rows, and characters of them, of a portion: some milliseconds of Python.
PORTION_ROWS, PORTION_LETTERS = 500, 1 << 18


def portions(
    driver: Any,  # noqa: ANN401 - a connection
    statement: Statement,
    seconds: float | None,
) -> Iterator[list[Record]]:
    """Yield the rows of a statement within a transaction; other statements may run between.

    All of it may take so many seconds; None: any.
    """
    driver.deadline = until = time.monotonic() + (ANY_TIME if seconds is None else seconds)
    cursor = driver.cursor()
    cursor.execute(statement.text, statement.values)
    records, letters = list[Record](), 0
    for record in cursor:
        records.append(record)
        letters += sum([len(value) for value in record if type(value) is str])
        if len(records) >= PORTION_ROWS or letters >= PORTION_LETTERS:
            yield records
            records, letters = [], 0
            driver.deadline = until  # that of a statement in between is over
    if records:
        yield records
