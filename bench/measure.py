"""One run on one store: all servers at once, asked by turns. Floor: bench."""

from __future__ import annotations

import http.client
import os
import platform
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import chain
from pathlib import Path

import provender
from bench import cluster
from bench.clients import Burst, Client, Limits, burst, load
from bench.results import Footprint, Growth, Results, Throughput, Timing
from bench.servers import FLOOR, OURS, Launcher, Server
from bench.stores import Store
from bench.workload import BIG, LIST, PREFIX, QUESTIONS, Question, Samples, find_samples, touch

STARTS = 3
WARM = Limits(300, 3.0)
"""What each server is asked first, and not timed: Python speeds up code that runs often."""
LOADED, CLIENTS = ("list", "detail", "incoming"), (1, 4, 16)
DISTURBED = ("list", "statistics", "types")
STEP = 400
STRIDE = f"/nodes?limit={STEP}"
"""How a walk gets to its ninth tenth."""
NEXT = re.compile(r'<https?://[^/]+/api/v4([^>]*cursor=[^>]*)>; rel="next"')


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


def measure(store: Store, label: str, launcher: Launcher, plan: Plan) -> Results:
    """Return what a run on one store found."""
    samples = find_samples(store)
    results = Results(store.kind, label, samples.nodes, samples.links, about())
    with ExitStack() as stack:
        servers = [
            _started(name, store, launcher, results, stack) for name in launcher.names(store)
        ]
        for server in servers:
            burst(server, QUESTIONS[0], samples, WARM)
        for question in plan.questions:
            if not (question.writes and store.kind == "archive"):
                plan.say(f"{label} {store.kind}: {question.title}")
                before = (lambda: touch(store)) if question.writes else None
                found = _ask(question, servers, samples, plan, before)
                results.differing += _differing(question, found)
                results.timings += [_timing(question, *item) for item in found.items()]
        for question in (item for item in plan.questions if item.name in LOADED):
            plan.say(f"{label} {store.kind}: {question.title}, several clients")
            results.throughputs += _loads(question, servers, samples, plan)
        if store.kind == "postgresql":
            results.disturbed += _disturbed(store, servers[0], samples, plan)
        results.footprints = [
            replace(item, bytes_last=server.resident_bytes(), bytes_stream=_stream(server, samples))
            for item, server in zip(results.footprints, servers, strict=True)
        ]
    return results


def growth(stores: dict[str, Store], launcher: Launcher, plan: Plan) -> Growth:
    """Return what our server took on stores of several sizes, asked by turns."""
    found = Growth(about(), list(stores))
    samples = {label: find_samples(store) for label, store in stores.items()}
    with ExitStack() as stack:
        servers = {label: launcher.start(OURS, store) for label, store in stores.items()}
        for server in servers.values():
            stack.callback(server.stop)
        for question in (item for item in QUESTIONS if item.is_flat):
            plan.say(f"growth: {question.title}")
            bursts: dict[str, list[Burst]] = {label: [] for label in stores}
            for _ in range(plan.rounds):
                for label, server in servers.items():
                    bursts[label].append(_burst(server, question, samples[label], plan))
            found.timings += [_timing(question, *item) for item in bursts.items()]
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


def _ask(
    question: Question,
    servers: list[Server],
    samples: Samples,
    plan: Plan,
    before: Callable[[], None] | None,
) -> dict[str, list[Burst]]:
    """Return what each server took for one question; who begins changes from round to round."""
    if question.name == "cursor":
        servers = [server for server in servers if server.name.startswith(OURS)]
    found: dict[str, list[Burst]] = {server.name: [] for server in servers}
    for turn in range(plan.rounds):
        first = turn % len(servers)
        for server in servers[first:] + servers[:first]:
            bursts = found[server.name]
            if not (bursts and bursts[-1].failures):
                bursts.append(_burst(server, question, samples, plan, before))
    return found


