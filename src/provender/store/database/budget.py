"""How large the rows of a statement may be, counted while they come. Floor: store.

On PostgreSQL the server counts and stops, since the driver holds a whole result. On SQLite rows
come one by one and are counted here. The sum never exceeds the size of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from provender.schema.entities import Kind
from provender.schema.statements import Record, Statement
from provender.store.database.faults import too_large

# SQLite's limit of the length of a value (`sqlite3.SQLITE_LIMIT_LENGTH`, since Python 3.11).
LENGTH = 0
# The least value of that limit, which holds for what is computed on the way, too.
LEAST_LENGTH = 1 << 20
# The least value that it is given for one statement: SQLite itself needs some.
LEAST_SHARE = 1 << 12
# Characters from which a string is measured exactly.
LONG = 10_000
TEXTS = (Kind.JSON, Kind.TEXT)


def is_open(statement: Statement) -> bool:
    """Return whether the rows of a statement may have any size."""
    return bool(statement.wide or statement.row_bytes)


def guarded(statement: Statement, most: int, *, is_first_try: bool = False) -> str:
    """Return SQL whose rows begin with true; more than `most` bytes of them are an error.

    The error is a division by zero, which no other SQL of Provender can give. It ends the statement
    at the row that is too much. JSON is turned into text once, and measured as text. In a first try
    of few rows each may have its share only, which costs less than a sum (0.15 ms for 400 rows).
    """
    if not is_open(statement):
        return unguarded(statement)
    rows, sizes = statement.text, [str(statement.row_bytes)]
    if statement.wide:
        rows = f"SELECT {', '.join(_columns(statement))} FROM ({rows}) AS rows OFFSET 0"  # noqa: S608 - compiled
        sizes += [f"coalesce(octet_length(found.c{place}), 0)" for place in statement.wide]
    size = " + ".join(sizes)
    if is_first_try and statement.rows and not statement.row_bytes:
        fits = f"{size} <= {most // statement.rows}"
    else:
        fits = f"sum({size}) OVER (ROWS UNBOUNDED PRECEDING) <= {most}"
    return f"SELECT 1 / ({fits})::int = 1, found.* FROM ({rows}) AS found"  # noqa: S608 - compiled


def unguarded(statement: Statement) -> str:
    """Return SQL whose rows begin with true, for rows of any size."""
    return f"SELECT true, found.* FROM ({statement.text}) AS found"  # noqa: S608 - compiled


def _columns(statement: Statement) -> Iterator[str]:
    for place, kind in enumerate(statement.kinds):
        yield f"c{place}::text AS c{place}" if kind is Kind.JSON else f"c{place}"


def counted(rows: Iterable[Record], statement: Statement, most: int) -> Iterator[Record]:
    """Yield rows as long as they are not larger than `most` bytes.

    Raises:
        LimitExceeded: they are.
    """
    places = [place for place, kind in enumerate(statement.kinds) if kind in TEXTS]
    size = 0
    for row in rows:
        size += statement.row_bytes
        for place in places:
            value = row[place]
            if type(value) is str:
                size += len(value) if value.isascii() else _length(value)
        if size > most:
            raise too_large()
        yield row


def _length(text: str) -> int:
    """Return the number of bytes of a string, or of characters if it is short."""
    return len(text) if len(text) < LONG else len(text.encode("utf-8", "surrogatepass"))


def share(statement: Statement, most: int) -> int | None:
    """Return the largest value that lets few rows be fetched uncounted; None if rows are counted.

    Counting takes half a microsecond for each row, more than fetching it. JSON that is only looked
    at may be larger than its share, so rows with conditions on JSON are counted.
    """
    if statement.rows is None or statement.row_bytes or "json" in statement.text:
        return None
    places = sum([kind in TEXTS for kind in statement.kinds])
    each = most // (statement.rows * places or 1)
    return each if each >= LEAST_SHARE else None


def limit_values(driver: Any, most: int) -> None:  # noqa: ANN401 - the driver's
    """Make SQLite refuse values from which no answer can be made; needs Python 3.11."""
    if hasattr(driver, "setlimit"):
        driver.setlimit(LENGTH, max(LEAST_LENGTH, most + most // 2))
