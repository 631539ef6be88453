"""Operators on plain columns as conditions that indexes can serve. Floor: query."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from provender.errors import BadValue
from provender.query.plan.conditions import (
    Comparison,
    Condition,
    Conjunction,
    Negation,
    Never,
    Operand,
    Pattern,
    Relation,
    Span,
    Target,
)
from provender.query.plan.patterns import (
    LikePattern,
    after_prefix,
    canonical_uuid,
    is_uuid_prefix,
    read_pattern,
    uuid_span,
)
from provender.schema.entities import Kind

# The range of integer columns; numbers outside are compared by the rules of mathematics.
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**31), 2**31 - 1
# Longest pattern in characters; SQLite takes at most 50,000 bytes.
LONGEST_PATTERN = 10_000
RELATIONS = {relation.value: relation for relation in Relation}


def exact(target: Target, value: Any) -> object:  # noqa: ANN401 - checked before
    """Return a value as the database stores it, or None if no stored value can equal it."""
    kind = target.field.kind
    if kind is Kind.INTEGER:
        fits = SMALLEST_INTEGER <= value <= LARGEST_INTEGER and value == int(value)
        return int(value) if fits else None
    return canonical_uuid(value) if kind is Kind.UUID else value


def compared(target: Target, operator: str, value: Any, *, fold: bool = False) -> Condition:  # noqa: ANN401 - checked
    """Return a comparison with a value of the type of the column; `fold` ignores case."""
    if operator == "==":
        equal = exact(target, value)
        if equal is None:
            return Never(target)
        return Comparison(target, Relation.EQUAL, Operand(equal, target.field.kind))
    return _ORDER[target.field.kind](target, RELATIONS[operator], value, fold)


def _order(target: Target, relation: Relation, value: object, fold: bool) -> Condition:
    return Comparison(target, relation, Operand(value, target.field.kind), fold=fold)


def _order_uuid(target: Target, relation: Relation, value: str, fold: bool) -> Condition:
    """Return a comparison of a uuid as a string, which is in lower case."""
    del fold
    return Comparison(target, relation, Operand(value.lower()), as_text=True)


def _order_integer(target: Target, relation: Relation, value: Decimal, fold: bool) -> Condition:
    """Return an equivalent comparison with an integer in the range of the column."""
    del fold
    is_less = relation in (Relation.LESS, Relation.LESS_EQUAL)
    if value > LARGEST_INTEGER:
        return Negation(Never(target)) if is_less else Never(target)
    if value < SMALLEST_INTEGER:
        return Never(target) if is_less else Negation(Never(target))
    whole = int(Decimal(value).to_integral_value(ROUND_FLOOR))
    if whole != value:  # nothing lies between a fraction and its floor
        relation = Relation.LESS_EQUAL if is_less else Relation.GREATER
    return Comparison(target, relation, Operand(whole, Kind.INTEGER))


_ORDER: dict[Kind, Callable[[Target, Relation, Any, bool], Condition]] = {
    Kind.INTEGER: _order_integer,
    Kind.TEXT: _order,
    Kind.UUID: _order_uuid,
    Kind.TIME: _order,
}


def matches(name: str, target: Target, text: object, *, fold: bool) -> Condition:
    """Return a match of the whole value, as a range if the pattern has a fixed beginning.

    Raises:
        BadValue: the pattern is not a string, is too long, or ends in a single backslash.
    """
    pattern = _read(name, text)
    if not pattern.prefix and set(pattern.rest) == {"%"} and not target.field.nullable:
        return Conjunction(())
    if target.field.kind is Kind.UUID:
        return _matches_uuid(target, str(text).lower() if fold else str(text))
    if fold or target.field.kind is not Kind.TEXT:
        return Pattern(target, Operand(text), fold=fold)
    if pattern.is_literal:
        return Comparison(target, Relation.EQUAL, Operand(pattern.prefix))
    if not pattern.prefix:
        return Pattern(target, Operand(text))
    high = after_prefix(pattern.prefix)
    span = Span(target, Operand(pattern.prefix), None if high is None else Operand(high))
    return span if pattern.is_prefix else Conjunction((span, Pattern(target, Operand(text))))


def _read(name: str, text: object) -> LikePattern:
    if not isinstance(text, str):
        raise BadValue(f"`{name}` is compared with a pattern, which is a string.")
    if len(text) > LONGEST_PATTERN:
        raise BadValue(f"The pattern of `{name}` is longer than {LONGEST_PATTERN} characters.")
    pattern = read_pattern(text)
    if pattern is None:
        raise BadValue(
            f"The pattern of `{name}` ends in a single backslash.",
            hint=r"A backslash makes the next character literal. Write a backslash itself as \\",
        )
    return pattern


def _matches_uuid(target: Target, text: str) -> Condition:
    """Return a match of a uuid as a string: a range of uuids if the pattern is a prefix."""
    pattern = read_pattern(text)
    if pattern is None or not is_uuid_prefix(pattern.prefix):
        return Never(target)
    if pattern.is_literal:
        return compared(target, "==", pattern.prefix)
    if pattern.is_prefix:
        return uuid_range(target, pattern.prefix)
    match = Pattern(target, Operand(text))
    return Conjunction((uuid_range(target, pattern.prefix), match)) if pattern.prefix else match


def uuid_range(target: Target, prefix: str) -> Condition:
    """Return the condition that a uuid begins with a prefix, as a range that an index serves."""
    low, high = uuid_span(prefix)
    return Span(target, Operand(low, Kind.UUID), Operand(high, Kind.UUID))
