"""The tables of the page. Floor: bench."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median

from bench import content, targets
from bench.question import DISTINCT, REPEATED, Question
from bench.results import Growth, Results, Timing
from bench.servers import FLOOR, OURS, PEER
from bench.targets import TIMES
from bench.workload import QUESTIONS, TITLES

NONE = "-"
COLUMNS = (REPEATED, DISTINCT)
KINDS = {"sqlite": "SQLite", "archive": "archive"}


def table(head: Iterable[str], rows: Iterable[Iterable[str]], *, align: str = "--:") -> str:
    """Return a table in Markdown; the first column is aligned to the left, others as numbers."""
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---", *[align] * (len(lines[0]) - 1)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def latencies(results: Results) -> str:
    """Return the median latencies in milliseconds."""
    names = PEER, FLOOR, OURS
    rows = (
        [question.title, *(_median(item) for item in _found(results, question, names))]
        for question in _asked(results)
    )
    return table(["request", *_paired(names)], rows)


def gains(results: Results) -> str:
    """Return how many times faster than the peer we are, and our 99th percentiles."""
    rows = []
    for question in _asked(results):
        ratios = [targets.gain(results, question, column) for column in COLUMNS]
        ours = _found(results, question, (OURS,))
        rows.append(
            [
                question.title,
                *(_times(ratio) if ratio else NONE for ratio in ratios),
                f"{question.target}{TIMES}" if question.target else "",
                *(_ms(item.p99) if item else NONE for item in ours),
            ]
        )
    faster, slowest = (_paired((name,)) for name in ("faster", "p99"))
    return table(["request", *faster, "target at 1M", *slowest], rows)


def processor(results: Results) -> str:
    """Return the processor time of a request in milliseconds, and the ratio to the floor's."""
    under = targets.side_by_side(results)
    names = PEER, FLOOR + under, OURS + under
    rows = []
    for question in _asked(results):
        found = _found(results, question, names)
        ratios = [targets.cpu_ratio(results, question, column) for column in COLUMNS]
        times = (_ms(item.cpu_each) if item else NONE for item in found)
        told = (f"{ratio:.2f}{TIMES}" if ratio else NONE for ratio in ratios)
        rows.append([question.title, *times, *told])
    return table(["request", *_paired((*names, f"{OURS} : {FLOOR}"))], rows)


def throughput(results: Results) -> str:
    """Return the requests per second that several clients at once got."""
    names = [item.server for item in results.footprints]
    rates = {
        (item.question, item.column, item.clients, item.server): f"{item.per_second:,.0f}"
        for item in results.throughputs
    }
    rows = (
        [TITLES[key[0]], key[1], str(key[2]), *(rates.get((*key, name), NONE) for name in names)]
        for key in dict.fromkeys(rate[:3] for rate in rates)
    )
    return table(["request", "paths", "clients", *names], rows)


def footprints(results: Results) -> str:
    """Return the time to the first answer and the memory of each server."""
    rows = (
        [
            item.server,
            f"{median(item.start_seconds):.2f}",
            f"{item.bytes_first / 1e6:.0f}",
            f"{item.bytes_last / 1e6:.0f}",
            NONE if item.bytes_stream is None else f"{item.bytes_stream / 1e6:.1f}",
        ]
        for item in results.footprints
    )
    large = f"MB more after a file of {content.BIG_FILE >> 20} MiB"
    return table(["server", "first answer, s", "MB then", "MB after the run", large], rows)


def disturbed(results: Results) -> str:
    """Return what our server takes while another database is written to, if that was measured."""
    rows = [
        [TITLES[item.question], _ms(calm.median), _ms(item.median), _ms(item.p99)]
        for item in results.disturbed
        if (calm := results.find(item.question, item.server)) and item.seconds
    ]
    return table(["request", "calm", "median", "p99"], rows) if rows else ""


def compared(results: Results) -> str:
    """Return the rows that are compared with others, or may take so long, with what they asked."""
    rows = []
    for question in _asked(results):
        column = DISTINCT if question.distinct else REPEATED
        found = results.find(question.name, OURS, column)
        beside = list(targets.compared(results, question, column))
        gain = targets.gain(results, question, column)
        told = [f"{item.ratio:.2f}{TIMES} {item.beside}" for item in beside]
        aims = [f"{item.most:g}{TIMES}" for item in beside if item.most is not None]
        if gain and question.target:
            told.append(f"{_times(gain)} faster than {PEER}")
            aims.append(f"{question.target}{TIMES} faster")
        if question.milliseconds:
            aims.append(f"{question.milliseconds:g} ms")
        time = _ms(found.median) if found else NONE
        rows.append([question.title, time, "; ".join(told), "; ".join(aims)])
    return table(["request", "median, ms", "compared", "aim at 1M"], rows)


def files(stores: dict[str, Results]) -> str:
    """Return the median latencies in milliseconds of stores that are files, by their kind."""
    columns = [
        (kind, name)
        for kind in KINDS
        for name in (FLOOR, OURS)
        if kind in stores and (kind, name) != ("archive", FLOOR)
    ]
    rows = []
    for question in QUESTIONS:
        found = [item for kind, name in columns for item in _found(stores[kind], question, (name,))]
        if any(found):
            rows.append([question.title, *map(_median, found)])
    return table(["request", *_paired(f"{name}, {KINDS[kind]}" for kind, name in columns)], rows)


def growth(found: Growth) -> str:
    """Return our median latencies in milliseconds on stores of several sizes."""
    rows = []
    for question in QUESTIONS:
        for column in COLUMNS:
            ratio = targets.growth(found, question, column)
            if ratio:
                medians = found.medians(question.name, column)
                times = (_ms(medians[label]) for label in found.labels)
                rows.append([question.title, column, *times, f"{ratio:.2f}{TIMES}"])
    target = f"growth (target {targets.GROWTH}{TIMES})"
    return table(["request", "paths", *found.labels, target], rows)


def _asked(results: Results) -> list[Question]:
    """Return the questions that our server answered."""
    return [item for item in QUESTIONS if results.find(item.name, OURS)]


def _found(results: Results, question: Question, names: Iterable[str]) -> list[Timing | None]:
    """Return the timings of each server in both columns."""
    return [results.find(question.name, name, column) for name in names for column in COLUMNS]


def _paired(names: Iterable[str]) -> list[str]:
    """Return the heads of the two columns of each name."""
    return [f"{name}, {column}" for name in names for column in COLUMNS]


def _median(item: Timing | None) -> str:
    return _ms(item.median) if item else NONE


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}" if seconds >= 0.1 else f"{seconds * 1000:.3g}"  # noqa: PLR2004 - three digits


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}{TIMES}" if ratio >= 100 else f"{ratio:.3g}{TIMES}"  # noqa: PLR2004 - three digits
