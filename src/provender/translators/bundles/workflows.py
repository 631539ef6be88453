"""Which processes called and created nodes, as far as folders tell it. Floor: translators."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from provender.query import questions
from provender.query.plan import planning
from provender.query.plan.plan import Plan
from provender.query.plan.views import whole_vocabulary
from provender.query.querydict import QueryDict
from provender.query.questions import START, Direction
from provender.schema.entities import ENTITIES
from provender.schema.processes import CALLS
from provender.translators.archive.reading import CALLED, Step, read_called, step_of
from provender.translators.bundles.wanted import SelectionBounds
from provender.translators.session import Session

# Nodes that one statement is about.
AT_ONCE = 200
CREATE = ("create",)


@dataclass(frozen=True, slots=True)
class Called:
    """A process that another one called: the number of the call, and how many digits it has."""

    step: Step
    number: int
    digits: int


@dataclass(frozen=True, slots=True)
class Workflows:
    """The processes of some nodes, with those that called them.

    `tops` are those that nothing called, each with its uuid. `called` has what each process called,
    in order, as far as it leads to a node; `created` the pks of created nodes by their labels.
    `numbers` are the places of the nodes by pk.
    """

    tops: Sequence[tuple[Step, str]]
    called: Mapping[int, Sequence[Called]]
    created: Mapping[int, Sequence[tuple[str, int]]]
    numbers: Mapping[int, int]


def read_workflows(
    session: Session, pks: Sequence[int], processes: Collection[int], bounds: SelectionBounds
) -> Workflows:
    """Return the processes that called and created nodes; `processes` are those among them."""
    created = _created(session, pks, bounds)
    callers, known = _callers(session, {*processes, *created}, bounds)
    called = _called(session, callers, bounds)
    reached = {one.step.pk for some in called.values() for one in some}
    tops = _tops(session, sorted(known - reached), bounds)
    return Workflows(tops, called, created, {pk: number for number, pk in enumerate(pks)})


def _created(
    session: Session, pks: Sequence[int], bounds: SelectionBounds
) -> dict[int, list[tuple[str, int]]]:
    """Return by their creators which nodes were created; a node has one creator."""
    created: dict[int, list[tuple[str, int]]] = {}
    known: set[int] = set()
    for some in _some(pks, bounds):
        for pk, creator, label in session.rows(_among(_linked(CREATE), some)):
            if pk not in known:
                known.add(pk)
                created.setdefault(creator, []).append((label or "", pk))
    return created


def _callers(
    session: Session, processes: set[int], bounds: SelectionBounds
) -> tuple[dict[int, int], set[int]]:
    """Return what called each process, up to the top, and all processes; one caller each."""
    callers: dict[int, int] = {}
    known, level = set(processes), processes
    while level:
        following: set[int] = set()
        for some in _some(sorted(level), bounds):
            for pk, caller, _ in session.rows(_among(_linked(CALLS), some)):
                if callers.setdefault(pk, caller) == caller and caller not in known:
                    known.add(caller)
                    following.add(caller)
        bounds.check_nodes(len(known))
        level = following
    return callers, known


def _called(
    session: Session, callers: Mapping[int, int], bounds: SelectionBounds
) -> dict[int, list[Called]]:
    """Return what processes called, each with its number among all that they called."""
    called: dict[int, list[Called]] = {}
    for some in _some(sorted(set(callers.values())), bounds):
        numbers: dict[int, int] = {}
        wanted: dict[int, list[tuple[Step, int]]] = {}
        for caller, step in read_called(session, some):
            numbers[caller] = number = numbers.get(caller, 0) + 1
            if callers.get(step.pk) == caller:
                wanted.setdefault(caller, []).append((step, number))
        for caller, steps in wanted.items():
            digits = max(2, len(str(numbers[caller])))
            called[caller] = [Called(step, number, digits) for step, number in steps]
    return called


def _tops(session: Session, pks: Sequence[int], bounds: SelectionBounds) -> list[tuple[Step, str]]:
    """Return processes that nothing called, in the order of their uuids."""
    tops = [
        (step_of(tuple(values)), uuid or "")
        for some in _some(pks, bounds)
        for *values, uuid in session.rows(_among(_processes(), some))
    ]
    return sorted(tops, key=lambda top: (top[1], top[0].pk))


def _some(pks: Sequence[int], bounds: SelectionBounds) -> Iterator[list[int]]:
    """Yield pks, so many at a time."""
    rest = iter(pks)
    while found := list(islice(rest, AT_ONCE)):
        bounds.tick()
        yield found


def _among(plan: Plan, pks: Collection[int]) -> Plan:
    return questions.among(plan, START, "id", pks)


@lru_cache(maxsize=2)
def _linked(types: tuple[str, ...]) -> Plan:
    return _plan(questions.from_neighbours(Direction.INCOMING, types, ("id",), ["label"]))


@lru_cache(maxsize=1)
def _processes() -> Plan:
    return _plan(
        {"path": [{"entity_type": "", "tag": START}], "project": {START: [*CALLED, "uuid"]}}
    )


def _plan(question: QueryDict) -> Plan:
    names = {name: whole_vocabulary(entity) for name, entity in ENTITIES.items()}
    return planning.check(question, names)
