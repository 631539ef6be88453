"""The targets, which of them a run misses, and why as far as it is known. Floor: bench."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

from bench.results import Footprint, Growth, Results
from bench.servers import FLOOR, OURS, PEER, UNDER_GUNICORN
from bench.workload import QUESTIONS, Question

TIMES = "\u00d7"
NODES = 1_000_000
"""The size of the store from which on the targets against the peer hold."""
CPU, GROWTH, START_SECONDS = 1.5, 1.3, 0.8
MEMORY_BYTES, STREAM_BYTES = 90_000_000, 20_000_000
LEAST_CPU = 0.1
"""Processor seconds below which a sum says little: it is that of few requests."""

_COUNT = (
    "the number of all matches is counted anew after each commit, and after waiting for it the "
    "same code takes twice the processor time"
)
_TRIPS = (
    "BEGIN with the name of the snapshot (0.09 ms) and ROLLBACK (0.06 ms) are round trips that the "
    "floor does not make, and it writes no log (profile of a node by its uuid: 40 % driver and "
    "database, 21 % Provender, the rest Flask, werkzeug and Python)"
)
CAUSES: dict[str, str] = {
    **dict.fromkeys(("detail", "incoming", "outgoing"), _TRIPS),
    **dict.fromkeys((f"cpu {name}" for name in ("incoming", "outgoing", "prefix")), _TRIPS),
    **dict.fromkeys((f"cpu {name}" for name in ("detail", "detail-cold", "posted")), _TRIPS),
    **dict.fromkeys((f"cpu {name}" for name in ("list", "newest", "typed")), _TRIPS),
    "cpu list-cold": f"{_TRIPS}; {_COUNT}",
    "statistics-cold": "every node is read: types and days are counted one after the other",
    "cpu wide": "400 records are built one by one, a third of it for the two dates of each",
    "cpu file": f"its node is found first, and its SHA-256 is compared; {_TRIPS}",
    "memory": "69 MB of modules, 16 MB of answers (`cache.memory_bytes`), stacks of eight threads",
    "start": "modules are loaded, a third of the time those of SQLAlchemy",
}
"""Why a target is missed, by the name of a question, `cpu NAME`, `growth NAME`, `start`,
`memory` or `stream`."""


def gain(results: Results, question: Question) -> float | None:
    """Return how many times our median latency the peer's is."""
    ours, theirs = (results.find(question.name, name) for name in (OURS, PEER))
    return theirs.median / ours.median if ours and theirs and ours.median else None


def side_by_side(results: Results) -> str:
    """Return the ending of the names of the servers whose processor time is compared.

    Under gunicorn a connection is kept, so less of the time is that of the HTTP server.
    """
    names = {item.server for item in results.footprints}
    return UNDER_GUNICORN if OURS + UNDER_GUNICORN in names else ""


def cpu_ratio(results: Results, question: Question) -> float | None:
    """Return how many times the floor's processor time for a request ours is."""
    under = side_by_side(results)
    ours, floor = (results.find(question.name, name + under) for name in (OURS, FLOOR))
    if not ours or not floor or min(ours.cpu, floor.cpu) < LEAST_CPU:
        return None
    return ours.cpu_each / floor.cpu_each


def growth(found: Growth, question: Question) -> float | None:
    """Return how many times the median on the smallest store that on the largest is."""
    medians = {item.server: item.median for item in found.timings if item.question == question.name}
    first, last = (medians.get(found.labels[place]) for place in (0, -1))
    return last / first if first and last else None


def missed(results: Results) -> Iterator[str]:
    """Yield each target that a run misses, with what was measured and why."""
    for question in QUESTIONS:
        ratio, share = gain(results, question), cpu_ratio(results, question)
        if results.nodes >= NODES and ratio and ratio < (question.target or 0):
            text = f"{question.title}: {ratio:.3g}{TIMES} instead of {question.target}{TIMES}"
            yield _explained(text, question.name)
        if share and share > CPU:
            text = f"CPU of {question.title}: {share:.2f}{TIMES} the floor instead of {CPU}{TIMES}"
            yield _explained(text, f"cpu {question.name}")
    for item in results.footprints:
        if item.server.startswith(OURS):
            yield from _missed_footprint(item)


def missed_growth(found: Growth) -> Iterator[str]:
    """Yield each request that takes longer on a larger store than it may."""
    for question in QUESTIONS:
        ratio = growth(found, question)
        if ratio and ratio > GROWTH:
            text = f"{question.title}: {ratio:.2f}{TIMES} instead of {GROWTH}{TIMES}"
            yield _explained(text, f"growth {question.name}")


def _missed_footprint(item: Footprint) -> Iterator[str]:
    seconds, held, added = median(item.start_seconds), item.bytes_last, item.bytes_stream or 0
    if seconds > START_SECONDS:
        text = f"first answer after {seconds:.2f} s instead of {START_SECONDS} s"
        yield _explained(f"{item.server}: {text}", "start")
    if held > MEMORY_BYTES:
        text = f"{held / 1e6:.0f} MB instead of {MEMORY_BYTES / 1e6:.0f} MB"
        yield _explained(f"{item.server}: {text}", "memory")
    if added > STREAM_BYTES:
        text = f"{added / 1e6:.0f} MB more after a large file, {STREAM_BYTES / 1e6:.0f} MB allowed"
        yield _explained(f"{item.server}: {text}", "stream")


def _explained(text: str, key: str) -> str:
    return f"{text}. Cause: {CAUSES.get(key, 'not known yet')}."
