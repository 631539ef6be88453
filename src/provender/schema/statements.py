"""What queries and stores exchange: statements, rows, kinds of database. Floor: schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from provender.schema.entities import Kind


class Backend(Enum):
    """The two kinds of database that a store can have."""

    POSTGRESQL = "postgresql"
    SQLITE = "sqlite"


Record = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with named values, and the types of the columns that it gives."""

    text: str
    values: Mapping[str, object]
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Statements:
    """The rows of a list and, apart, their number before limit and offset.

    `count` is None where nobody asks for the total; `limit` None means all rows.
    """

    rows: Statement
    count: Statement | None = None
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """What one snapshot holds.

    `records` hold values in the order of `Statement.kinds`, alike on every backend: TIME as
    aware datetime in UTC, UUID as lower-case text, JSON as its text. `total` is the number of
    matches, or of records where no count was asked for.
    """

    total: int
    records: list[Record]
