"""What ran on a computer: jobs by state and exit status, and for how long. Floor: translators."""

from __future__ import annotations

from typing import ClassVar

from provender.query import questions
from provender.query.plan.views import View
from provender.query.querystring.parameter import Parameters
from provender.schema.statements import Record as Values
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.lists import planned
from provender.translators.processes.types import (
    LABEL,
    STATE,
    STATUS,
    Tally,
    ranked,
    with_walls,
)
from provender.translators.records import Record
from provender.translators.session import Session

HOUR = 3600


class UsageOf(Inquiry[tuple[int, list[Values]], tuple[int, Record]]):
    """The jobs of a computer of a view; `jobs` is the view of jobs."""

    is_expensive = True
    is_presented_long: ClassVar[bool] = True

    def __init__(self, view: View, jobs: View, identifier: str | int) -> None:
        self._tag = jobs.name
        self._one = One(view, identifier, ("id",))
        plan = planned(questions.from_counts(jobs, (LABEL, STATE, STATUS), Parameters()), jobs)
        self._plan = with_walls(plan, jobs.name)

    def read(self, session: Session) -> tuple[int, list[Values]]:
        """Return the pk of the computer, and what is counted of its jobs."""
        (pk,) = self._one.read(session)
        plan = questions.narrowed(self._plan, self._tag, "dbcomputer_id", pk)
        return pk, session.counts(plan)

    def present(self, raw: tuple[int, list[Values]]) -> tuple[int, Record]:
        """Return the pk of the computer and the record.

        Shape: `{"jobs": int, "labels": {label: int}, "states": {state: int}, "exit_statuses":
        {status: int}, "wall_hours": {"hours": float, "jobs": int, "at_least": True}}`. The wall
        time of a job is that of the last poll, so that all of them took at least as long.
        """
        pk, rows = raw
        tally = Tally()
        for *texts, wall, known, count in rows:
            tally.add(texts, count)
            tally.add_walls(texts[-1], wall, known)
        statuses = sorted(tally.statuses.items())
        return pk, {
            "jobs": tally.count,
            "labels": dict(ranked(tally.labels)),
            "states": dict(ranked(tally.states)),
            "exit_statuses": {str(status): count for status, count in statuses},
            "wall_hours": {
                "hours": round(sum(tally.walls.values()) / HOUR, 4),
                "jobs": sum(tally.told.values()),
                "at_least": True,
            },
        }
