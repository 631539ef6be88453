"""How many nodes there are of what: statistics and the tree of types. Floor: translators."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from provender.errors import BadOperator, BadValue, ConflictingParameters, UnknownField
from provender.query import questions
from provender.query.plan.views import View
from provender.query.querystring.request import Parameters
from provender.query.terms import Operator, describe
from provender.schema.entities import Computed
from provender.store.stores import Session
from provender.translators.base import ask_counts
from provender.translators.typetree import Pair, type_tree

USER_KEYS = ("user", "user_id")


def statistics(view: View, parameters: Parameters, session: Session) -> dict[str, Any]:
    """Return the number of nodes of a view in all, of each type and of each day (in UTC).

    Shape: `{"total": int, "types": {node_type: int}, "ctime_by_day": {"YYYY-MM-DD": int}}`.
    """
    check_user_filter(parameters)
    types: dict[str, int] = dict(
        ask_counts(questions.from_counts(view, ["node_type"], parameters), view, session)
    )
    by_day = ask_counts(
        questions.from_counts(view, [Computed.CREATION_DAY], parameters), view, session
    )
    days = {str(day): count for day, count in by_day}
    return {
        "total": sum(types.values()),
        "types": dict(sorted(types.items())),
        "ctime_by_day": dict(sorted(days.items())),
    }


def full_types(view: View, parameters: Parameters, session: Session) -> dict[str, Any]:
    """Return the tree of types that occur, without numbers."""
    return type_tree(_pairs(view, Parameters(profile=parameters.profile), session))


def full_types_count(view: View, parameters: Parameters, session: Session) -> dict[str, Any]:
    """Return the tree of types with the number of nodes of each."""
    check_user_filter(parameters)
    return type_tree(_pairs(view, parameters, session), with_counts=True)


def _pairs(view: View, parameters: Parameters, session: Session) -> dict[Pair, int]:
    """Return the number of nodes of each pair of types; no process type is the empty text."""
    question = questions.from_counts(view, ["node_type", "process_type"], parameters)
    pairs: dict[Pair, int] = {}
    for node_type, process_type, count in ask_counts(question, view, session):
        pair = (node_type, process_type or "")
        pairs[pair] = pairs.get(pair, 0) + count
    return pairs


def check_user_filter(parameters: Parameters) -> None:
    """Raise a `BadRequest` for any filter but one `user=PK`."""
    for term in parameters.filters:
        if term.key not in USER_KEYS or term.path:
            raise UnknownField(
                f"Unknown key `{term.key}`.",
                hint="These numbers can be asked for one user: user=PK",
            )
        if term.operator is not Operator.EQUAL:
            raise BadOperator(f"Only `=` may follow `{term.key}` here.")
        value = term.values[0]
        if not isinstance(value, Decimal) or value != value.to_integral_value():
            raise BadValue(f"`{term.key}` takes an integer, not {describe(value)}.")
    if len(parameters.filters) > 1:
        raise ConflictingParameters("You cannot specify user more than once")
