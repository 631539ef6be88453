"""What ran on a computer: jobs by state and exit status, and for how long. Floor: translators."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from provender.query import questions
from provender.query.plan.conditions import Path, Target
from provender.query.plan.plan import Output
from provender.query.plan.views import View
from provender.query.querystring.parameter import Parameters
from provender.schema.entities import NODE
from provender.schema.statements import Record as Values
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.lists import planned
from provender.translators.processes.types import LABEL, STATE, STATUS, Tally, ranked
from provender.translators.records import Record
from provender.translators.session import Session

WALL = ("last_job_info", "wallclock_time_seconds")
HOUR = 3600


class UsageOf(Inquiry[tuple[int, list[Values]], tuple[int, Record]]):
    """The jobs of a computer of a view; `jobs` is the view of jobs."""

    is_expensive = True
    is_presented_long: ClassVar[bool] = True

    def __init__(self, view: View, jobs: View, identifier: str | int) -> None:
        self._tag = jobs.name
        self._one = One(view, identifier, ("id",))
        plan = planned(questions.from_counts(jobs, (LABEL, STATE, STATUS), Parameters()), jobs)
        target = Target(jobs.name, NODE.fields["attributes"], Path.of(WALL))
        told = (Output(name, target, function=name) for name in ("sum", "numbers"))
        self._plan = replace(plan, outputs=(*plan.outputs, *told))

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
        tally, seconds, number = Tally(), 0.0, 0
        for *texts, wall, known, count in rows:
            tally.add(tuple(texts), count)
            seconds, number = seconds + (wall or 0.0), number + known
        statuses = sorted(tally.statuses.items())
        return pk, {
            "jobs": tally.count,
            "labels": dict(ranked(tally.labels)),
            "states": dict(ranked(tally.states)),
            "exit_statuses": {str(status): count for status, count in statuses},
            "wall_hours": {"hours": round(seconds / HOUR, 4), "jobs": number, "at_least": True},
        }
