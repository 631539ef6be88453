"""From what is stored to what a table shows, a column at a time. Floor: exports.

A cell is an integer, a float, a boolean, a text, or None. Times, uuids and JSON are texts.
PostgreSQL does the same in SQL where it writes rows itself (`query.sql.tables`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from provender.schema.columns import Column, Type

Cells = Sequence[Any]
NULL, EMPTY = "null", "{}"
BOOLEANS = {"true": True, "false": False}
DIGITS = frozenset("-0123456789")
SMALLEST, LARGEST = -(2**63), 2**63 - 1
# Characters of an integer that surely has no more than 64 bits.
SHORT = 18
# The offset that Python writes for UTC.
UTC = "+00:00"


def instant(moment: datetime | None) -> str | None:
    """Return a time in UTC as ISO 8601 has it, always with microseconds: `2026-11-20T12:00:00.5…Z`.

    Example:
        12:51 on 20 November 2026 is `2026-11-20T12:51:00.000000Z`.
    """
    return None if moment is None else f"{moment.isoformat(timespec='microseconds')[: -len(UTC)]}Z"


def shown(column: Column, values: Cells) -> Cells:
    """Return the cells of a column of stored values."""
    show = _function(column)
    return values if show is None else [show(value) for value in values]


def columns_of(columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> list[Cells]:
    """Return the cells of rows of stored values, a list for each column."""
    stored = zip(*rows, strict=True)
    return [shown(column, values) for column, values in zip(columns, stored, strict=True)]


def _function(column: Column) -> Callable[[Any], Any] | None:
    if column.stored is Type.TIME:
        return instant
    if column.stored is not Type.JSON:
        return None
    return _object if column.is_object else INSIDE[column.shown]


def _object(text: str | None) -> str | None:
    return EMPTY if text is None else _json(text)


def _json(text: str | None) -> str | None:
    return None if text == NULL else text


def _number(text: str | None) -> float | None:
    if text is None or text[:1] not in DIGITS:
        return None
    found = float(text)
    return found if math.isfinite(found) else None


def _integer(text: str | None) -> int | None:
    """Return an integer of 64 bits; None for other numbers."""
    if text is None or text[:1] not in DIGITS:
        return None
    if len(text) <= SHORT and text.isdigit():
        return int(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return int(number) if SMALLEST <= number <= LARGEST and number == int(number) else None


def string(text: str | None) -> str | None:
    """Return the string of a JSON text; None for other JSON."""
    return json.loads(text) if text is not None and text.startswith('"') else None


def _boolean(text: str | None) -> bool | None:
    return None if text is None else BOOLEANS.get(text)


# How JSON is shown as each type.
INSIDE: dict[Type, Callable[[str | None], Any]] = {
    Type.JSON: _json,
    Type.STRING: string,
    Type.NUMBER: _number,
    Type.INTEGER: _integer,
    Type.BOOLEAN: _boolean,
}
