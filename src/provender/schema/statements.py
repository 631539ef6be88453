"""Statements, rows and kinds of database: the types between query and store. Floor: schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    few rows. `outputs` say what each column shows (`query.plan.plan.Output`), for notes.
    """

    text: str
    values: Mapping[str, object]
    kinds: tuple[Kind, ...] = ()
    rows: int | None = None
    wide: tuple[int, ...] = ()
    row_bytes: int = 0
    outputs: tuple[Any, ...] = ()


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
class Flaw:
    """A stored value that cannot be shown: where it is, and why. It is None in its `record`."""

    problem: str
    output: Any
    outputs: tuple[Any, ...]
    record: Record


# Flaws that are kept of a request; the others are only counted.
MOST_FLAWS = 20


@dataclass(slots=True)
class Flaws:
    """The flaws of the rows that a request read: the first of them, and how many there are.

    `hidden` is the number of those in columns that the answer does not show.
    """

    number: int = 0
    hidden: int = 0
    first: list[Flaw] = field(default_factory=list)

    def add(self, flaw: Flaw) -> None:
        """Count a flaw, and keep it if there are few."""
        if flaw.output.is_hidden:
            self.hidden += 1
            return
        self.number += 1
        if len(self.first) < MOST_FLAWS:
            self.first.append(flaw)

    def take(self, others: Flaws) -> None:
        """Add the flaws of other rows."""
        self.number += others.number
        self.first += others.first[: MOST_FLAWS - len(self.first)]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows from one snapshot.

    `records` hold values in the order of `Statement.kinds`, alike on every backend: TIME as
    aware datetime in UTC, UUID as lower-case text, JSON as a string. A value that is not of its
    type is None, and bad JSON is the string `null`. `total` is the number of matches, or the
    number of records if no count was wanted.
    """

    total: int
    records: list[Record]
