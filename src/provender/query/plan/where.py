"""What a selection says beside the filters of a query string. Floor: query."""

from __future__ import annotations

from dataclasses import dataclass

from provender.query.plan.conditions import Condition, NodeRelation
from provender.query.plan.plan import Plan

# Relations that may hold for very many nodes.
WIDE = (NodeRelation.ANCESTOR_OF, NodeRelation.DESCENDANT_OF, NodeRelation.GROUP)


@dataclass(frozen=True, slots=True)
class Named:
    """A relation, and the node or group that a client names for it."""

    relation: NodeRelation
    text: str


@dataclass(frozen=True, slots=True)
class Where:
    """Further conditions, relations to named nodes and groups, and a query: all of them hold.

    `query` gives the ids of the nodes that are chosen.
    """

    conditions: tuple[Condition, ...] = ()
    relations: tuple[Named, ...] = ()
    query: Plan | None = None

    @property
    def is_wide(self) -> bool:
        """Whether very many nodes may have to be looked at."""
        is_wide = any(named.relation in WIDE for named in self.relations)
        return is_wide or self.query is not None


EVERYTHING = Where()
