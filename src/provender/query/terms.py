"""Terms: the result of parsing a query string. Floor: query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum


class Operator(Enum):
    """The operators of a query string, in their written form."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="
    LIKE = "=like="
    ILIKE = "=ilike="
    IN = "=in="
    NOT_IN = "=notin="
    CONTAINS = "=contains="
    EXISTS = "=exists="


@dataclass(frozen=True, slots=True)
class Interval:
    """The instants that a datetime of limited precision names: from `start` to before `stop`.

    Both are aware, in UTC. `stop` is None if the interval reaches the end of year 9999.
    """

    start: datetime
    stop: datetime | None


@dataclass(frozen=True, slots=True)
class Word:
    """An unquoted name, a sign before it included (`-ctime`)."""

    text: str


# A `str` is a quoted string; numbers keep all digits.
Value = str | bool | Decimal | Interval | Word


@dataclass(frozen=True, slots=True)
class Term:
    """One field of a query string: key, operator, values.

    `path` are the keys below the key, into JSON: `attributes.a."b c"`.
    `values` has one member unless the query string had a list. `position` is the place of the key
    in the decoded query string.
    """

    key: str
    operator: Operator
    values: tuple[Value, ...]
    position: int = 0
    path: tuple[str, ...] = ()


def describe(value: Value) -> str:
    """Return the type of a value in the words of errors: "a string", "an integer"."""
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, Decimal):
        return "an integer" if value == value.to_integral_value() else "a fraction"
    if isinstance(value, Interval):
        return "a datetime"
    return "the word `" + value.text + "`" if isinstance(value, Word) else "a string"
