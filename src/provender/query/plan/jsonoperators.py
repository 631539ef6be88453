"""The operators on JSON: the values that they take, and their meaning. Floor: query.

Comparisons with a value of another type, or with a missing value, are false, so that their negation
is true; `contains`, `has_key` and `of_type` are unknown for a missing value.
Source: the operators of AiiDA's QueryBuilder on PostgreSQL.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from provender.errors import BadOperator, BadValue
from provender.query.plan.columns import LONGEST_PATTERN, RELATIONS
from provender.query.plan.conditions import (
    Condition,
    Disjunction,
    JsonComparison,
    JsonContains,
    JsonHasKey,
    JsonHasType,
    JsonLength,
    JsonMembership,
    JsonPattern,
    JsonType,
    Operand,
    Relation,
)
from provender.query.plan.operators import Use
from provender.query.plan.patterns import read_pattern
from provender.query.plan.values import describe_json, one_type
from provender.schema.entities import Kind

SPELLINGS = {"=>": ">=", "=<": "<="}
LENGTHS = {
    "of_length": Relation.EQUAL,
    "longer": Relation.GREATER,
    "shorter": Relation.LESS,
}
TYPES: dict[type, JsonType] = {
    str: JsonType.STRING,
    list: JsonType.ARRAY,
    dict: JsonType.OBJECT,
}
# The columns that can be compared as a whole.
WHOLE = ("attributes", "extras", "path")
# A condition that never holds.
NOWHERE = Disjunction(())
LONGEST = 2**31 - 1
# Numbers beyond this one are doubles in JSON.
LARGEST_WHOLE = 10**17


def condition(use: Use) -> Condition:
    """Return the condition of an operator on a JSON value.

    Raises:
        BadOperator: there is no such operator.
        BadValue: the operator does not take the value.
    """
    operator = SPELLINGS.get(use.operator, use.operator)
    if use.target.path is None and use.target.field.name not in WHOLE:
        raise BadOperator(
            f"`{use.name}` is a JSON object.", hint=f"Name a key inside it: `{use.name}.KEY`."
        )
    if operator not in MEANINGS:
        raise BadOperator(
            f"Unknown operator `{use.operator}` on `{use.name}`, which is JSON.",
            hint="Valid: " + " ".join(MEANINGS),
        )
    return MEANINGS[operator](replace(use, operator=operator))


def json_type(value: object) -> JsonType:
    """Return the type of a JSON value."""
    if isinstance(value, bool):
        return JsonType.BOOLEAN
    if isinstance(value, int | float | Decimal):
        return JsonType.NUMBER
    return TYPES.get(type(value), JsonType.NULL)


def _comparison(use: Use) -> Condition:
    if isinstance(use.operand, datetime):
        raise BadValue(
            f"`{use.name}` is JSON, which has no datetimes.", hint="Compare with a quoted string."
        )
    found, operator = json_type(use.operand), use.operator
    if operator != "==" and found in (JsonType.BOOLEAN, JsonType.NULL):
        raise BadValue(f"`{operator}` on `{use.name}` cannot take {describe_json(use.operand)}.")
    if found is JsonType.NULL:
        return NOWHERE
    relation = RELATIONS[operator]
    return JsonComparison(use.target, found, relation, _operand(found, use.operand))


def _operand(found: JsonType, value: Any) -> Operand:  # noqa: ANN401 - JSON
    """Return a value as the database compares it."""
    if found is JsonType.NUMBER:
        return Operand(as_double(value), Kind.NUMBER)
    if found is JsonType.STRING:
        return Operand(value)
    if found is JsonType.BOOLEAN:
        return Operand("true" if value else "false")
    return _document(value)


def as_double(value: float | Decimal) -> float:
    """Return the double nearest to a number; infinite beyond them."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _document(value: object) -> Operand:
    return Operand(json.dumps(value), Kind.JSON)


def _membership(use: Use) -> Condition:
    operand = list(use.operand) if isinstance(use.operand, tuple) else use.operand
    members = one_type(use.name, operand)
    found = json_type(members[0])
    if found not in (JsonType.NUMBER, JsonType.STRING, JsonType.BOOLEAN):
        return NOWHERE
    values = tuple(_operand(found, member).value for member in members)
    if found is not JsonType.NUMBER:
        return JsonMembership(use.target, found, Operand(values))
    numbers = tuple(value for value in values if math.isfinite(value))  # type: ignore[arg-type]
    if not numbers:
        return NOWHERE
    return JsonMembership(use.target, found, Operand(numbers, Kind.NUMBER))


def _pattern(use: Use) -> Condition:
    text = _text(use)
    if len(text) > LONGEST_PATTERN or read_pattern(text) is None:
        raise BadValue(
            f"The pattern of `{use.name}` ends in a single backslash, or is too long.",
            hint=r"A backslash makes the next character literal. Write a backslash itself as \\",
        )
    return JsonPattern(use.target, Operand(text), fold=use.operator == "ilike")


def _text(use: Use) -> str:
    if not isinstance(use.operand, str):
        raise BadValue(
            f"`{use.operator}` on `{use.name}` takes a string, not {describe_json(use.operand)}."
        )
    return use.operand


def _length(use: Use) -> Condition:
    value = use.operand
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LONGEST:
        raise BadValue(f"`{use.operator}` on `{use.name}` takes an integer.")
    return JsonLength(use.target, LENGTHS[use.operator], Operand(value, Kind.INTEGER))


def _type(use: Use) -> Condition:
    known = {item.value: item for item in JsonType}
    if not isinstance(use.operand, str) or use.operand not in known:
        raise BadValue(
            f"`of_type` on `{use.name}` takes the name of a type.", hint="Valid: " + " ".join(known)
        )
    return JsonHasType(use.target, known[use.operand])


def _contains(use: Use) -> Condition:
    operand = use.operand
    if isinstance(operand, Decimal):
        is_whole = operand == operand.to_integral_value() and abs(operand) < LARGEST_WHOLE
        operand = int(operand) if is_whole else as_double(operand)
    if isinstance(operand, datetime):
        raise BadValue(
            f"`{use.name}` is JSON, which has no datetimes.", hint="Compare with a quoted string."
        )
    return JsonContains(use.target, _document(operand))


def _has_key(use: Use) -> Condition:
    return JsonHasKey(use.target, Operand(_text(use)))


# The operators on JSON by name.
MEANINGS: dict[str, Callable[[Use], Condition]] = {
    **dict.fromkeys(RELATIONS, _comparison),
    "in": _membership,
    "like": _pattern,
    "ilike": _pattern,
    "contains": _contains,
    "has_key": _has_key,
    **dict.fromkeys(LENGTHS, _length),
    "of_type": _type,
}
