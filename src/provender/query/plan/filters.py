"""Checking filters: conditions on names, joined by `and` and `or`, negated. Floor: query.

A filter without any condition is None, and has no effect. Errors say where in the filter they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from provender.errors import BadOperator, BadRequest, BadValue
from provender.query.plan import jsonoperators, operators
from provender.query.plan.conditions import (
    Condition,
    Conjunction,
    Disjunction,
    IsNull,
    Negation,
    Target,
)
from provender.query.plan.operators import Use
from provender.query.plan.vocabulary import Vocabulary
from provender.query.querydict import Dotted, Filter, Folded, Name
from provender.schema.entities import Kind

NEGATIONS = "!~"
JUNCTIONS: dict[str, type[Conjunction | Disjunction]] = {"and": Conjunction, "or": Disjunction}


def check_filter(
    filters: Filter, tag: str, names: Vocabulary, place: tuple[str, ...]
) -> Condition | None:
    """Return the conjunction of a filter's entries: conditions on columns, `and`, `or`.

    None stands for a filter without any condition. Such a filter is neither true nor false: it has
    no effect, also if it is negated or one of several.
    """
    found: list[Condition | None] = []
    for key, value in filters.items():
        plain = key.lstrip(NEGATIONS) if isinstance(key, str) else key
        try:
            if plain in JUNCTIONS:
                found.append(_junction(key, plain, value, tag, names))
            else:
                found.append(_conditions(key, names.to_ask(tag, key), value, names))
        except BadRequest as error:
            error.under(*place, _shown(key))
            raise
    return _joined(Conjunction, found)


def _shown(key: Name) -> str:
    return ".".join((key.column, *key.path)) if isinstance(key, Dotted) else str(key)


def _junction(
    key: str,
    plain: str,
    value: Any,  # noqa: ANN401 - a client's
    tag: str,
    names: Vocabulary,
) -> Condition | None:
    """Return whole filters joined by `and` or `or`."""
    negated = _is_negated(key, plain)
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise BadValue(f"`{plain}` takes a list of filters.")
    parts = []
    for index, part in enumerate(value):
        try:
            parts.append(check_filter(part, tag, names, ()))
        except BadRequest as error:
            error.under(index)
            raise
    return _negated(_joined(JUNCTIONS[plain], parts), negated)


def _conditions(
    key: Name,
    target: Target,
    value: Any,  # noqa: ANN401 - whatever a client wrote; `operators` checks it
    names: Vocabulary,
) -> Condition | None:
    """Return the condition on one name: a value, or operators that must all hold."""
    tests: list[tuple[str | Folded, Any]] = [("==", value)]
    if isinstance(value, dict):
        tests = list(value.items())
    return _joined(Conjunction, _tests(key, target, tests, names))


def _tests(
    key: Name, target: Target, tests: list[tuple[str | Folded, Any]], names: Vocabulary
) -> Iterator[Condition | None]:
    for written, operand in tests:
        operator = written.operator if isinstance(written, Folded) else written
        try:
            plain = operator.lstrip(NEGATIONS)
            negated = _is_negated(operator, plain)
            if plain in JUNCTIONS:
                yield _negated(_alternatives(key, target, plain, operand, names), negated)
            else:
                use = Use(_shown(key), target, plain, operand, names.operators, written != operator)
                yield _negated(_condition(use), negated)
        except BadRequest as error:
            error.under(operator)
            raise


def _alternatives(
    key: Name,
    target: Target,
    junction: str,
    operand: Any,  # noqa: ANN401 - a client's
    names: Vocabulary,
) -> Condition | None:
    """Return `and` or `or` below a name; several operators in one entry are several entries."""
    if not isinstance(operand, list) or not all(isinstance(entry, dict) for entry in operand):
        raise BadValue(
            f"`{junction}` below `{_shown(key)}` takes a list of objects whose keys are operators."
        )
    parts: list[Condition | None] = []
    for index, entry in enumerate(operand):
        try:
            parts += _tests(key, target, list(entry.items()), names)
        except BadRequest as error:
            error.under(index)
            raise
    return _joined(JUNCTIONS[junction], parts)


def _condition(use: Use) -> Condition:
    if use.target.field.kind is Kind.JSON:
        return jsonoperators.condition(use)
    if use.operand is None and use.operator == "==":
        return IsNull(use.target)
    return operators.condition(use)


def _is_negated(written: str, plain: str) -> bool:
    """Return whether a name is negated; any number of one sign negates once."""
    signs = written[: len(written) - len(plain)]
    if len(set(signs)) > 1:
        raise BadOperator(f"`{written}` has both signs of negation, `!` and `~`: use one of them.")
    return bool(signs)


def _joined(
    kind: type[Conjunction | Disjunction], conditions: Iterable[Condition | None]
) -> Condition | None:
    asked = tuple(condition for condition in conditions if condition is not None)
    if len(asked) > 1:
        return kind(asked)
    return asked[0] if asked else None


def _negated(condition: Condition | None, negate: bool) -> Condition | None:
    return Negation(condition) if negate and condition is not None else condition