def _burst(
    server: Server,
    question: Question,
    samples: Samples,
    plan: Plan,
    before: Callable[[], None] | None = None,
) -> Burst:
    chosen = _with_cursor(server, samples) if question.name == "cursor" else samples
    return burst(server, question, chosen, plan.limits, before)


_WALKED: dict[tuple[str, int], dict[str, list[str]]] = {}


def _with_cursor(server: Server, samples: Samples) -> Samples:
    """Return samples that hold the page at nine tenths of a walk."""
    path = f"{STRIDE}&cursor=*"
    if (server.name, samples.nodes) in _WALKED:
        return replace(samples, values=_WALKED[server.name, samples.nodes])
    with Client(server) as client:
        for _ in range(samples.nodes * 9 // 10 // STEP):
            target = NEXT.search(client.ask(PREFIX + path).link)
            if target is None:
                break
            path = target[1]
    values = samples.values | {"cursor": [path.replace(STRIDE, LIST)]}
    _WALKED[server.name, samples.nodes] = values
    return replace(samples, values=values)


def _timing(question: Question, server: str, bursts: list[Burst]) -> Timing:
    failures = [status for item in bursts for status in item.failures]
    failure = ""
    if failures:
        has_none = question.is_conditional and failures[0] < http.client.BAD_REQUEST
        failure = "no ETag" if has_none else f"status {failures[0]}"
    return Timing(
        question.name,
        server,
        [seconds for item in bursts for seconds in item.seconds],
        sum(item.cpu for item in bursts),
        next(iter(bursts[0].rows.values())),
        failure,
    )


def _differing(question: Question, found: dict[str, list[Burst]]) -> Iterator[str]:
    """Yield each path for which a server gave another number of rows than the first one."""
    expected: dict[str, tuple[str, int]] = {}
    for name, bursts in found.items():
        good = (item.rows.items() for item in bursts if not item.failures)
        for path, count in chain.from_iterable(good):
            first, wanted = expected.setdefault(path, (name, count))
            if count != wanted and not _has_other_form(question, name):
                yield f"{question.name}: {name} {count}, {first} {wanted} rows: {path}"


def _has_other_form(question: Question, server: str) -> bool:
    """Whether rows cannot be compared: the floor gives type counts as they are, not as a tree."""
    return server.startswith(FLOOR) and question.name.startswith("types")


def _loads(
    question: Question, servers: list[Server], samples: Samples, plan: Plan
) -> Iterator[Throughput]:
    for clients in CLIENTS:
        for server in servers:
            found = load(server, question, samples, clients, plan.load_seconds)
            rate, each = found.requests / found.seconds, found.cpu / max(1, found.requests)
            yield Throughput(question.name, server.name, clients, rate, each)


def _disturbed(store: Store, server: Server, samples: Samples, plan: Plan) -> Iterator[Timing]:
    """Yield what our server takes while another database of the cluster is written to."""
    with _writing(store.database):
        for question in (item for item in plan.questions if item.name in DISTURBED):
            found = burst(server, question, samples, Limits(10**6, 3.5))
            yield _timing(question, server.name, [found])


@contextmanager
def _writing(url: str) -> Iterator[None]:
    """Commit to another database of the cluster, once per second."""
    is_over = threading.Event()

    def work() -> None:
        while not is_over.wait(1):
            cluster.run(cluster.with_database(url, "postgres"), "SELECT pg_current_xact_id()")

    writer = threading.Thread(target=work)
    writer.start()
    try:
        yield
    finally:
        is_over.set()
        writer.join()


def _stream(server: Server, samples: Samples) -> int | None:
    """Return by how many bytes our server grows while it sends a large file."""
    if not server.name.startswith(OURS):
        return None
    before = server.resident_bytes()
    with Client(server) as client:
        client.drain(PREFIX + BIG.format(big=samples.values["big"][0]))
    return server.resident_bytes() - before
