"""The targets, which of them a run misses, and why as far as it is known. Floor: bench."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

from bench.question import DISTINCT, REPEATED, Question
from bench.results import Footprint, Growth, Results
from bench.selections import SUGGESTED
from bench.servers import FLOOR, OURS, PEER, UNDER_GUNICORN
from bench.workload import QUESTIONS, TITLES

TIMES = "\u00d7"
NODES = 1_000_000
"""The size of the store from which on the targets against the peer hold."""
CPU, GROWTH, START_SECONDS = 1.5, 1.3, 0.8
MEMORY_BYTES, STREAM_BYTES = 90_000_000, 20_000_000
LEAST_REQUESTS = 10
"""Fewer requests say too little about the processor time of each."""

_TRIPS = (
    "Provender reads the name of the snapshot with the first statement, ends its transaction with "
    "a round trip of its own where it may need a second statement, and writes a line of log. Runs "
    "from before 2026-11-25 begin the transaction with a round trip, too."
)
_COUNT = (
    "Provender also counts all matches, which the floor does not: after a commit, or with a filter "
    "that is new, no cached count holds (`count=none` leaves it out). After this wait the code "
    "takes twice its usual processor time."
)
_PLANNED = (
    "Each request is read, planned and compiled to SQL (20 to 35 % of the processor time in a "
    "profile); the floor has its SQL ready."
)
_READ = (
    "The plain `GROUP BY` takes as long: PostgreSQL reads the attributes of every node, and "
    "decompresses large ones."
)
_TRIED = (
    "The condition inside JSON is tried on 4,000 nodes, whose attributes PostgreSQL decompresses "
    "up to four times. The times are those of a busy machine (see its load)."
)
_PLAIN = (
    *("list", "newest", "typed", "deep", "cursor", "prefix"),
    *("detail", "incoming", "outgoing", "posted"),
)
"""Questions whose distinct requests differ from the floor's in nothing else."""
CAUSES: dict[str, str] = {
    **dict.fromkeys(("detail", "incoming", "outgoing"), _TRIPS),
    **dict.fromkeys((f"cpu {name}" for name in ("incoming", "outgoing", "prefix")), _TRIPS),
    **dict.fromkeys((f"cpu {name}" for name in ("detail", "detail-cold", "posted")), _TRIPS),
    **dict.fromkeys((f"cpu {name}" for name in ("list", "newest", "typed")), _TRIPS),
    **dict.fromkeys((f"cpu {name} {DISTINCT}" for name in _PLAIN), f"{_PLANNED} {_TRIPS}"),
    **dict.fromkeys(("facet-states", "facet-statuses"), _READ),
    **dict.fromkeys((f"suggest-in-{field}" for field in SUGGESTED), _TRIED),
    "facet-months": "The plain `GROUP BY` takes as long on a machine as busy as this one was.",
    "facets-five": "It is the five statements, one after the other: the difference is chance.",
    "facet-histogram": "Nodes are read twice: for the ends of the ranges, and to count.",
    "cpu list-cold": f"{_TRIPS} {_COUNT}",
    "cpu filtered": f"{_PLANNED} {_TRIPS} {_COUNT}",
    "statistics-cold": "Every node is read: types and days are counted one after the other.",
    "cpu wide": "400 records are built one by one, a third of the time for the two dates of each.",
    "cpu file": f"The node is found first, and the SHA-256 of the file is compared. {_TRIPS}",
    "memory": "69 MB are modules, 16 MB answers (`cache.memory_bytes`), the rest eight threads.",
    "start": "Modules are loaded, a third of the time those of SQLAlchemy.",
}
"""Why a target is missed, by the name of a question, `cpu NAME`, `cpu NAME COLUMN`,
`growth NAME`, `start`, `memory` or `stream`."""
UNKNOWN = "not known yet."


@dataclass(frozen=True, slots=True)
class Missed:
    """A target that a run misses: what was measured, and why."""

    text: str
    cause: str


def gain(results: Results, question: Question, column: str) -> float | None:
    """Return how many times our median latency the peer's is."""
    ours, theirs = (results.find(question.name, name, column) for name in (OURS, PEER))
    return theirs.median / ours.median if ours and theirs and ours.median else None


def side_by_side(results: Results) -> str:
    """Return the ending of the names of the servers whose processor time is compared.

    Under gunicorn a connection is kept, so less of the time is that of the HTTP server.
    """
    names = {item.server for item in results.footprints}
    return UNDER_GUNICORN if OURS + UNDER_GUNICORN in names else ""


