"""What a checked query asks of a row, free of any database. Floor: query.

Operands are equal whatever their value, so two plans of the same shape are equal and share one
compiled statement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from provender.store.catalogue import Field, Kind


@dataclass(frozen=True, slots=True)
class Operand:
    """A value that is bound when the statement runs, and the type that it has."""

    value: object = field(compare=False)
    kind: Kind = Kind.TEXT


class Relation(Enum):
    """How two values compare; texts by code point."""

    EQUAL = "=="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Target:
    """A field of the thing with this tag, or what a JSON path finds in it.

    The value of `path` is a tuple of segments: keys of objects, positions in lists.
    """

    tag: str
    field: Field
    path: Operand | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The field compares with a value; `fold` ignores case, `as_text` takes a uuid's text."""

    target: Target
    relation: Relation
    operand: Operand
    fold: bool = False
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """The field equals one of the values, of which there is at least one."""

    target: Target
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The field lies from `low` to before `high`, by code point; no `high` means no end.

    This is how a prefix is asked for: an index serves it. For a uuid `high` is included.
    """

    target: Target
    low: Operand
    high: Operand | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """The whole text of the field matches a pattern of `%`, `_` and backslash escapes."""

    target: Target
    operand: Operand
    fold: bool = False


@dataclass(frozen=True, slots=True)
class IsNull:
    """The field has no value."""

    target: Target


@dataclass(frozen=True, slots=True)
class Never:
    """False for every value of the field; neither this nor its negation holds for no value."""

    target: Target


@dataclass(frozen=True, slots=True)
class Negation:
    """The condition is false; not true where it is neither (SQL's NOT)."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Conjunction:
    """All hold; true for none."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """One at least holds; false for none."""

    conditions: tuple[Condition, ...]


Condition = (
    Comparison | Membership | Span | Pattern | IsNull | Never | Negation | Conjunction | Disjunction
)


def operands(condition: Condition) -> Iterator[Operand]:
    """Yield the operands of a condition, in the same order for every equal condition."""
    if isinstance(condition, Comparison | Pattern):
        yield condition.operand
    elif isinstance(condition, Membership):
        yield from condition.operands
    elif isinstance(condition, Span):
        yield condition.low
        if condition.high is not None:
            yield condition.high
    elif isinstance(condition, Negation):
        yield from operands(condition.condition)
    elif isinstance(condition, Conjunction | Disjunction):
        for part in condition.conditions:
            yield from operands(part)
