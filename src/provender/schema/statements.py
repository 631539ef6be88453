"""Statements, rows and kinds of database: the types between query and store. Floor: schema."""

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
    """SQL with named values, and the types of the columns that it gives.

    `rows` is the largest number of rows, if there is one. `wide` are the places of columns whose
    values may have any size. `row_bytes` is what each row has besides in an answer, 0 if there are
    few rows.
    """

    text: str
    values: Mapping[str, object]
    kinds: tuple[Kind, ...] = ()
    rows: int | None = None
    wide: tuple[int, ...] = ()
    row_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Statements:
    """The rows of a list and, apart, their number before limit and offset.

    `count` is None if the request wants no total; `limit` None means all rows.
    """

    rows: Statement
    count: Statement | None = None
    limit: int | None = None
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows from one snapshot.

    `records` hold values in the order of `Statement.kinds`, alike on every backend: TIME as
    aware datetime in UTC, UUID as lower-case text, JSON as a string. `total` is the number of
    matches, or the number of records if no count was wanted.
    """

    total: int
    records: list[Record]
