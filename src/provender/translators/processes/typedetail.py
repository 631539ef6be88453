"""One type of processes: how it is usually run, and how that goes. Floor: translators.

Numbers of states and exit statuses are those of all its processes. Inputs, outputs and durations
are looked at in the newest of them only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

from provender.errors import NoSuchEntity
from provender.nearest import nearest
from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.conditions import Disjunction, IsNull, Path, Target
from provender.query.plan.operators import Use, condition
from provender.query.plan.plan import Output, Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Dotted, QueryDict
from provender.query.querystring.parameter import Parameters
from provender.query.questions import EDGE, Direction
from provender.schema.entities import NODE, FieldName
from provender.schema.processes import INPUTS, OUTPUTS
from provender.schema.statements import Record as Values
from provender.schema.types import JOB
from provender.translators.inquiry import Inquiry
from provender.translators.lists import planned
from provender.translators.processes.rows import text_value
from provender.translators.processes.times import COLUMNS as OF_TIMES
from provender.translators.processes.times import times_of
from provender.translators.processes.types import (
    LABEL,
    MESSAGE,
    MOST_LABELS,
    NONE,
    STATE,
    STATUS,
    Tally,
    counting,
    ranked,
    with_walls,
)
from provender.translators.records import Record
from provender.translators.session import Session

# How many of the newest processes are looked at.
SAMPLED = 1000
NINE_TENTHS = 0.9


@dataclass(frozen=True, slots=True)
class TypeRows:
    """What was read of a type: numbers, the newest processes, and links on both sides of these."""

    counts: list[Values]
    newest: list[Values]
    inputs: list[Values]
    outputs: list[Values]


class TypeOf(Inquiry[TypeRows, Record]):
    """A type of processes by its name, or `~none` for those without a type.

    `read` raises `NoSuchEntity` for a type that no process has.
    """

    is_expensive = True
    is_presented_long: ClassVar[bool] = True

    def __init__(self, view: View, process_type: str) -> None:
        self._view = view
        self._name = "" if process_type == NONE else process_type
        self._counts = self._of_type(_counted(view), view.name)
        self._newest = self._of_type(_newest(view), view.name)

    def _of_type(self, plan: Plan, tag: str) -> Plan:
        target = Target(tag, NODE.fields["process_type"])
        found = condition(Use("process_type", target, "==", self._name))
        if not self._name:
            found = Disjunction((found, IsNull(target)))
        parts = (*plan.condition.conditions, found)
        return replace(plan, condition=replace(plan.condition, conditions=parts))

    def read(self, session: Session) -> TypeRows:
        """Return the rows: four statements."""
        counts = session.counts(self._counts) if "\0" not in self._name else []
        if not counts:
            raise self._unknown(session)
        newest = session.parsed(self._newest)
        pks = [row[0] for row in newest]
        inputs, outputs = (
            session.counts(questions.among(_linked(side), "process", "id", pks))
            for side in Direction
        )
        return TypeRows(counts, newest, inputs, outputs)

    def _unknown(self, session: Session) -> NoSuchEntity:
        known = {row[0] or NONE for row in session.counts(counting(self._view))}
        close = nearest(self._name, sorted(known))
        return NoSuchEntity(
            f"No process has the type `{self._name or NONE}`.",
            hint=f"Did you mean `{close}`?" if close else "/processes/types lists the types.",
        )

    def present(self, raw: TypeRows) -> Record:
        """Return the record of the type.

        Shape: `{"process_type": str, "label": str, "count": int, "labels": {label: int}, "states":
        {state: int}, "exit_statuses": [{"exit_status": int, "exit_message": str, "count": int,
        "wall_seconds": float}], "inputs": [...], "outputs": [...], "durations": {...}, "sampled":
        {...}}`.
        """
        tally, number = Tally(), len(raw.newest)
        for *texts, message, wall, known, count in raw.counts:
            tally.add(texts, count, message)
            tally.add_walls(texts[-1], wall, known)
        return {
            "process_type": self._name or None,
            "label": tally.label,
            "count": tally.count,
            "labels": dict(ranked(tally.labels)[:MOST_LABELS]),
            "states": dict(ranked(tally.states)),
            "exit_statuses": [
                {
                    "exit_status": status,
                    "exit_message": tally.messages.get(status),
                    "count": count,
                    "wall_seconds": tally.walls[status] if tally.told[status] else None,
                }
                for status, count in sorted(tally.statuses.items())
            ],
            "inputs": _labels(raw.inputs, number),
            "outputs": _labels(raw.outputs, number),
            "durations": _durations(raw.newest),
            "sampled": {"newest": number, "is_all": number == tally.count},
        }


def _labels(rows: Iterable[Values], number: int) -> list[Record]:
    """Return the labels of links, the most frequent first, each with the types of node behind."""
    types: dict[str, Counter[str]] = {}
    for label, node_type, count in rows:
        if label is not None and node_type is not None:
            types.setdefault(label, Counter())[node_type] += count
    total = Counter({label: sum(found.values()) for label, found in types.items()})
    return [
        {
            "label": label,
            "count": count,
            "share": round(count / number, 4),
            "node_types": dict(ranked(types[label])),
        }
        for label, count in ranked(total)[:MOST_LABELS]
    ]


def _durations(rows: Sequence[Values]) -> Record | None:
    """Return how long jobs took, in seconds; None if none of the newest says so.

    The wall time of most jobs is that of the last poll, so that they took at least as long.
    """
    facts = [
        times_of(values[3:], text_value(values[2])).wall_seconds
        for values in rows
        if (values[1] or "").startswith(JOB)
    ]
    known = sorted((fact for fact in facts if fact is not None), key=_seconds)
    if not known:
        return None
    seconds = [_seconds(fact) for fact in known]
    return {
        "count": len(seconds),
        "median_seconds": seconds[(len(seconds) - 1) // 2],
        "nine_tenths_seconds": seconds[min(len(seconds) - 1, int(NINE_TENTHS * len(seconds)))],
        "longest_seconds": seconds[-1],
        "at_least": any(fact.at_least for fact in known),
    }


def _seconds(fact: Any) -> float:  # noqa: ANN401 - a fact whose value is a number
    return float(fact.value)


def _counted(view: View) -> Plan:
    """Return the plan that counts by label, state and exit status, with a message of each."""
    columns: tuple[Dotted, ...] = (LABEL, STATE, STATUS)
    plan = planned(questions.from_counts(view, columns, Parameters()), view)
    target = Target(view.name, NODE.fields[MESSAGE.column], Path.of(MESSAGE.path))
    message = Output("exit_message", target, cast="t", function="max")
    return with_walls(replace(plan, outputs=(*plan.outputs, message)), view.name)


def _newest(view: View) -> Plan:
    """Return the plan of the newest processes, with what tells their times."""
    columns: tuple[FieldName | Dotted, ...] = ("id", "node_type", STATE, *OF_TIMES)
    question = questions.from_view(view, columns)
    order: list[dict[str, list[dict[Any, Any]]]] = [
        {view.name: [{"ctime": "desc"}, {"id": "desc"}]}
    ]
    return planned({**question, "order_by": order, "limit": SAMPLED, "offset": 0}, view)


@cache
def _linked(side: Direction) -> Plan:
    """Return the plan that counts the links on one side of processes by label and type of node."""
    types = INPUTS if side is Direction.INCOMING else OUTPUTS
    question: QueryDict = {
        "path": [
            {"entity_type": "", "tag": "process"},
            {
                "entity_type": "",
                "tag": "node",
                "joining_keyword": side.value,
                "joining_value": "process",
                "edge_tag": EDGE,
            },
        ],
        "filters": {EDGE: {"type": {"in": list(types)}}},
        "project": {EDGE: ["label"], "node": ["node_type"]},
    }
    return planning.check(question, {"node": whole_vocabulary(NODE)})
