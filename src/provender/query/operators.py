"""The operators on plain columns: which values they take and what they mean. Floor: query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from provender.errors import BadOperator, BadValue
from provender.query.conditions import (
    Comparison,
    Condition,
    Conjunction,
    Membership,
    Negation,
    Never,
    Operand,
    Pattern,
    Relation,
    Span,
    Target,
)
from provender.query.patterns import after_prefix, is_uuid_prefix, read_pattern, uuid_span
from provender.store.catalogue import Kind

SMALLEST_INTEGER, LARGEST_INTEGER = -(2**31), 2**31 - 1
"""The range of integer columns: what lies outside compares as mathematics says."""
LONGEST_PATTERN = 10_000
"""Characters of a pattern; SQLite stops at 50,000 bytes."""
FOLD = "fold"
"""Prefix of the comparisons that ignore case: they exist in the query string only."""


class Origin(Enum):
    """Where a query comes from; the two forms differ in what their values can say."""

    QUERY_STRING = "query string"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Use:
    """An operator applied to a field under the name that the client wrote."""

    name: str
    target: Target
    operator: str
    operand: Any
    origin: Origin


RELATIONS = {relation.value: relation for relation in Relation}
ORDERED = ("<", "<=", ">", ">=")
FOLDED = tuple(FOLD + name for name in ORDERED)
ALLOWED: dict[Kind, tuple[str, ...]] = {
    Kind.INTEGER: ("==", *ORDERED, "in"),
    Kind.TEXT: ("==", *ORDERED, *FOLDED, "in", "like", "ilike"),
    Kind.UUID: ("==", *ORDERED, *FOLDED, "in", "like", "ilike"),
    Kind.TIME: ("==", *ORDERED, "in"),
    Kind.BOOLEAN: ("==",),
    Kind.JSON: (),
}
"""The operators of each type of column."""


def condition(use: Use) -> Condition:
    """Return what an operator asks of a column.

    Example:
        `like` with `data.%` on a text gives `Span(target, "data.", "data/")`.

    Raises:
        BadValue: the value is not of the type of the column.
        BadOperator: the operator does not fit the type.
    """
    kind = use.target.field.kind
    members = _members(use)
    for member in members:
        _check_type(use, member, kind)
    if use.operator not in ALLOWED[kind]:
        raise BadOperator(
            f"`{use.name}` is {kind.value}: the operator does not apply to it.",
            hint="Operators of this key: " + " ".join(written(name) for name in _shown(kind)),
        )
    if use.operator in ("like", "ilike"):
        return _pattern(use)
    if use.operator == "in":
        found = [item for member in members if (item := _exact(use.target, member))]
        return Membership(use.target, tuple(found)) if found else Never(use.target)
    return _COMPARE[kind](use.target, use.operator, use.operand)


def written(operator: str) -> str:
    """Return an operator of the query dict as the query string writes it."""
    return {"==": "=", "in": "=in=", "like": "=like=", "ilike": "=ilike="}.get(operator, operator)


def _shown(kind: Kind) -> tuple[str, ...]:
    return tuple(name for name in ALLOWED[kind] if not name.startswith(FOLD))


def _members(use: Use) -> tuple[Any, ...]:
    return tuple(use.operand) if use.operator == "in" else (use.operand,)


def _check_type(use: Use, value: object, kind: Kind) -> None:
    if isinstance(value, _TYPES[kind]) and isinstance(value, bool) == (kind is Kind.BOOLEAN):
        return
    if use.operator in ("like", "ilike") and not isinstance(value, str):
        raise BadValue(f"`{use.name}` is compared with a pattern, which is a text.")
    raise BadValue(f"`{use.name}` takes {kind.value}, not {_describe(value)}.")


_TYPES: dict[Kind, type | tuple[type, ...]] = {
    Kind.INTEGER: (int, float, Decimal),
    Kind.TEXT: str,
    Kind.UUID: str,
    Kind.TIME: datetime,
    Kind.BOOLEAN: bool,
    Kind.JSON: (),
}


def _describe(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float | Decimal):
        return "a number"
    names = {str: "a text", datetime: "a datetime", list: "a list", dict: "an object"}
    return names.get(type(value), "null")


def _exact(target: Target, value: Any) -> Operand | None:  # noqa: ANN401 - checked before
    """Return the operand that equals a value, or None if no stored value can."""
    kind = target.field.kind
    if kind is Kind.INTEGER:
        if not SMALLEST_INTEGER <= value <= LARGEST_INTEGER or value != int(value):
            return None
        return Operand(int(value), kind)
    if kind is Kind.UUID:
        uuid = canonical_uuid(value)
        return None if uuid is None else Operand(uuid, kind)
    return Operand(value, kind)


def canonical_uuid(text: str) -> str | None:
    """Return a complete uuid in lower case with dashes, or None if the text is not one."""
    try:
        return str(UUID(text)) if len(text) in (32, 36) else None
    except ValueError:
        return None


def _compare(target: Target, operator: str, value: Any) -> Condition:  # noqa: ANN401 - checked
    if operator == "==":
        operand = _exact(target, value)
        return Never(target) if operand is None else Comparison(target, Relation.EQUAL, operand)
    relation = RELATIONS[operator.removeprefix(FOLD)]
    operand = Operand(value, target.field.kind)
    return Comparison(target, relation, operand, fold=operator.startswith(FOLD))


def _compare_uuid(target: Target, operator: str, value: str) -> Condition:
    """Return a comparison of the text of a uuid, except for equality."""
    if operator == "==":
        return _compare(target, operator, value)
    relation = RELATIONS[operator.removeprefix(FOLD)]
    return Comparison(target, relation, Operand(value.lower()), as_text=True)


def _compare_integer(target: Target, operator: str, value: Decimal) -> Condition:
    """Return a comparison with any number, brought into the range of the column."""
    if operator == "==":
        return _compare(target, operator, value)
    relation = RELATIONS[operator]
    is_less = relation in (Relation.LESS, Relation.LESS_EQUAL)
    if value > LARGEST_INTEGER:
        return Negation(Never(target)) if is_less else Never(target)
    if value < SMALLEST_INTEGER:
        return Never(target) if is_less else Negation(Never(target))
    whole = int(Decimal(value).to_integral_value(ROUND_FLOOR))
    if whole != value:  # nothing lies between a fraction and its floor
        relation = Relation.LESS_EQUAL if is_less else Relation.GREATER
    return Comparison(target, relation, Operand(whole, Kind.INTEGER))


_COMPARE: dict[Kind, Callable[[Target, str, Any], Condition]] = {
    Kind.INTEGER: _compare_integer,
    Kind.TEXT: _compare,
    Kind.UUID: _compare_uuid,
    Kind.TIME: _compare,
    Kind.BOOLEAN: _compare,
}


def _pattern(use: Use) -> Condition:
    """Return a match of the whole value, by its fixed beginning where it has one."""
    text: str = use.operand
    if len(text) > LONGEST_PATTERN:
        raise BadValue(f"The pattern of `{use.name}` is longer than {LONGEST_PATTERN} characters.")
    pattern = read_pattern(text)
    if pattern is None:
        raise BadValue(
            f"The pattern of `{use.name}` ends in a lone backslash.",
            hint=r"A backslash makes the next character literal; a literal one is \\",
        )
    target = use.target
    if target.field.kind is Kind.UUID:
        return _uuid_pattern(target, text.lower() if use.operator == "ilike" else text)
    if use.operator == "ilike":
        return Pattern(target, Operand(text), fold=True)
    if pattern.is_literal:
        return Comparison(target, Relation.EQUAL, Operand(pattern.prefix))
    if not pattern.prefix:
        return Pattern(target, Operand(text))
    high = after_prefix(pattern.prefix)
    span = Span(target, Operand(pattern.prefix), None if high is None else Operand(high))
    return span if pattern.is_prefix else Conjunction((span, Pattern(target, Operand(text))))


def _uuid_pattern(target: Target, text: str) -> Condition:
    """Return a match of a uuid's text: a range of uuids where the pattern is a prefix."""
    pattern = read_pattern(text)
    if pattern is None or not is_uuid_prefix(pattern.prefix):
        return Never(target)
    if pattern.is_literal:
        return _compare(target, "==", pattern.prefix)
    if pattern.is_prefix:
        return uuid_range(target, pattern.prefix)
    match = Pattern(target, Operand(text))
    return Conjunction((uuid_range(target, pattern.prefix), match)) if pattern.prefix else match


def uuid_range(target: Target, prefix: str) -> Condition:
    """Return the condition that a uuid begins with a prefix, as a range that an index serves."""
    low, high = uuid_span(prefix)
    return Span(target, Operand(low, Kind.UUID), Operand(high, Kind.UUID))
