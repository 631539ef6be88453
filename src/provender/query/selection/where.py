"""Reading `where`: conditions by name, joined by `and`, `or` and `not`. Floor: query.

What a query string can say, too, gets the same condition: each value becomes a term.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from provender.errors import BadOperator, BadRequest, BadValue, GrammarError, LimitExceeded
from provender.nearest import nearest
from provender.query.plan.conditions import (
    Condition,
    Conjunction,
    Disjunction,
    IsNull,
    Negation,
    NodeRelation,
    PlainCondition,
)
from provender.query.plan.filters import check_filter
from provender.query.plan.lengths import check_lengths
from provender.query.plan.values import describe_json
from provender.query.plan.views import View, vocabulary
from provender.query.plan.where import Named, Where
from provender.query.querydict import Dotted, Filter
from provender.query.querystring import grammar
from provender.query.querystring.builder import term_filter
from provender.query.querystring.fulltypes import full_type_filter
from provender.query.querystring.relations import named
from provender.query.selection.operators import OPERATORS, WhereOperator, fitting
from provender.query.terms import Operator, Term, Value
from provender.schema.entities import Kind
from provender.settings import Limits

Place = tuple[str | int, ...]
LISTS = ("in", "nin")
JUNCTIONS = ("and", "or", "not")
RELATIONS = {relation.value: relation for relation in NodeRelation}
FULL_TYPE = "full_type"
# Values of columns as a body has them.
EXAMPLES: dict[Kind, Any] = {
    Kind.INTEGER: 3,
    Kind.TEXT: "bcc Fe",
    Kind.UUID: "cda14b00-82b5-443f-b152-62a831206992",
    Kind.TIME: "2026-11-20",
}
# The operators that compare with a pattern.
PATTERNS = ("like", "ilike", "contains", "startswith")


def read_where(where: Any, view: View, limits: Limits, expose: tuple[str, ...] = ()) -> Where:  # noqa: ANN401 - JSON
    """Return what `where` says of the rows of a view.

    Raises:
        BadRequest: with the place below `where`, and what would be right.
        LimitExceeded: more conditions, or longer patterns, than settings allow.
    """
    reader = _Reader(view, expose)
    found = reader.read(where, ("where",), is_nested=False)
    if reader.number > limits.filters:
        raise LimitExceeded(
            f"There are {reader.number} conditions, more than `limits.filters` ({limits.filters}).",
            hint="`in` compares one name with many values.",
        )
    check_lengths(reader.patterns, limits.pattern_chars)
    return Where(tuple(_flat(found)), tuple(reader.relations))


@contextmanager
def _at(place: Place) -> Iterator[None]:
    """Give errors of the block their place."""
    try:
        yield
    except BadRequest as error:
        error.place = place
        raise


def _wrong(message: str, place: Place) -> BadRequest:
    error = BadRequest(message)
    error.place = place
    return error


def _flat(found: list[Condition]) -> list[Condition]:
    """Return conditions without those that are joined by `and`."""
    every: list[Condition] = []
    for condition in found:
        if isinstance(condition, Conjunction):
            every += _flat(list(condition.conditions))
        else:
            every.append(condition)
    return every


def _decided(condition: Condition) -> Condition:
    """Return a condition that is false, not unknown, where a column has no value."""
    if isinstance(condition, Conjunction | Disjunction):
        return type(condition)(tuple(map(_decided, condition.conditions)))
    plain = condition.condition if isinstance(condition, Negation) else condition
    if isinstance(plain, IsNull) or not isinstance(plain, PlainCondition):
        return condition  # a conjunction that is negated has been decided
    if not plain.target.field.nullable:
        return condition
    return Conjunction((condition, Negation(IsNull(plain.target))))


class _Reader:
    """Reads the conditions of a view; relations are collected beside them.

    `number` counts the conditions, `patterns` are the lengths of patterns.
    """

    def __init__(self, view: View, expose: tuple[str, ...]) -> None:
        self._view = view
        self._names = vocabulary(view, expose)
        self.relations: list[Named] = []
        self.patterns: list[int] = []
        self.number = 0

    def read(self, where: Any, place: Place, *, is_nested: bool) -> list[Condition]:  # noqa: ANN401 - JSON
        """Return the conditions of an object: all hold. `is_nested` stands below `or` or `not`."""
        if not isinstance(where, dict):
            raise _wrong("Conditions are an object of names and values.", place)
        found: list[Condition] = []
        for key, value in where.items():
            here = (*place, key)
            if key in JUNCTIONS:
                found += self._junction(key, value, here, is_nested=is_nested)
            elif key in RELATIONS:
                self._relate(RELATIONS[key], value, here, is_nested=is_nested)
            else:
                found += self._named(key, value, here)
        return found

    def _junction(
        self,
        key: str,
        value: Any,  # noqa: ANN401 - JSON
        place: Place,
        *,
        is_nested: bool,
    ) -> list[Condition]:
        if key == "not":
            found = Conjunction(tuple(self.read(value, place, is_nested=True)))
            return [Negation(_decided(found))]
        if not isinstance(value, list):
            raise _wrong(f"`{key}` takes a list of objects.", place)
        nested = is_nested or key == "or"
        parts = [
            Conjunction(tuple(self.read(part, (*place, index), is_nested=nested)))
            for index, part in enumerate(value)
        ]
        return list(parts) if key == "and" else [Disjunction(tuple(parts))]

    def _relate(
        self,
        relation: NodeRelation,
        value: Any,  # noqa: ANN401 - JSON
        place: Place,
        *,
        is_nested: bool,
    ) -> None:
        if is_nested:
            raise _wrong(f"`{relation.value}` cannot stand below `or` or `not`.", place)
        for text in value if isinstance(value, list) else [value]:
            if not isinstance(text, str) or not text:
                raise _wrong(f"`{relation.value}` takes a string, or a list of strings.", place)
            with _at(place):
                self.relations.append(named(relation, text))

    def _named(self, key: str, value: Any, place: Place) -> list[Condition]:  # noqa: ANN401 - JSON
        """Return the conditions on one name: a value to be equal to, or operators."""
        tests = value if isinstance(value, dict) else {"eq": value}
        if not tests:
            raise _wrong(f"`{key}` takes a value, or an object of operators.", place)
        found = []
        for operator, operand in tests.items():
            here = place if tests is not value else (*place, operator)
            with _at(here):
                found.append(self._condition(key, operator, operand))
        return found

    def _condition(self, key: str, operator: str, operand: Any) -> Condition:  # noqa: ANN401 - JSON
        self.number += 1
        if operator in PATTERNS and isinstance(operand, str):
            self.patterns.append(len(operand))
        made = self._checked(key, self._filter(key, operator, operand))
        return Conjunction(()) if made is None else made

    def _checked(self, key: str, asked: Filter) -> Condition | None:
        """Return the condition of a filter; what is wrong with a value is told as a body has it."""
        try:
            return check_filter(asked, self._view.name, self._names, ())
        except BadValue as error:
            field = self._names.asked.get(key)
            if field is not None and field.kind in EXAMPLES:
                error.hint = f"For example {json.dumps({key: EXAMPLES[field.kind]})}"
            raise

    def _filter(self, key: str, operator: str, operand: Any) -> Filter:  # noqa: ANN401 - JSON
        if key == FULL_TYPE and operator == "eq" and isinstance(operand, str):
            return full_type_filter(operand)
        name, path = _name(key)
        found = OPERATORS.get(operator)
        if found is None:
            close = nearest(operator, OPERATORS)
            raise BadOperator(
                f"There is no operator `{operator}`.",
                hint=(f"Did you mean `{close}`? " if close else "")
                + f"Operators: {' '.join(OPERATORS)}.",
            )
        if not path:
            self._check_column(name, found)
        if not isinstance(found.means, Operator):
            return found.means(Dotted(name, path) if path else name, operand)
        asked = found.means
        if operand is None and operator in ("eq", "ne"):
            operator, operand, asked = "exists", operator == "ne", Operator.EXISTS
        if isinstance(operand, list | dict) and operator in ("eq", "ne") and path:
            return {Dotted(name, path): {"==" if operator == "eq" else "!==": operand}}
        if asked is Operator.EXISTS and not isinstance(operand, bool):
            raise BadValue(f"`exists` takes true or false, not {describe_json(operand)}.")
        values = self._values(name, path, operator, operand)
        return term_filter(self._view, Term(name, asked, values, path=path))

    def _check_column(self, name: str, operator: WhereOperator) -> None:
        """Raise `BadOperator` unless the column of a name has an operator."""
        field = self._names.asked.get(name)
        if field is not None and field.kind not in operator.kinds:
            raise BadOperator(
                f"`{name}` is {field.kind.value}, which does not have this operator.",
                hint=f"Operators of this key: {' '.join(fitting(field.kind))}",
            )

    def _values(
        self,
        name: str,
        path: tuple[str, ...],
        operator: str,
        operand: Any,  # noqa: ANN401 - JSON
    ) -> tuple[Value, ...]:
        field = None if path else self._names.asked.get(name)
        is_time = field is not None and field.kind is Kind.TIME
        if operator not in LISTS:
            return (_value(operand, is_time=is_time),)
        if not isinstance(operand, list) or not operand:
            raise BadValue(f"`{operator}` takes a list with at least one member.")
        return tuple(_value(item, is_time=is_time) for item in operand)


def _value(operand: Any, *, is_time: bool) -> Value:  # noqa: ANN401 - JSON
    """Return a JSON value as the grammar of the query string would type it."""
    if isinstance(operand, str):
        return _time(operand) if is_time else operand
    if isinstance(operand, bool):
        return operand
    if isinstance(operand, int | float):
        return Decimal(str(operand))
    raise BadValue(
        f"A value is a string, a number or a boolean, not {describe_json(operand)}.",
        hint='One of several values: {"in": [...]}' if isinstance(operand, list) else None,
    )


def _name(key: str) -> tuple[str, tuple[str, ...]]:
    try:
        return grammar.parse_name(key)
    except GrammarError:
        raise BadRequest(
            f"`{key}` is no name.",
            hint='Names: label, attributes.energy, attributes."a key with blanks".0',
        ) from None


def _time(text: str) -> Value:
    """Return the interval that a datetime names; another string as it is."""
    try:
        return grammar.parse_datetime(text) or text
    except GrammarError:
        raise BadValue(f"There is no such date or time: {text}.") from None
