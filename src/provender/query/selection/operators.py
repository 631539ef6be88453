"""The operators of `where`: how each is written, what it takes, what it means. Floor: query.

Those that a query string has, too, become the same term as there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from provender.errors import BadValue
from provender.query.plan.conditions import JsonType
from provender.query.plan.operators import QUERY_STRING
from provender.query.plan.patterns import escape
from provender.query.plan.values import describe_json
from provender.query.querydict import Filter, Name
from provender.query.terms import Operator
from provender.schema.entities import Kind

SIMPLE = (JsonType.NUMBER, JsonType.STRING, JsonType.BOOLEAN)
ORDERED = (JsonType.NUMBER, JsonType.STRING)
EVERY = (*SIMPLE, JsonType.ARRAY, JsonType.OBJECT)
TEXTS, LISTS = (JsonType.STRING,), (JsonType.ARRAY,)


@dataclass(frozen=True, slots=True)
class WhereOperator:
    """An operator of a body.

    `plain` is the operator of the plan that it becomes on columns. `inside` are the types of the
    JSON values for which it may hold. `means` is the operator of a query string, or gives the
    filter of a name and an operand, and raises `BadValue`. `example` is a name and an operand.
    """

    name: str
    takes: str
    plain: str
    inside: tuple[JsonType, ...]
    meaning: str
    example: tuple[str, Any]
    means: Operator | Callable[[Name, Any], Filter]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The types of columns that have the operator."""
        return tuple(kind for kind, known in QUERY_STRING.of.items() if self.plain in known)


def fitting(kind: Kind) -> list[str]:
    """Return the names of the operators that columns of a type have."""
    return [row.name for row in OPERATORS.values() if kind in row.kinds]


def _all(name: Name, operand: Any) -> Filter:  # noqa: ANN401 - JSON
    return {name: {"contains": _listed("all", operand)}}


def _any(name: Name, operand: Any) -> Filter:  # noqa: ANN401 - JSON
    return {"or": [{name: {"contains": [item]}} for item in _listed("any", operand)]}


def _listed(operator: str, operand: Any) -> list[Any]:  # noqa: ANN401 - JSON
    if not isinstance(operand, list) or not operand:
        raise BadValue(f"`{operator}` takes a list with at least one member.")
    return operand


def _size(name: Name, operand: Any) -> Filter:  # noqa: ANN401 - JSON
    if isinstance(operand, bool) or not isinstance(operand, int):
        raise BadValue(f"`size` takes an integer, not {describe_json(operand)}.")
    return {name: {"of_length": operand}}


def _startswith(name: Name, operand: Any) -> Filter:  # noqa: ANN401 - JSON
    if not isinstance(operand, str):
        raise BadValue(f"`startswith` takes a string, not {describe_json(operand)}.")
    return {name: {"like": f"{escape(operand)}%"}}


STATUS, TAGS = "attributes.exit_status", "extras.nested.deep.tags"
_ROWS = (
    WhereOperator("eq", "a value", "==", EVERY, "equal", (STATUS, 0), Operator.EQUAL),
    WhereOperator(
        "ne",
        "a value",
        "==",
        EVERY,
        "not equal; inside JSON also where there is no value",
        ("node_type", "data.core.int.Int."),
        Operator.NOT_EQUAL,
    ),
    WhereOperator("lt", "a value", "<", ORDERED, "less", ("attributes.energy", -15), Operator.LESS),
    WhereOperator(
        "lte", "a value", "<=", ORDERED, "less or equal", ("id", 100), Operator.LESS_EQUAL
    ),
    WhereOperator("gt", "a value", ">", ORDERED, "greater", (STATUS, 0), Operator.GREATER),
    WhereOperator(
        "gte",
        "a value",
        ">=",
        ORDERED,
        "greater or equal",
        ("ctime", "2026-11-20"),
        Operator.GREATER_EQUAL,
    ),
    WhereOperator(
        "in", "a list", "in", SIMPLE, "one of the values", (STATUS, [410, 418]), Operator.IN
    ),
    WhereOperator(
        "nin",
        "a list",
        "in",
        EVERY,
        "none of the values; inside JSON also where there is no value",
        ("label", ["", "energy"]),
        Operator.NOT_IN,
    ),
    WhereOperator(
        "like",
        "a pattern",
        "like",
        TEXTS,
        "matches: `%` is any text, `_` one character",
        ("label", "silicon%"),
        Operator.LIKE,
    ),
    WhereOperator(
        "ilike",
        "a pattern",
        "ilike",
        TEXTS,
        "matches, whatever its case",
        ("label", "SILICON%"),
        Operator.ILIKE,
    ),
    WhereOperator(
        "exists",
        "true or false",
        "==",
        EVERY,
        "there is a value, or there is none",
        ("attributes.energy", True),
        Operator.EXISTS,
    ),
    WhereOperator(
        "contains",
        "a value",
        "like",
        (*SIMPLE, JsonType.ARRAY),
        "the text is part of the column; inside JSON the value is a member of the list, or equal",
        ("label", "bands"),
        Operator.CONTAINS,
    ),
    WhereOperator(
        "startswith",
        "a string",
        "like",
        TEXTS,
        "begins with the string",
        ("label", "silicon"),
        _startswith,
    ),
    WhereOperator(
        "all",
        "a list",
        "contains",
        LISTS,
        "all of these are members of the list",
        ("attributes.kinds", [{"symbols": ["O"]}, {"symbols": ["H"]}]),
        _all,
    ),
    WhereOperator(
        "any",
        "a list",
        "contains",
        LISTS,
        "one of these at least is a member",
        (TAGS, ["a", "c"]),
        _any,
    ),
    WhereOperator(
        "size",
        "an integer",
        "of_length",
        LISTS,
        "the list has so many members",
        ("attributes.kinds", 3),
        _size,
    ),
)
OPERATORS: dict[str, WhereOperator] = {row.name: row for row in _ROWS}