def cpu_ratio(results: Results, question: Question, column: str) -> float | None:
    """Return how many times the floor's processor time for a request ours is."""
    under = side_by_side(results)
    ours, floor = (results.find(question.name, name + under, column) for name in (OURS, FLOOR))
    if not ours or not floor or min(ours.count, floor.count) < LEAST_REQUESTS:
        return None
    return ours.cpu_each / floor.cpu_each


def growth(found: Growth, question: Question, column: str) -> float | None:
    """Return how many times the median on the smallest store that on the largest is."""
    medians = found.medians(question.name, column)
    first, last = (medians.get(found.labels[place]) for place in (0, -1))
    return last / first if first and last else None


def missed_cpu(results: Results) -> Iterator[Missed]:
    """Yield each row that takes more processor time than it may, in each column."""
    for question in QUESTIONS:
        for column in (REPEATED, DISTINCT):
            ratio = cpu_ratio(results, question, column)
            if ratio and ratio > CPU:
                keys = f"cpu {question.name} {column}", f"cpu {question.name}"
                yield _explained(f"{_titled(question, column)} {ratio:.2f}{TIMES}", *keys)


def missed(results: Results) -> Iterator[Missed]:
    """Yield each other target that a run misses."""
    yield from missed_times(results)
    for item in results.footprints:
        if item.server.startswith(OURS):
            yield from _missed_footprint(item)


def missed_times(results: Results) -> Iterator[Missed]:
    """Yield each target of a latency that a run misses."""
    for question in QUESTIONS:
        for column in (REPEATED, DISTINCT):
            ratio, target = gain(results, question, column), question.target or 0
            if results.nodes >= NODES and ratio and ratio < target:
                figures = f"{ratio:.3g}{TIMES} instead of {target}{TIMES}"
                text = f"{_titled(question, column)}: {figures} as fast as {PEER}"
                yield _explained(text, question.name)
            yield from _missed_time(results, question, column)


def _missed_time(results: Results, question: Question, column: str) -> Iterator[Missed]:
    found, most = results.find(question.name, OURS, column), question.milliseconds
    if found and most and results.nodes >= NODES and 1000 * found.median > most:
        text = f"{1000 * found.median:.3g} ms instead of {most:g} ms"
        yield _explained(f"{_titled(question, column)}: {text}", question.name)
    for item in compared(results, question, column):
        if item.most is not None and item.ratio > item.most:
            text = f"{item.ratio:.2f}{TIMES} {item.beside} instead of {item.most:g}{TIMES}"
            yield _explained(f"{_titled(question, column)}: {text}", question.name)


@dataclass(frozen=True, slots=True)
class Compared:
    """How many times as long as something else a request takes, and how many it may, if told."""

    beside: str
    ratio: float
    most: float | None


def compared(results: Results, question: Question, column: str) -> Iterator[Compared]:
    """Yield the comparisons of a row: with the floor, and with others of our rows."""
    found = results.find(question.name, OURS, column)
    floor = results.find(question.name, FLOOR, column)
    others = [results.find(name, OURS, column) for name in question.others]
    if not found:
        return
    if floor:
        ratio = found.median / floor.median
        yield Compared("the plain `GROUP BY`", ratio, question.times_floor)
    sums = [item.median for item in others if item]
    if sums and len(sums) == len(others):
        beside = " + ".join(TITLES[name] for name in question.others)
        beside = beside if len(sums) == 1 else f"the sum of the {len(sums)}"
        yield Compared(beside, found.median / sum(sums), question.times_others)


def missed_growth(found: Growth) -> Iterator[Missed]:
    """Yield each request that takes longer on a larger store than it may."""
    for question in QUESTIONS:
        for column in (REPEATED, DISTINCT):
            ratio = growth(found, question, column)
            if ratio and ratio > GROWTH:
                text = f"{ratio:.2f}{TIMES} instead of {GROWTH}{TIMES}"
                title = _titled(question, column)
                yield _explained(f"{title}: {text}", f"growth {question.name}")


def _titled(question: Question, column: str) -> str:
    """Return the name of a row with that of its column, where it has two."""
    return f"{question.title} ({column})" if question.distinct else question.title


def _missed_footprint(item: Footprint) -> Iterator[Missed]:
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


def _explained(text: str, *keys: str) -> Missed:
    """Return what is missed with the cause that the first known key has."""
    return Missed(text, next((CAUSES[key] for key in keys if key in CAUSES), UNKNOWN))
