"""Asking one question of several servers by turns. Floor: bench."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain, cycle

from bench.clients import NO_ETAG, Burst, Limits, burst
from bench.commits import committing, touch
from bench.onebyone import one_by_one
from bench.question import DISTINCT, Question
from bench.results import Timing
from bench.samples import Request, Samples
from bench.servers import FLOOR, OURS, PEER, Server
from bench.stores import Store
from bench.walks import with_cursors


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: questions, rounds, the limits of a turn, seconds of each load.

    `say` is told what is being measured.
    """

    questions: tuple[Question, ...]
    rounds: int
    limits: Limits
    load_seconds: float
    say: Callable[[str], None]

    @property
    def distinct(self) -> int:
        """The distinct requests of all turns; the first of each turn is not timed."""
        return self.rounds * (self.limits.requests + 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A server, the store that it serves, and what can be asked there."""

    server: Server
    store: Store
    samples: Samples

    def requests(self, question: Question, column: str) -> list[Request]:
        """Return all requests of a column; none of what only Provender has."""
        if self.server.name.startswith(OURS):
            return self.samples.requests(question, column)
        other = question.floor if self.server.name.startswith(FLOOR) else question.first
        if question.is_ours and not other:
            return []
        return self.samples.requests(question, column, other)


def ask(
    question: Question, column: str, asked: dict[str, Asked], plan: Plan
) -> dict[str, list[Burst]]:
    """Return what each server took for a question, by name; who begins changes with the rounds.

    A column of distinct paths is measured while each store is committed to once a second.
    """
    if question.name == "cursor":
        asked = {name: _with_cursors(item, plan) for name, item in asked.items()}
    bursts: dict[str, list[Burst]] = {
        name: [] for name, item in asked.items() if item.requests(question, column)
    }
    names = list(bursts)
    stores = {item.store.location: item.store for item in asked.values()}
    with committing(*stores.values()) if column == DISTINCT else nullcontext():
        for turn in range(plan.rounds):
            first = turn % max(1, len(names))
            for name in names[first:] + names[:first]:
                is_slow = bool(question.each) and name == PEER  # it takes minutes
                if not (bursts[name] and (is_slow or bursts[name][-1].failures)):
                    bursts[name].append(_burst(question, column, asked[name], plan, turn))
    return bursts


def _with_cursors(asked: Asked, plan: Plan) -> Asked:
    """Return it with cursors, which differ from server to server."""
    if not asked.server.name.startswith(OURS):
        return asked
    samples = with_cursors(asked.server, asked.samples, plan.distinct)
    return Asked(asked.server, asked.store, samples)


def _burst(question: Question, column: str, asked: Asked, plan: Plan, turn: int) -> Burst:
    """Return what a server took in one turn."""
    requests = asked.requests(question, column)
    if question.each and asked.server.name == PEER:
        return one_by_one(asked.server, question, requests[0])
    if column == DISTINCT:
        return burst(asked.server, iter(part(requests, plan, turn)), plan.limits)
    return burst(
        asked.server,
        cycle(requests),
        plan.limits,
        (lambda: touch(asked.store)) if question.writes else None,
        warm=len(requests),
        is_conditional=question.is_conditional,
    )


def part(requests: list[Request], plan: Plan, turn: int) -> list[Request]:
    """Return the distinct requests of a turn, counted from 0; those behind all turns are left."""
    size = min(plan.limits.requests + 1, len(requests) // plan.rounds)
    return requests[turn * size :][: size if turn < plan.rounds else None]


def timing(question: Question, column: str, server: str, bursts: list[Burst]) -> Timing:
    """Return the sum of what a server took in all turns."""
    failures = [status for item in bursts for status in item.failures]
    seconds = [taken for item in bursts for taken in item.seconds]
    rows = [count for item in bursts for count in item.rows.values()]
    failure = ""
    if failures:
        failure = "no ETag" if failures[0] == NO_ETAG else f"status {failures[0]}"
    cpu = sum(item.cpu for item in bursts)
    return Timing(
        question.name, server, seconds, cpu, max(rows, default=0), failure, column, len(seconds)
    )


def differing(question: Question, found: dict[str, list[Burst]]) -> Iterator[str]:
    """Yield each request for which a server gave another number of rows than the first one."""
    expected: dict[Request, tuple[str, int]] = {}
    for name, bursts in found.items():
        good = (item.rows.items() for item in bursts if not item.failures)
        for request, count in chain.from_iterable(good):
            first, wanted = expected.setdefault(request, (name, count))
            if count != wanted and not _has_other_form(question, name):
                told = f"{name} {count}, {first} {wanted} rows"
                yield f"{question.name}: {told}: {request.path}"


def _has_other_form(question: Question, server: str) -> bool:
    """Whether rows cannot be compared: the floor gives type counts as they are, not as a tree."""
    return server.startswith(FLOOR) and question.name.startswith("types")
