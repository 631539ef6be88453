"""The processes that a process called, on all levels. Floor: translators."""

from __future__ import annotations

from collections.abc import Mapping
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
    """A process at a depth: that of the one that was asked about is 0.

    `caller` is the pk of what called it, `label` that of the link between them.
    """

    pk: int
    uuid: str | None
    depth: int
    caller: int | None = None
    label: str | None = None


def read_called(
    session: Session, start: Called, most: int, deepest: int = DEEPEST
) -> tuple[list[Called], Note | None]:
    """Return a process and all that it called, level by level, in the order of creation.

    That takes one statement for each level. A process that is found twice counts once. The note
    says that there are more than `most` of them, or more of them below the depth `deepest`.
    """
    found = {start.pk: start}
    level = [start]
    while level:
        level = _below(session, level, found)
        if level and level[0].depth > deepest:
            return list(found.values()), _deeper(deepest)
        left = most - len(found) + 1
        found.update((one.pk, one) for one in level[:left])
        if len(level) > left:
            return list(found.values()), _more(most)
    return list(found.values()), None


def _below(session: Session, level: list[Called], found: Mapping[int, Called]) -> list[Called]:
    """Return what the processes of a level called, without what was found before."""
    rows = session.rows(questions.among(_plan(), CALLER, "id", [one.pk for one in level]))
    depth, new = level[0].depth + 1, dict[int, Called]()
    for pk, uuid, caller, label in rows:
        if pk not in found:
            new.setdefault(pk, Called(pk, uuid, depth, caller, label))
    return list(new.values())


def _more(most: int) -> Note:
    return Note(
        MORE_CALLED,
        f"It called more than {counted(most, 'processes')} (`limits.called`): the others are left "
        "out.",
    )


def _deeper(deepest: int) -> Note:
    text = f"More was called below a depth of {deepest}: that is left out."
    return Note(MORE_CALLED, text)


@cache
def _plan() -> Plan:
    """Return the plan of what processes called, which lacks the condition on their pks."""
    question = questions.from_called(CALLER, CALLED, ["id", "uuid"])
    shown = {**question["project"], CALLER: ["id"], questions.EDGE: ["label"]}
    question = {**question, "project": shown}
    return planning.check(question, {"node": whole_vocabulary(NODE)})
