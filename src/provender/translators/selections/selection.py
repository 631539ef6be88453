"""The nodes of a selection, and plans about all of them. Floor: translators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from provender.query import questions
from provender.query.plan.conditions import Comparison, Operand, Relation, Target
from provender.query.plan.expense import is_expensive
from provender.query.plan.facets import with_condition
from provender.query.plan.plan import Plan
from provender.query.plan.views import View
from provender.query.plan.where import Where
from provender.query.querydict import Dotted
from provender.query.querystring.parameter import Parameters
from provender.schema.entities import FieldName, Kind
from provender.translators import chosen
from provender.translators.lists import planned
from provender.translators.paging import highest_id
from provender.translators.session import Session


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

    def newest(self, plan: Plan, session: Session, number: int) -> Plan:
        """Return a plan of so many nodes at most: those with the highest ids of the store."""
        highest = highest_id(plan, session)
        target = Target(self.view.name, self.view.entity.fields["id"])
        first = Operand(max(0, highest - number), Kind.INTEGER)
        return with_condition(plan, Comparison(target, Relation.GREATER, first))

    def is_expensive(self, plan: Plan) -> bool:
        """Return whether a plan of the selection may take long."""
        return self.where.is_wide or is_expensive(plan)
