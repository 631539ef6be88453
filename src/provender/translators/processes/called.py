"""The processes that a process called, on all levels. Floor: translators."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from provender.plurals import counted
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querystring.advice import Note
from provender.schema.entities import NODE
from provender.translators.session import Session

CALLER, CALLED = "caller", "called"
# Deepest level that is looked at: nobody nests workflows so deeply, only a damaged store does.
DEEPEST = 100
MORE_CALLED = "more-called"


@dataclass(frozen=True, slots=True)
class Called:
    """A process at a depth: that of the one that was asked about is 0."""

    pk: int
    uuid: str | None
    depth: int


def read_called(session: Session, start: Called, most: int) -> tuple[list[Called], Note | None]:
    """Return a process and all that it called, level by level, in the order of creation.

    That takes one statement for each level. A process that is found twice counts once. The note
    says that there are more than `most` of them.
    """
    found = {start.pk: start}
    level = [start]
    while level and level[0].depth < DEEPEST:
        rows = session.rows(questions.among(_plan(), CALLER, "id", [one.pk for one in level]))
        depth = level[0].depth + 1
        uuids: dict[int, str | None] = dict(rows)
        level = [Called(pk, uuid, depth) for pk, uuid in uuids.items() if pk not in found]
        left = most - len(found) + 1
        found.update((one.pk, one) for one in level[:left])
        if len(level) > left:
            return list(found.values()), _more(most)
    return list(found.values()), None


def _more(most: int) -> Note:
    return Note(
        MORE_CALLED,
        f"It called more than {counted(most, 'processes')} (`limits.called`): the others are left "
        "out.",
    )


@cache
def _plan() -> Plan:
    """Return the plan of what processes called, which lacks the condition on their pks."""
    question = questions.from_called(CALLER, CALLED, ["id", "uuid"])
    return planning.check(question, {"node": whole_vocabulary(NODE)})
