"""The types of processes in a store: how many ran, and how they went. Floor: translators."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar

from provender.query import questions
from provender.query.plan.conditions import Path, Target
from provender.query.plan.plan import Output, Plan
from provender.query.plan.views import View
from provender.query.querydict import Dotted
from provender.query.querystring.parameter import Parameters
from provender.schema.entities import NODE
from provender.schema.statements import Record as Values
from provender.translators.inquiry import Inquiry
from provender.translators.lists import planned
from provender.translators.processes.rows import integer_value, text_value
from provender.translators.records import Record
from provender.translators.session import Session

# How the path names processes without a type.
NONE = "~none"
LABEL, STATE, STATUS, MESSAGE = (
    Dotted("attributes", (name,))
    for name in ("process_label", "process_state", "exit_status", "exit_message")
)
COLUMNS = ("process_type", LABEL, STATE, STATUS)
# The wall time of a job as its last poll tells it, and functions of it: in total, and of how many.
WALL = ("last_job_info", "wallclock_time_seconds")
OF_WALL = ("sum", "numbers")
# Labels of a type that an answer shows.
MOST_LABELS = 100


@dataclass(slots=True)
class Tally:
    """How many processes there are: in total, with each label, state and exit status.

    `messages` are those of exit statuses, `walls` the seconds of the jobs with each exit status
    (None for none), and `told` of how many jobs they are.
    """

    count: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    messages: dict[int, str] = field(default_factory=dict)
    walls: dict[int | None, float] = field(default_factory=dict)
    told: Counter[int | None] = field(default_factory=Counter)

    def add(self, texts: Sequence[str | None], number: int, message: str | None = None) -> None:
        """Count processes of one label, state and exit status, which are pieces of JSON."""
        label, state, status = text_value(texts[0]), text_value(texts[1]), integer_value(texts[2])
        self.count += number
        if label is not None:
            self.labels[label] += number
        if state is not None:
            self.states[state] += number
        if status is not None:
            self.statuses[status] += number
            if message:
                self.messages[status] = message

    def add_walls(self, text: str | None, seconds: float | None, number: int) -> None:
        """Add the wall seconds of jobs with an exit status, a piece of JSON."""
        status = integer_value(text)
        self.told[status] += number
        self.walls[status] = self.walls.get(status, 0.0) + (seconds or 0.0)

    @property
    def label(self) -> str | None:
        """The label that most of them have."""
        return next((label for label, _ in ranked(self.labels)), None)


def ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return names with their numbers, the largest first, names of one number in their order."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


class ProcessTypes(Inquiry[list[Values], list[Record]]):
    """The types of processes, the most frequent first; `url` gives the address of a type."""

    is_single: ClassVar[bool] = False  # the counts are cached by the name of the snapshot
    is_expensive = True
    is_presented_long: ClassVar[bool] = True

    def __init__(self, view: View, url: Callable[[str], str]) -> None:
        self._url = url
        self._plan = counting(view)

    def read(self, session: Session) -> list[Values]:
        """Return the number of processes of each type, label, state and exit status."""
        return session.counts(self._plan)

    def present(self, raw: list[Values]) -> list[Record]:
        """Return a record for each type.

        Shape: `[{"process_type": str, "label": str, "count": int, "states": {state: int},
        "exit_statuses": {status: int}, "url": str}]`; without a type both are None.
        """
        found = tallies(raw)
        order = sorted(found, key=lambda name: (-found[name].count, name))
        return [self._record(name, found[name]) for name in order]

    def _record(self, name: str, tally: Tally) -> Record:
        return {
            "process_type": name or None,
            "label": tally.label,
            "count": tally.count,
            "states": dict(ranked(tally.states)),
            "exit_statuses": {str(key): number for key, number in sorted(tally.statuses.items())},
            "url": self._url(name or NONE),
        }


def with_walls(plan: Plan, tag: str) -> Plan:
    """Return a plan of counts that also adds the wall times of jobs, and counts those."""
    target = Target(tag, NODE.fields["attributes"], Path.of(WALL))
    more = (Output(name, target, function=name) for name in OF_WALL)
    return replace(plan, outputs=(*plan.outputs, *more))


def counting(view: View) -> Plan:
    """Return the plan that counts processes by type, label, state and exit status."""
    return planned(questions.from_counts(view, COLUMNS, Parameters()), view)


def tallies(rows: Iterable[Values]) -> dict[str, Tally]:
    """Return what is counted for each type; the empty string stands for none."""
    found: dict[str, Tally] = {}
    for process_type, *texts, number in rows:
        found.setdefault(process_type or "", Tally()).add(texts, number)
    return found
