"""What a checked query asks of a row, free of any database. Floor: query.

Operands are equal whatever their value, so two plans of the same shape are equal and share one
compiled statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from provender.schema.entities import Field, Kind

PLAIN_SEGMENT = re.compile(r"(?![0-9-])[A-Za-z0-9_ -]+")


@dataclass(frozen=True, slots=True)
class Operand:
    """A value that is bound when the statement runs, and the type that it has."""

    value: object = field(compare=False)
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Path(Operand):
    """A path into JSON: keys of objects, positions in lists.

    It is `plain` if SQLite can follow it by itself: keys of ASCII letters, none like a position.
    """

    plain: bool = False

    @property
    def segments(self) -> tuple[str, ...]:
        """The keys and positions."""
        return self.value  # type: ignore[return-value]

    def copy(self) -> Path:
        """Return the same path as an operand of its own: one for each condition."""
        return Path(self.value, self.kind, self.plain)

    @classmethod
    def of(cls, segments: tuple[str, ...]) -> Path:
        """Return the path of these segments."""
        plain = all(PLAIN_SEGMENT.fullmatch(segment) for segment in segments)
        return cls(segments, Kind.JSON, plain)


class Relation(Enum):
    """How two values compare; texts by code point."""

    EQUAL = "=="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Target:
    """A field of the thing with this tag, or what a JSON path finds in it."""

    tag: str
    field: Field
    path: Path | None = None


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
    """The field equals one of the values: a tuple of at least one."""

    target: Target
    operand: Operand


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
class Unknown:
    """Neither true nor false, whatever the field: what `in` with nothing but null gives."""

    target: Target


class JsonType(Enum):
    """The types of JSON values."""

    OBJECT = "object"
    ARRAY = "array"
    STRING = "string"
    NUMBER = "number"
    BOOLEAN = "boolean"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class JsonComparison:
    """A JSON value is of a type and compares with a value; false where there is none.

    Numbers compare as doubles, texts by code point, lists and objects as PostgreSQL orders them.
    """

    target: Target
    type: JsonType
    relation: Relation
    operand: Operand


@dataclass(frozen=True, slots=True)
class JsonMembership:
    """A JSON value is of a type and equals one of the values; false where there is none."""

    target: Target
    type: JsonType
    operand: Operand


@dataclass(frozen=True, slots=True)
class JsonPattern:
    """A JSON value is a text that matches a pattern; false where there is none."""

    target: Target
    operand: Operand
    fold: bool = False


@dataclass(frozen=True, slots=True)
class JsonLength:
    """A JSON value is a list whose length compares; false where there is none."""

    target: Target
    relation: Relation
    operand: Operand


@dataclass(frozen=True, slots=True)
class JsonHasType:
    """A JSON value is of a type; unknown where there is none, which only `null` includes."""

    target: Target
    type: JsonType


@dataclass(frozen=True, slots=True)
class JsonContains:
    """A JSON value contains another, as PostgreSQL's `@>`; unknown where there is none."""

    target: Target
    operand: Operand


@dataclass(frozen=True, slots=True)
class JsonHasKey:
    """A JSON value is an object with a key, a list with a text, or that text; else as above."""

    target: Target
    operand: Operand


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


JsonCondition = (
    JsonComparison
    | JsonMembership
    | JsonPattern
    | JsonLength
    | JsonHasType
    | JsonContains
    | JsonHasKey
)
PlainCondition = Comparison | Membership | Span | Pattern | IsNull | Never | Unknown
Condition = PlainCondition | JsonCondition | Negation | Conjunction | Disjunction


def operands(condition: Condition) -> Iterator[Operand]:
    """Yield the operands of a condition, in the same order for every equal condition."""
    if isinstance(condition, Negation):
        yield from operands(condition.condition)
    elif isinstance(condition, Conjunction | Disjunction):
        for part in condition.conditions:
            yield from operands(part)
    else:
        if condition.target.path is not None:
            yield condition.target.path
        for name in ("operand", "low", "high"):
            operand = getattr(condition, name, None)
            if operand is not None:
                yield operand


def targets(condition: Condition) -> Iterator[Target]:
    """Yield the targets of a condition."""
    if isinstance(condition, Negation):
        yield from targets(condition.condition)
    elif isinstance(condition, Conjunction | Disjunction):
        for part in condition.conditions:
            yield from targets(part)
    else:
        yield condition.target
