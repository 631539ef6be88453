"""Numbers of nodes: statistics and the tree of types. Floor: translators."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from provender.errors import BadOperator, BadValue, ConflictingParameters, UnknownField
from provender.query import questions
from provender.query.plan.views import View
from provender.query.querystring.parameter import Parameters
from provender.query.terms import Operator, describe
from provender.schema.entities import Computed, FieldName
from provender.schema.statements import Record as Values
from provender.translators.inquiry import Inquiry
from provender.translators.lists import planned
from provender.translators.pieces import Pieces
from provender.translators.session import Session
from provender.translators.typetree import Pair, type_tree

USER_KEYS = ("user", "user_id")


# The column by whose values the rows of each entity are counted; users have no types.
TYPES: dict[str, FieldName] = {
    "node": "node_type",
    "group": Computed.OLD_GROUP_TYPE,
    "computer": Computed.SHORT_SCHEDULER,
    "user": "id",
}


class Statistics(Inquiry[list[list[Values]], dict[str, Any]]):
    """The number of rows of a view: in total and of each type; of nodes also of each day (UTC)."""

    is_expensive = True
    is_presented_long: ClassVar[bool] = True

    def __init__(self, view: View, parameters: Parameters) -> None:
        check_user_filter(parameters)
        self._entity = view.entity.name
        columns: list[FieldName] = [TYPES[self._entity]]
        columns += [Computed.CREATION_DAY] if self._entity == "node" else []
        self._plans = [
            planned(questions.from_counts(view, [column], parameters), view) for column in columns
        ]

    def read(self, session: Session) -> list[list[Values]]:
        """Return the numbers by type, and by day."""
        return [session.counts(plan) for plan in self._plans]

    def present(self, raw: list[list[Values]]) -> dict[str, Any]:
        """Return the answer.

        Shape: `{"total": int, "types": {node_type: int}, "ctime_by_day": {"YYYY-MM-DD": int}}`.
        """
        by_type, *by_day = raw
        answer: dict[str, Any] = {"total": sum(number for _, number in by_type)}
        if self._entity != "user":
            answer["types"] = _counted(by_type)
        for days in by_day:
            answer["ctime_by_day"] = _counted(days)
        return answer


def _counted(rows: list[Values]) -> dict[str, int]:
    """Return numbers by name; what has no name that can be shown is left out."""
    return dict(sorted((name, number) for name, number in rows if name is not None))


class FullTypes(Inquiry[list[Values], Pieces]):
    """The tree of the types in the store, with the number of nodes of each on request."""

    is_single: ClassVar[bool] = False  # the counts are cached by the name of the snapshot
    is_expensive = True
    is_presented_long: ClassVar[bool] = True

    def __init__(self, view: View, parameters: Parameters, *, with_counts: bool) -> None:
        if with_counts:
            check_user_filter(parameters)
        chosen = parameters if with_counts else Parameters()
        question = questions.from_counts(view, ["node_type", "process_type"], chosen)
        self._plan = planned(question, view)
        self._with_counts = with_counts

    def read(self, session: Session) -> list[Values]:
        """Return the number of nodes of each pair of types."""
        return session.counts(self._plan)

    def present(self, raw: list[Values]) -> Pieces:
        """Return the tree as JSON; a missing process type counts as the empty string."""
        pairs: dict[Pair, int] = {}
        for node_type, process_type, count in raw:
            if node_type is not None:
                pair = (node_type, process_type or "")
                pairs[pair] = pairs.get(pair, 0) + count
        return type_tree(pairs, with_counts=self._with_counts)


def check_user_filter(parameters: Parameters) -> None:
    """Raise a `BadRequest` unless there is no filter, or one filter `user=PK`."""
    for term in parameters.filters:
        if term.key not in USER_KEYS or term.path:
            raise UnknownField(
                f"Unknown key `{term.key}`.",
                hint="The only key is user=PK, for the nodes of one user.",
            )
        if term.operator is not Operator.EQUAL:
            raise BadOperator(f"Only `=` may follow `{term.key}` here.")
        value = term.values[0]
        if not isinstance(value, Decimal) or value != value.to_integral_value():
            raise BadValue(f"`{term.key}` takes an integer, not {describe(value)}.")
    if len(parameters.filters) > 1:
        raise ConflictingParameters("You cannot specify user more than once")
