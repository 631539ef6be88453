"""The operators on plain columns: which values they take and what they mean. Floor: query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from enum import Enum
from typing import Any

from provender.errors import BadOperator, BadValue
from provender.query.plan.conditions import (
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
    Unknown,
)
from provender.query.plan.patterns import (
    after_prefix,
    canonical_uuid,
    is_uuid_prefix,
    read_pattern,
    uuid_span,
)
from provender.query.plan.values import describe_json, from_json
from provender.schema.entities import Kind

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
}
"""The operators of each type of column in a query string."""
COMPARED = ("==", *ORDERED, "in", "like")
POSTED: dict[Kind, tuple[str, ...]] = {
    Kind.INTEGER: COMPARED,
    Kind.TEXT: (*COMPARED, "ilike"),
    Kind.UUID: COMPARED,
    Kind.TIME: COMPARED,
    Kind.BOOLEAN: ("==", "in", "like"),
}
"""The operators of each type of column in a posted query."""
PATTERNS = ("like", "ilike")


def condition(use: Use) -> Condition:
    """Return what an operator asks of a column.

    Example:
        `like` with `data.%` on a text gives `Span(target, "data.", "data/")`.

    Raises:
        BadValue: the value is not of the type of the column.
        BadOperator: the operator does not fit the type.
    """
    kind = use.target.field.kind
    _check_operator(use, kind)
    if use.operator in PATTERNS:
        return _pattern(use)
    if use.origin is Origin.POSTED:
        use = replace(use, operand=from_json(use.name, use.operator, use.operand, kind))
    if use.operator == "in":
        for member in use.operand:
            _check_type(use, member, kind)
        if use.origin is Origin.POSTED and not use.operand:
            return Unknown(use.target)
        found = [item for member in use.operand if (item := _exact(use.target, member)) is not None]
        return Membership(use.target, Operand(tuple(found), kind)) if found else Never(use.target)
    _check_type(use, use.operand, kind)
    return _COMPARE[kind](use.target, use.operator, use.operand)


def _check_operator(use: Use, kind: Kind) -> None:
    allowed = (POSTED if use.origin is Origin.POSTED else ALLOWED)[kind]
    if use.operator in allowed:
        return
    if use.origin is Origin.QUERY_STRING:
        for member in use.operand if use.operator == "in" else (use.operand,):
            _check_type(use, member, kind)
    shown = [name for name in allowed if not name.startswith(FOLD)]
    if use.origin is Origin.QUERY_STRING:
        shown = [written(name) for name in shown]
    raise BadOperator(
        f"`{use.name}` is {kind.value}: the operator does not apply to it.",
        hint="Operators of this key: " + " ".join(shown),
    )


def written(operator: str) -> str:
    """Return an operator of the query dict as the query string writes it."""
    return {"==": "=", "in": "=in=", "like": "=like=", "ilike": "=ilike="}.get(operator, operator)


def _check_type(use: Use, value: object, kind: Kind) -> None:
    if isinstance(value, _TYPES[kind]) and isinstance(value, bool) == (kind is Kind.BOOLEAN):
        return
    raise BadValue(f"`{use.name}` takes {kind.value}, not {describe_json(value)}.")


_TYPES: dict[Kind, type | tuple[type, ...]] = {
    Kind.INTEGER: (int, float, Decimal),
    Kind.TEXT: str,
    Kind.UUID: str,
    Kind.TIME: datetime,
    Kind.BOOLEAN: bool,
}


def _exact(target: Target, value: Any) -> object:  # noqa: ANN401 - checked before
    """Return what equals a value in the database, or None if no stored value can."""
    kind = target.field.kind
    if kind is Kind.INTEGER:
        fits = SMALLEST_INTEGER <= value <= LARGEST_INTEGER and value == int(value)
        return int(value) if fits else None
    return canonical_uuid(value) if kind is Kind.UUID else value


def _compare(target: Target, operator: str, value: Any) -> Condition:  # noqa: ANN401 - checked
    if operator == "==":
        equal = _exact(target, value)
        if equal is None:
            return Never(target)
        return Comparison(target, Relation.EQUAL, Operand(equal, target.field.kind))
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
    text = use.operand
    if not isinstance(text, str):
        raise BadValue(f"`{use.name}` is compared with a pattern, which is a text.")
    if len(text) > LONGEST_PATTERN:
        raise BadValue(f"The pattern of `{use.name}` is longer than {LONGEST_PATTERN} characters.")
    pattern = read_pattern(text)
    if pattern is None:
        raise BadValue(
            f"The pattern of `{use.name}` ends in a lone backslash.",
            hint=r"A backslash makes the next character literal; a literal one is \\",
        )
    target = use.target
    if not pattern.prefix and set(text) == {"%"} and not target.field.nullable:
        return Conjunction(())
    if target.field.kind is Kind.UUID:
        return _uuid_pattern(target, text.lower() if use.operator == "ilike" else text)
    if use.operator == "ilike" or target.field.kind is not Kind.TEXT:
        return Pattern(target, Operand(text), fold=use.operator == "ilike")
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
