"""One run on one store: all servers at once, asked by turns. Floor: bench."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timezone
from itertools import cycle
from pathlib import Path

import provender
from bench.clients import Client, Limits, Load, burst, load
from bench.commits import committing, committing_beside
from bench.question import DISTINCT, PREFIX, REPEATED, Question
from bench.results import Footprint, Growth, Results, Throughput, Timing
from bench.samples import Request, find_samples
from bench.servers import OURS, Launcher, Server, has_gunicorn
from bench.stores import Store
from bench.turns import Asked, Plan, ask, differing, part, timing
from bench.workload import BIG, QUESTIONS

STARTS = 3
WARM = Limits(300, 3.0)
"""What each server is asked first, and not timed: Python speeds up code that runs often."""
LOADED, CLIENTS = ("list", "detail", "incoming"), (1, 4, 16)
CLIENTS_DISTINCT = 4
"""How many clients at once ask distinct paths."""
LOAD_RATE = 2500
"""Requests per second for which there are distinct paths, where the store is large enough."""
DISTURBED = ("list", "statistics", "types")
COLUMNS = (REPEATED, DISTINCT)


def measure(store: Store, label: str, launcher: Launcher, plan: Plan, part: str = "") -> Results:
    """Return what a run on one store found, of the questions of one part."""
    plan = replace(plan, questions=tuple(item for item in plan.questions if item.part == part))
    samples = find_samples(store, _wanted(plan))
    results = Results(store.kind, label, samples.nodes, samples.links, about(), part=part)
    with ExitStack() as stack:
        asked = {
            name: Asked(_started(name, store, launcher, results, stack), store, samples)
            for name in launcher.names(store, has_gunicorn=has_gunicorn() and not part)
        }
        for item in asked.values():
            burst(item.server, cycle(item.requests(QUESTIONS[0], REPEATED)), WARM)
        for question in plan.questions:
            if not (question.writes and store.kind == "archive"):
                _measure_columns(question, asked, results, plan)
        for question in (item for item in plan.questions if item.name in LOADED):
            plan.say(f"{label} {store.kind}: {question.title}, several clients")
            results.throughputs += _loads(question, asked, plan)
        if store.kind == "postgresql":
            results.disturbed += _disturbed(asked[OURS], plan)
        results.footprints = [
            replace(
                item,
                bytes_last=asked[item.server].server.resident_bytes(),
                bytes_stream=_stream(asked[item.server]),
            )
            for item in results.footprints
        ]
    return results


def _wanted(plan: Plan) -> int:
    """Return how many distinct paths a question may need."""
    return plan.distinct + int(LOAD_RATE * plan.load_seconds)


def _measure_columns(
    question: Question, asked: dict[str, Asked], results: Results, plan: Plan
) -> None:
    """Add to the results what each server took for a question, in each column that it has."""
    for column in COLUMNS:
        if question.path(column):
            plan.say(f"{results.label} {results.store}: {question.title}, {column} paths")
            found = ask(question, column, asked, plan)
            results.differing += differing(question, found)
            results.timings += [timing(question, column, *item) for item in found.items()]


def growth(stores: dict[str, Store], launcher: Launcher, plan: Plan) -> Growth:
    """Return what our server took on stores of several sizes, asked by turns."""
    found = Growth(about(), list(stores))
    with ExitStack() as stack:
        asked = {}
        for label, store in stores.items():
            server = launcher.start(OURS, store)
            stack.callback(server.stop)
            asked[label] = Asked(server, store, find_samples(store, _wanted(plan)))
        for question in (item for item in QUESTIONS if item.is_flat):
            for column in COLUMNS:
                plan.say(f"growth: {question.title}, {column} paths")
                bursts = ask(question, column, asked, plan)
                found.timings += [timing(question, column, *item) for item in bursts.items()]
    return found


def about() -> dict[str, str]:
    """Return when and on what a run is made."""
    names = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return {
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        "machine": f"{os.cpu_count()} cores, {names[0] if names else platform.machine()}",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "Provender": provender.__version__,
        "Python": platform.python_version(),
    }


def _started(
    name: str, store: Store, launcher: Launcher, results: Results, stack: ExitStack
) -> Server:
    """Return a server that runs until the stack is left, started a few times before."""
    seconds = []
    for _ in range(STARTS - 1):
        server = launcher.start(name, store)
        server.stop()
        seconds.append(server.seconds)
    server = launcher.start(name, store)
    stack.callback(server.stop)
    seconds.append(server.seconds)
    results.footprints.append(Footprint(name, seconds, server.resident_bytes(), 0, None))
    return server


def _loads(question: Question, asked: dict[str, Asked], plan: Plan) -> Iterator[Throughput]:
    """Yield what several clients at once get: of a few paths, then of distinct ones."""
    for clients in CLIENTS:
        for item in asked.values():
            requests = cycle(item.requests(question, REPEATED))
            found = load(item.server, requests, clients, plan.load_seconds)
            yield _throughput(question, REPEATED, item.server, found)
    store = next(iter(asked.values())).store
    with committing(store):
        for item in asked.values():
            left = iter(part(item.requests(question, DISTINCT), plan, plan.rounds))
            found = load(item.server, left, CLIENTS_DISTINCT, plan.load_seconds)
            yield _throughput(question, DISTINCT, item.server, found)


def _throughput(question: Question, column: str, server: Server, found: Load) -> Throughput:
    rate, each = found.requests / found.seconds, found.cpu / max(1, found.requests)
    return Throughput(question.name, server.name, found.clients, rate, each, column)


def _disturbed(asked: Asked, plan: Plan) -> Iterator[Timing]:
    """Yield what our server takes while another database of the cluster is written to."""
    with committing_beside(asked.store):
        for question in (item for item in plan.questions if item.name in DISTURBED):
            requests = cycle(asked.requests(question, REPEATED))
            found = burst(asked.server, requests, Limits(10**6, 3.5))
            yield timing(question, REPEATED, asked.server.name, [found])


def _stream(asked: Asked) -> int | None:
    """Return by how many bytes our server grows while it sends a large file."""
    if not asked.server.name.startswith(OURS):
        return None
    before = asked.server.resident_bytes()
    with Client(asked.server) as client:
        client.drain(Request(PREFIX + BIG.format(big=asked.samples.few["big"][0])))
    return asked.server.resident_bytes() - before
