"""The nodes of a selection, and plans about all of them. Floor: translators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from provender.query import questions
from provender.query.plan.conditions import (
    Comparison,
    Condition,
    Conjunction,
    Operand,
    Related,
    Relation,
)
from provender.query.plan.expense import is_expensive
from provender.query.plan.plan import Ordering, Output, Plan
from provender.query.plan.views import View
from provender.query.plan.where import Where
from provender.query.querydict import Dotted
from provender.query.querystring.parameter import Parameters
from provender.schema.entities import FieldName, Kind
from provender.translators import chosen
from provender.translators.lists import planned
from provender.translators.session import Session

# Nodes that are looked at for each node of a sample.
LOOKED_AT = 2


@dataclass(frozen=True, slots=True)
class Selection:
    """Nodes of a view: those that fulfil filters, conditions and relations."""

    view: View
    parameters: Parameters
    where: Where
    expose: tuple[str, ...] = ()

    def plan(self, columns: Sequence[FieldName | Dotted]) -> Plan:
        """Return the plan of some columns of all nodes, in no order and without a window.

        Relations and queries are not in it: `narrow` adds them in a snapshot.

        Raises:
            BadRequest: a name or value that the view does not have.
        """
        question = questions.from_selection(self.view, columns, self.parameters)
        return chosen.with_conditions(planned(question, self.view, self.expose), self.where)

    def narrow(self, plan: Plan, session: Session) -> Plan:
        """Return a plan with the relations of the selection; errors as `chosen.narrow`."""
        return chosen.narrow(plan, self.view.name, self.where, session)

    def groups(self, session: Session) -> tuple[int, ...]:
        """Return the ids of the groups that the selection names; errors as `narrow`."""
        return chosen.groups(self.where, session)

    def newest(self, plan: Plan, session: Session, number: int) -> Plan:
        """Return a plan of so many nodes at most: those with the highest ids of the store."""
        target = plan.column(self.view.name, "id")
        ids, _ = self._newest_ids(replace(plan, condition=Conjunction(())), session, 1)
        first = Operand(max([0, *ids]) - number, Kind.INTEGER)
        return plan.having(Comparison(target, Relation.GREATER, first))

    def sampled(self, plan: Plan, session: Session, number: int) -> tuple[Plan, bool]:
        """Return a plan of its newest nodes, so many at most, and whether it may have more.

        `plan` has the relations of the selection already. Conditions that have to be tried on every
        node are tried on the newest nodes only that fulfil the others.
        """
        parts = plan.condition.conditions
        slow = tuple(part for part in parts if _is_slow(plan, part)) if is_expensive(plan) else ()
        is_cut = False
        if slow:
            fast = replace(plan, condition=Conjunction(tuple(p for p in parts if p not in slow)))
            ids, is_cut = self._newest_ids(fast, session, LOOKED_AT * number)
            plan = self._among(replace(plan, condition=Conjunction(slow)), ids)
        ids, has_more = self._newest_ids(plan, session, number)
        return self._among(replace(plan, condition=Conjunction(())), ids), is_cut or has_more

    def _newest_ids(self, plan: Plan, session: Session, number: int) -> tuple[list[int], bool]:
        """Return the highest ids of a plan, so many at most, and whether there are more."""
        target = plan.column(self.view.name, "id")
        listed = replace(
            plan,
            outputs=(Output("id", target),),
            order=(Ordering(target, descending=True),),
            limit=Operand(number + 1, Kind.INTEGER),
            offset=Operand(0, Kind.INTEGER),
        )
        ids = [pk for (pk,) in session.rows(listed)]
        return ids[:number], len(ids) > number

    def _among(self, plan: Plan, ids: list[int]) -> Plan:
        return questions.among(plan, self.view.name, "id", ids)

    def is_expensive(self, plan: Plan) -> bool:
        """Return whether a plan of the selection may take long."""
        return self.where.is_wide or is_expensive(plan)


def _is_slow(plan: Plan, part: Condition) -> bool:
    """Return whether a condition has to be tried on every node."""
    if isinstance(part, Related):
        return False
    return is_expensive(replace(plan, condition=Conjunction((part,))))
