"""Walking through the nodes of a store, looking at so many by one statement. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import itemgetter

from provender.query.cursors import LARGEST
from provender.query.plan.conditions import Comparison, Conjunction, Operand, Relation
from provender.query.plan.plan import Output, Plan
from provender.schema.entities import Kind
from provender.schema.statements import Record as Values
from provender.translators import paging
from provender.translators.session import Session

# By how much more nodes a statement looks at than the one before.
GROWTH = 8


@dataclass(frozen=True, slots=True)
class Steps:
    """How many nodes are looked at by one statement, at first and at most, and for one page."""

    first: int = 5000
    most: int = 200_000
    page: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Walked:
    """Rows that were found on a way, and the id up to which nodes were looked at.

    It is a whole way if it came to the end of the nodes.
    """

    rows: list[Values]
    after: int | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Way:
    """The nodes of a plan in the order of their ids, from after one id, or the first, to another.

    A way ends with so many rows, or when many nodes have been
    looked at: what it gives depends on nothing but the data.
    """

    plan: Plan
    after: int | None
    highest: int
    most: int

    def walk(self, session: Session, steps: Steps, *, is_rare: bool = False) -> Walked:
        """Return what is found; if `is_rare`, first try to find it in whatever order is fastest.

        A million nodes in the order of the table take half the time of those in the order of ids.
        """
        if is_rare and self.highest <= steps.page:
            found = session.rows(replace(self.plan, order=()).window(0, self.most))
            if len(found) < self.most:
                found.sort(key=itemgetter(0))
                return Walked(found, self.highest, is_whole=True)
        return self._step(session, steps)

    def _step(self, session: Session, steps: Steps) -> Walked:
        rows: list[Values] = []
        after, size, looked = self.after, steps.first, 0
        while looked < steps.page:
            end = self._end(session, after, size)
            left = self.most - len(rows)
            rows += session.rows(self._between(self.plan, after, end).window(0, left))
            if len(rows) == self.most:
                return Walked(rows, rows[-1][0], is_whole=False)
            if end >= self.highest:
                return Walked(rows, end, is_whole=True)
            after, looked, size = end, looked + size, min(size * GROWTH, steps.most)
        return Walked(rows, after, is_whole=False)

    def _end(self, session: Session, after: int | None, size: int) -> int:
        """Return the id of the node that is so many nodes after another, or the last one."""
        if self.highest - (after or 0) <= size:
            return self.highest
        found = session.rows(self._between(ids_of(self.plan), after, self.highest).window(size, 1))
        return int(found[0][0]) if found else self.highest

    def _between(self, plan: Plan, after: int | None, end: int) -> Plan:
        target = plan.order[0].target
        plan = plan.having(Comparison(target, Relation.LESS_EQUAL, Operand(end, Kind.INTEGER)))
        if after is None:
            return plan
        return plan.having(Comparison(target, Relation.GREATER, Operand(after, Kind.INTEGER)))


def ids_of(plan: Plan) -> Plan:
    """Return the plan of the ids of all nodes, in the order of a plan of some."""
    output = Output("id", plan.order[0].target)
    every = (replace(plan.sources[-1], join=None),)
    return replace(plan, sources=every, condition=Conjunction(()), outputs=(output,))


def highest_id(plan: Plan, session: Session) -> int:
    """Return the highest id of a node; 0 without any."""
    found = paging.highest_id(plan, session)
    return 0 if found == LARGEST - 1 else found
