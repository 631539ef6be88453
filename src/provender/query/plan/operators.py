"""The operators on plain columns, and the values that they take. Floor: query."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from provender.errors import BadOperator, BadValue
from provender.query.plan import columns
from provender.query.plan.conditions import Condition, Membership, Never, Operand, Target, Unknown
from provender.query.plan.values import describe_json, from_json
from provender.schema.entities import Kind

ORDERED = ("<", "<=", ">", ">=")
PATTERNS = ("like", "ilike")


@dataclass(frozen=True, slots=True)
class Operators:
    """The operators of one form of query, by type of column, each as it is written there.

    `read` converts an operand to the type of its column: `read(name, operator, operand, kind)`.
    """

    of: Mapping[Kind, Mapping[str, str]]
    read: Callable[[str, str, Any, Kind], Any]


def _as_it_is(name: str, operator: str, operand: Any, kind: Kind) -> Any:  # noqa: ANN401 - typed by the grammar
    """Return an operand of a query string unchanged: the grammar has given it a type."""
    del name, operator, kind
    return operand


def _written(names: str) -> dict[str, str]:
    """Return operators with their written forms, read from a line such as `== in/=in=`."""
    pairs = (name.partition("/") for name in names.split())
    return {name: form or name for name, _, form in pairs}


QUERY_STRING = Operators(
    {
        Kind.INTEGER: _written("==/= < <= > >= in/=in="),
        Kind.TEXT: _written("==/= < <= > >= in/=in= like/=like= ilike/=ilike="),
        Kind.UUID: _written("==/= < <= > >= in/=in= like/=like= ilike/=ilike="),
        Kind.TIME: _written("==/= < <= > >= in/=in="),
        Kind.BOOLEAN: _written("==/="),
    },
    _as_it_is,
)
POSTED = Operators(
    {
        Kind.INTEGER: _written("== < <= > >= in like"),
        Kind.TEXT: _written("== < <= > >= in like ilike"),
        Kind.UUID: _written("== < <= > >= in like"),
        Kind.TIME: _written("== < <= > >= in like"),
        Kind.BOOLEAN: _written("== in like"),
    },
    from_json,
)


@dataclass(frozen=True, slots=True)
class Use:
    """An operator applied to a field under the name that the client wrote.

    `fold` says that a comparison ignores case.
    """

    name: str
    target: Target
    operator: str
    operand: Any
    operators: Operators = QUERY_STRING
    fold: bool = False


def condition(use: Use) -> Condition:
    """Return the condition of an operator on a column.

    Example:
        `like` with `data.%` on a string gives `Span(target, "data.", "data/")`.

    Raises:
        BadValue: the value is not of the type of the column.
        BadOperator: the operator does not fit the type.
    """
    kind = use.target.field.kind
    _check_operator(use, kind)
    if use.operator in PATTERNS:
        return columns.matches(use.name, use.target, use.operand, fold=use.operator == "ilike")
    operand = use.operators.read(use.name, use.operator, use.operand, kind)
    if use.operator == "in":
        return _membership(use, operand, kind)
    _check_type(use, operand, kind)
    return columns.compared(use.target, use.operator, operand, fold=use.fold)


def _membership(use: Use, members: tuple[Any, ...], kind: Kind) -> Condition:
    """Return the condition that a column equals one of the values; unknown for nulls only."""
    if members and all(member is None for member in members):
        return Unknown(use.target)
    for member in members:
        _check_type(use, member, kind)
    exact = (columns.exact(use.target, member) for member in members)
    found = tuple(item for item in exact if item is not None)
    return Membership(use.target, Operand(found, kind)) if found else Never(use.target)


def _check_operator(use: Use, kind: Kind) -> None:
    allowed = use.operators.of[kind]
    if use.operator in allowed:
        return
    raise BadOperator(
        f"`{use.name}` is {kind.value}, which does not have this operator.",
        hint="Operators of this key: " + " ".join(allowed.values()),
    )


def _check_type(use: Use, value: object, kind: Kind) -> None:
    if isinstance(value, _TYPES[kind]) and isinstance(value, bool) == (kind is Kind.BOOLEAN):
        return
    raise BadValue(
        f"`{use.name}` takes {kind.value}, not {describe_json(value)}.",
        hint=_hint(use, value, kind) if use.operators is QUERY_STRING else None,
    )


def _hint(use: Use, value: object, kind: Kind) -> str:
    """Return how a value is written: the given value if only its quotes are wrong."""
    bare = _BARE.get(kind)
    if bare and isinstance(value, str) and bare.fullmatch(value):
        return f"It has no quotes: {use.name}={value}"
    if not bare and isinstance(value, bool | Decimal):
        return f'It has quotes: {use.name}="{str(value).lower()}"'
    return f"For example {use.name}={_EXAMPLES[kind]}"


# Values that are written without quotes, by type; other types need quotes.
_BARE = {
    Kind.INTEGER: re.compile(r"[+-]?[0-9]+"),
    Kind.BOOLEAN: re.compile("true|false"),
    Kind.TIME: re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}(?::[0-9]{2}){0,2})?"),
}
_EXAMPLES = {
    Kind.INTEGER: "3",
    Kind.TEXT: '"bcc Fe"',
    Kind.UUID: '"cda14b00-82b5-443f-b152-62a831206992"',
    Kind.TIME: "2026-11-20",
    Kind.BOOLEAN: "true",
}


_TYPES: dict[Kind, type | tuple[type, ...]] = {
    Kind.INTEGER: (int, float, Decimal),
    Kind.TEXT: str,
    Kind.UUID: str,
    Kind.TIME: datetime,
    Kind.BOOLEAN: bool,
}
