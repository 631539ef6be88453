"""Conditions of a checked query, independent of any database. Floor: query."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from provender.schema.entities import Field, Kind

PLAIN_SEGMENT = re.compile(r"(?![0-9-])[A-Za-z0-9_ -]+")
# What PostgreSQL takes for a position in a list, and the one way to write each of them.
NUMBER = re.compile(r"[ \t\n\v\f\r]*[+-]?[0-9]+")
POSITION = re.compile(r"0|-?[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class Operand:
    """A value that is bound when the statement runs, and the type that it has."""

    value: object
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Path(Operand):
    """A path into JSON: keys of objects, positions in lists.

    A path is `plain` if SQLite's own functions can follow it: keys of ASCII letters only, none
    that looks like a position. `keys` are the places of segments that are keys of objects only,
    although PostgreSQL would take them for positions: a position is written in one way.
    """

    plain: bool = False
    keys: tuple[int, ...] = ()

    @property
    def segments(self) -> tuple[str, ...]:
        """The keys and positions."""
        return self.value  # type: ignore[return-value]

    @classmethod
    def of(cls, segments: tuple[str, ...]) -> Path:
        """Return the path of these segments."""
        plain = all(PLAIN_SEGMENT.fullmatch(segment) for segment in segments)
        keys = tuple(index for index, segment in enumerate(segments) if _is_key(segment))
        return cls(segments, Kind.JSON, plain, keys)


def _is_key(segment: str) -> bool:
    """Return whether a segment is a number, but not a position as it is written.

    Example:
        `00`, `+1` and `-0`.
    """
    return bool(NUMBER.fullmatch(segment)) and not POSITION.fullmatch(segment)


class Part:
    """A part of a plan that may hold operands; a dataclass."""

    __slots__ = ()


class Relation(Enum):
    """How two values compare; strings by code point."""

    EQUAL = "=="
    LESS = "<"
    LESS_EQUAL = "<="
    GREATER = ">"
    GREATER_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Target(Part):
    """A field of the vertex or edge with this tag, or the value at a JSON path in it."""

    tag: str
    field: Field
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Comparison(Part):
    """The field compares with a value; `fold` ignores case, `as_text` takes a uuid's text."""

    target: Target
    relation: Relation
    operand: Operand
    fold: bool = False
    as_text: bool = False


@dataclass(frozen=True, slots=True)
class Membership(Part):
    """The field equals one of the values: a tuple of at least one."""

    target: Target
    operand: Operand


@dataclass(frozen=True, slots=True)
class Span(Part):
    """The field lies from `low` to before `high`, by code point; no `high` means no end.

    A match of a prefix is such a span, which an index serves. For a uuid `high` is included.
    """

    target: Target
    low: Operand
    high: Operand | None


@dataclass(frozen=True, slots=True)
class Circular(Part):
    """A number of 32 bits that comes round lies on the way from `low` to `high`, both included.

    The two are numbers that do not come round, less than 2^32 apart. Those below 3 are none.
    """

    target: Target
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class Pattern(Part):
    """The whole text of the field matches a pattern of `%`, `_` and backslash escapes."""

    target: Target
    operand: Operand
    fold: bool = False


@dataclass(frozen=True, slots=True)
class IsNull(Part):
    """The field has no value."""

    target: Target


@dataclass(frozen=True, slots=True)
class Never(Part):
    """False for every value; for a missing value neither this nor its negation holds."""

    target: Target


@dataclass(frozen=True, slots=True)
class Unknown(Part):
    """Neither true nor false for any value: the result of `in` with nulls only."""

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
class JsonComparison(Part):
    """A JSON value is of a type and compares with a value; false if there is no value.

    Numbers compare as doubles, strings by code point, lists and objects as PostgreSQL orders them.
    """

    target: Target
    type: JsonType
    relation: Relation
    operand: Operand


@dataclass(frozen=True, slots=True)
class JsonMembership(Part):
    """A JSON value is of a type and equals one of the values; false if there is no value."""

    target: Target
    type: JsonType
    operand: Operand


@dataclass(frozen=True, slots=True)
class JsonPattern(Part):
    """A JSON value is a string that matches a pattern; false if there is no value."""

    target: Target
    operand: Operand
    fold: bool = False


@dataclass(frozen=True, slots=True)
class JsonLength(Part):
    """A JSON value is a list whose length compares; false if there is no value."""

    target: Target
    relation: Relation
    operand: Operand


@dataclass(frozen=True, slots=True)
class JsonHasType(Part):
    """A JSON value is of a type; unknown if there is no value, except for `null`."""

    target: Target
    type: JsonType


@dataclass(frozen=True, slots=True)
class JsonContains(Part):
    """A JSON value contains another, as PostgreSQL's `@>`; unknown if there is no value."""

    target: Target
    operand: Operand


@dataclass(frozen=True, slots=True)
class JsonHasKey(Part):
    """A JSON value is an object with a key, a list with a string, or that string."""

    target: Target
    operand: Operand


class NodeRelation(Enum):
    """How a node is related to others, by the key of a query string."""

    GROUP = "group"
    ANCESTOR_OF = "ancestor_of"
    DESCENDANT_OF = "descendant_of"
    INPUT_OF = "input_of"
    OUTPUT_OF = "output_of"
    CALLED_BY = "called_by"
    CALLER_OF = "caller_of"
    WITH_INCOMING = "with_incoming"
    WITH_OUTGOING = "with_outgoing"


@dataclass(frozen=True, slots=True)
class Related(Part):
    """A node, whose id is the target, is related to one of those with these ids: a tuple."""

    target: Target
    relation: NodeRelation
    operand: Operand


@dataclass(frozen=True, slots=True)
class Negation(Part):
    """The condition is false; this does not hold if the condition is unknown (SQL's NOT)."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Conjunction(Part):
    """All hold; true for none."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Part):
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
PlainCondition = Comparison | Membership | Span | Circular | Pattern | IsNull | Never | Unknown
Condition = PlainCondition | JsonCondition | Related | Negation | Conjunction | Disjunction


def targets(condition: Condition) -> Iterator[Target]:
    """Yield the targets of a condition."""
    if isinstance(condition, Negation):
        yield from targets(condition.condition)
    elif isinstance(condition, Conjunction | Disjunction):
        for part in condition.conditions:
            yield from targets(part)
    else:
        yield condition.target


_Value = TypeVar("_Value")
Swap = Callable[[Operand], Operand]
# The fields of parts that are operands, or that contain operands.
HOLDING = ("target", "path", "operand", "low", "high", "condition", "conditions")


def swapped(value: _Value, swap: Swap) -> _Value:
    """Return a part of a plan with every operand replaced by the result of `swap` for it.

    `swap` is called once for each place of an operand, in the order of the fields.
    """
    if isinstance(value, Operand):
        return swap(value)  # type: ignore[return-value] # an operand for an operand
    if isinstance(value, tuple):
        return tuple([swapped(item, swap) for item in value])  # type: ignore[return-value]
    if not isinstance(value, Part) or (isinstance(value, Target) and value.path is None):
        return value
    kind: Any = type(value)
    fields = [getattr(value, name) for name in kind.__match_args__]
    for place in _holding(kind):
        fields[place] = swapped(fields[place], swap)
    found: _Value = kind(*fields)
    return found


@cache
def _holding(kind: Any) -> tuple[int, ...]:  # noqa: ANN401 - a class
    """Return the places of the fields of a class that may hold operands."""
    names = enumerate(kind.__match_args__)
    return tuple(place for place, name in names if name in HOLDING)
