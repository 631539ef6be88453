"""How many links nodes have, in one statement for all of them. Floor: translators."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import Item, QueryDict
from provender.schema.entities import NODE, Computed
from provender.translators.session import Session

# The numbers of links to a node and from it, by the names of the sides.
LinkCounts = dict[str, int]


def read_link_counts(session: Session, pks: Collection[int]) -> dict[int, LinkCounts]:
    """Return the numbers of links of nodes by their pks.

    Shape: `{pk: {"incoming": int, "outgoing": int}}`.
    """
    if not pks:
        return {}
    rows = session.rows(questions.among(_plan(), "node", "id", pks))
    return {pk: {"incoming": to, "outgoing": start} for pk, to, start in rows}


@cache
def _plan() -> Plan:
    """Return the plan of the numbers of links, which lacks the condition on pks."""
    columns: list[Item] = ["id", Computed.INCOMING_LINKS, Computed.OUTGOING_LINKS]
    question: QueryDict = {
        "path": [{"entity_type": "", "tag": "node"}],
        "project": {"node": columns},
    }
    return planning.check(question, {"node": whole_vocabulary(NODE)})
