"""Reading a process, all that it called, and the data on both sides. Floor: translators.

Rows go into a spool as they come, so that the connection is given back before anything is written,
and memory stays small. Of each process only what names folders is held.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from sys import intern
from typing import Any

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import View, whole_vocabulary
from provender.query.querydict import Dotted, QueryDict
from provender.query.querystring.advice import Note
from provender.query.questions import START, Direction
from provender.schema.entities import ENTITIES, FieldName
from provender.schema.processes import CALLS, INPUTS, OUTPUTS
from provender.schema.statements import Record as Values
from provender.translators import flaws
from provender.translators.identity import One
from provender.translators.inquiry import Inquiry
from provender.translators.processes.rows import integer_value, text_value
from provender.translators.session import Session
from provender.translators.zips.bounds import Bounds
from provender.translators.zips.spool import Span, Spool

# Of what rows of nodes are made; those of their computers and users follow.
COLUMNS = (
    *("id", "uuid", "node_type", "process_type", "label", "description", "ctime", "mtime"),
    *("attributes", "extras", "repository_metadata"),
)
COMPUTER = ("label", "hostname", "scheduler_type", "transport_type")
USER = ("first_name", "last_name", "institution")
LOGS = ("dbnode_id", "time", "levelname", "message")
CALLED: tuple[FieldName | Dotted, ...] = (
    *("id", "process_type"),
    *(Dotted("attributes", (name,)) for name in ("process_label", "process_state", "exit_status")),
)
# Nodes, or processes, that one statement is about. Their rows are held together.
NODES_AT_ONCE, PROCESSES_AT_ONCE = 50, 500


@dataclass(frozen=True, slots=True)
class Step:
    """A process in the tree: how it was called, and what it is."""

    pk: int
    link: str
    process_type: str | None
    label: str | None
    state: str | None
    exit_status: int | None


@dataclass(frozen=True, slots=True)
class Linked:
    """Data on one side of a process: its pk, and the type and label of the link."""

    pk: int
    link_type: str
    label: str


@dataclass(frozen=True, slots=True)
class ProcessTree:
    """A process with all that it called, and where the rows of its nodes and logs stand.

    `called` and `linked` are by the pk of the process, in the order in which folders have them.
    """

    start: Step
    spool: Spool
    called: Mapping[int, Sequence[Step]]
    linked: Mapping[int, Sequence[Linked]]
    nodes: Mapping[int, Span]
    logs: Mapping[int, Span]
    notes: tuple[Note, ...] = field(default=())

    def node(self, pk: int) -> dict[str, Any]:
        """Return the columns of a node by name, `computer` and `user` being mappings or None."""
        values = json.loads(self.spool.read(self.nodes[pk]))
        found = dict(zip(COLUMNS, values, strict=False))
        at = len(COLUMNS)
        computer = dict(zip(COMPUTER, values[at : at + len(COMPUTER)], strict=True))
        user = dict(zip(USER, values[at + len(COMPUTER) :], strict=True))
        has_computer = any(value is not None for value in computer.values())
        has_user = any(value is not None for value in user.values())
        return found | {
            "computer": computer if has_computer else None,
            "user": user if has_user else None,
        }

    def log(self, pk: int) -> list[list[Any]]:
        """Return the rows of the log of a process: time, level and message."""
        span = self.logs.get(pk)
        return [] if span is None else json.loads(self.spool.read(span))


class TreeOfProcess(Inquiry[ProcessTree, ProcessTree]):
    """A process of a view with all that it called; whoever asks closes its spool."""

    is_expensive = True

    def __init__(self, view: View, identifier: str | int, bounds: Bounds) -> None:
        self._one = One(view, identifier, CALLED)
        self._bounds = bounds

    def read(self, session: Session) -> ProcessTree:
        """Return the tree; its rows are in a spool."""
        self._bounds.begin()
        values = self._one.read(session)
        spool = Spool(self._bounds)
        try:
            return self._read(session, spool, step_of(values))
        except BaseException:
            spool.close()
            raise

    def present(self, raw: ProcessTree) -> ProcessTree:
        """Return the tree: it is written where the files of the store are at hand."""
        return raw

    def _read(self, session: Session, spool: Spool, start: Step) -> ProcessTree:
        called = self._called(session, start)
        processes = [start.pk, *(step.pk for steps in called.values() for step in steps)]
        linked = self._linked(session, processes)
        data = dict.fromkeys(item.pk for items in linked.values() for item in items)
        nodes = self._nodes(session, spool, dict.fromkeys([*processes, *data]))
        logs = self._logs(session, spool, processes)
        return ProcessTree(start, spool, called, linked, nodes, logs, flaws.notes(session.flaws))

    def _called(self, session: Session, start: Step) -> dict[int, list[Step]]:
        """Return what each process called; each process once, whatever a store says."""
        called: dict[int, list[Step]] = {}
        known, level = {start.pk}, [start.pk]
        while level:
            following = []
            for some in _some(level, PROCESSES_AT_ONCE):
                self._bounds.tick()
                for caller, step in read_called(session, some):
                    if step.pk not in known:
                        known.add(step.pk)
                        following.append(step.pk)
                        called.setdefault(caller, []).append(step)
                self._bounds.check_files(len(known))
            level = following
        return called

    def _linked(self, session: Session, processes: list[int]) -> dict[int, list[Linked]]:
        """Return the data on both sides of each process."""
        linked: dict[int, list[Linked]] = {}
        number = 0
        for tag in ("inputs", "outputs"):
            for some in _some(processes, PROCESSES_AT_ONCE):
                self._bounds.tick()
                for process, pk, link_type, label in _rows(session, tag, some):
                    data = Linked(pk, link_type, intern(label or ""))
                    linked.setdefault(process, []).append(data)
                    number += 1
                self._bounds.check_files(number)
        return linked

    def _nodes(self, session: Session, spool: Spool, pks: Collection[int]) -> dict[int, Span]:
        """Return where the row of each node is."""
        nodes: dict[int, Span] = {}
        for some in _some(pks, NODES_AT_ONCE):
            self._bounds.tick()
            for row in _rows(session, "nodes", some):
                nodes[row[0]] = spool.add(_written(row))
        return nodes

    def _logs(self, session: Session, spool: Spool, processes: list[int]) -> dict[int, Span]:
        """Return where the log of each process is that has one, in the order of its times.

        An import gives rows other ids, in another order.
        """
        logs: dict[int, Span] = {}
        for some in _some(processes, NODES_AT_ONCE):
            self._bounds.tick()
            found: dict[int, list[Values]] = {}
            for pk, *row in _rows(session, "log", some):
                found.setdefault(pk, []).append(tuple(row))
            for pk, rows in found.items():
                rows.sort(key=lambda row: (row[0] is None, row[0]))
                logs[pk] = spool.add(_written(rows))
        return logs


def read_called(session: Session, callers: Collection[int]) -> Iterator[tuple[int, Step]]:
    """Yield what processes called: the pk of the caller, and the process, by times of creation."""
    for caller, pk, process_type, *texts, link in _rows(session, "called", callers):
        yield caller, _step(pk, link or "", process_type, texts)


def step_of(values: Values) -> Step:
    """Return a process that nothing called, of the values of the columns `CALLED`."""
    pk, process_type, *texts = values
    return _step(pk, "", process_type, texts)


def _step(pk: int, link: str, process_type: str | None, texts: Sequence[str | None]) -> Step:
    """Return a process; texts that thousands of processes have in common are held once."""
    label, state = (intern(found) if (found := text_value(text)) else None for text in texts[:2])
    kind = intern(process_type) if process_type else None
    return Step(pk, intern(link), kind, label, state, integer_value(texts[2]))


def _written(values: object) -> bytes:
    """Return values as JSON; times become texts."""
    return json.dumps(values, default=str).encode()


def _some(pks: Collection[int], number: int) -> Iterator[list[int]]:
    """Yield pks, so many at a time."""
    rest = iter(pks)
    while found := list(islice(rest, number)):
        yield found


def _rows(session: Session, tag: str, pks: Collection[int]) -> list[Values]:
    """Return rows of some processes or nodes."""
    at, column = (tag, "dbnode_id") if tag == "log" else (START, "id")
    return session.rows(questions.among(_plan(tag), at, column, pks))


@cache
def _plan(tag: str) -> Plan:
    """Return a plan that lacks the condition on pks."""
    names = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}
    return planning.check(_question(tag), names)


def _question(tag: str) -> QueryDict:
    """Return the question of what is called, linked on one side, or told of nodes."""
    if tag == "log":
        return questions.from_owner(tag, list(LOGS))
    if tag == "nodes":
        return questions.with_origin(START, COLUMNS, COMPUTER, USER)
    if tag == "called":
        return questions.from_neighbours(Direction.OUTGOING, CALLS, CALLED, ["label"], by_time=True)
    direction, types = (
        (Direction.INCOMING, INPUTS) if tag == "inputs" else (Direction.OUTGOING, OUTPUTS)
    )
    return questions.from_neighbours(direction, types, ("id",), ["type", "label"])
