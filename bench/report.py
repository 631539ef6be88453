"""Writes the page and the plots from all saved results. Floor: bench."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

from bench import content, plot, targets
from bench.results import Growth, Results, read_growth, read_results
from bench.servers import FLOOR, OURS, PEER
from bench.targets import TIMES
from bench.workload import QUESTIONS

INTRODUCTION = """# Benchmarks

This page is written by `make bench`, which builds a store, starts all servers on it and asks them
by turns. Run it yourself:

```console
$ make bench                     # 100,000 nodes; installs AiiDA into a folder of its own
$ make bench N=1M ROUNDS=5       # a million nodes
$ make bench N=100k,1M           # both, and how times grow with the size
$ make bench ONLY=list,detail    # a few questions; this page stays as it is
$ make bench PEER=~/venvs/aiida  # an environment that has AiiDA with its REST extra
```

| name | what it is |
|---|---|
| AiiDA | `verdi restapi` of AiiDA with its REST extra, in its own environment, same database |
| Provender | `provender restapi` |
| floor | a bare Flask-RESTful resource: the SQL of the rows, the driver, orjson, and nothing else |
| NAME (gunicorn) | the same application under gunicorn, one worker with four threads |

Latency is the median seen by one client; each server is asked the same paths, and answers are
compared for their numbers of rows. Clients keep their connection where the server does: with
`provender restapi` and under gunicorn, not with `verdi restapi` and the floor, whose development
server (werkzeug) closes it after each answer. CPU is the processor time of the server for each
request, without the database's. PostgreSQL runs with its default settings. The graph has work
chains that call jobs, shared inputs, groups, logs, and types and users in skewed numbers
(`bench/graph.py`). Raw figures are beside this page in `benchmarks/`.
"""
NONE = "-"
KINDS = {"sqlite": "SQLite", "archive": "archive"}


def write(folder: Path) -> None:
    """Write `benchmarks.md` and a plot for each PostgreSQL store below `folder`."""
    raw = folder / "benchmarks"
    found = sorted(map(read_results, raw.glob("*-*.json")), key=lambda item: item.nodes)
    large = [item for item in reversed(found) if item.store == "postgresql"]
    text = [INTRODUCTION]
    for results in large:
        name = f"postgresql-{results.label}.svg"
        (raw / name).write_text(_plot(results))
        text += _section(results, f"benchmarks/{name}")
    text += _files([item for item in found if item.store != "postgresql"])
    if (raw / "growth.json").exists():
        text += _growth(read_growth(raw / "growth.json"))
    (folder / "benchmarks.md").write_text("\n".join(text))


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---", *["--:"] * (len(lines[0]) - 1)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f}" if seconds >= 0.1 else f"{seconds * 1000:.3g}"  # noqa: PLR2004 - three digits


def _section(results: Results, image: str) -> Iterator[str]:
    about = ", ".join(f"{name} {value}" for name, value in results.about.items())
    yield f"## {results.nodes:,} nodes and {results.links:,} links in PostgreSQL\n"
    yield f"{about[0].upper()}{about[1:]}.\n"
    yield f"![Median latency of each request]({image})\n"
    yield "Latency in milliseconds, the median and for Provender the 99th percentile:\n"
    yield latencies(results)
    yield "Processor time of the server for each request in milliseconds:\n"
    yield _processor(results)
    yield "Requests per second with several clients at once:\n"
    yield _throughput(results)
    yield "Start and memory:\n"
    yield _footprints(results)
    yield from _disturbed(results)
    yield from _listed("Targets that were missed:", targets.missed(results))
    yield from _listed("Questions that Provender did not answer:", _unanswered(results))
    yield from _listed("Answers with another number of rows:", results.differing)


def latencies(results: Results) -> str:
    """Return the table of latencies in milliseconds."""
    rows = []
    for question in QUESTIONS:
        ours = results.find(question.name, OURS)
        if ours is None:
            continue
        others = (results.find(question.name, name) for name in (PEER, FLOOR))
        ratio = targets.gain(results, question)
        rows.append(
            [
                question.title,
                *(_ms(item.median) if item else NONE for item in others),
                *(_ms(ours.median), _ms(ours.p99)),
                f"{ratio:.3g}{TIMES}" if ratio else NONE,
                f"{question.target:g}{TIMES}" if question.target else "",
            ]
        )
    return _table(["request", PEER, FLOOR, OURS, "p99", f"{PEER} : {OURS}", "target at 1M"], rows)


def _processor(results: Results) -> str:
    under = targets.side_by_side(results)
    names = PEER, FLOOR + under, OURS + under
    rows = []
    for question in QUESTIONS:
        found = [results.find(question.name, name) for name in names]
        ratio = targets.cpu_ratio(results, question)
        if found[-1]:
            figures = (_ms(item.cpu_each) if item else NONE for item in found)
            rows.append([question.title, *figures, f"{ratio:.2f}{TIMES}" if ratio else NONE])
    return _table(["request", *names, f"{OURS} : floor (target {targets.CPU}{TIMES})"], rows)


def _throughput(results: Results) -> str:
    titles = {question.name: question.title for question in QUESTIONS}
    names = [item.server for item in results.footprints]
    rates = {
        (item.question, item.clients, item.server): f"{item.per_second:,.0f}"
        for item in results.throughputs
    }
    keys = dict.fromkeys((question, clients) for question, clients, _ in rates)
    rows = (
        [
            titles[question],
            str(clients),
            *(rates.get((question, clients, name), NONE) for name in names),
        ]
        for question, clients in keys
    )
    return _table(["request", "clients", *names], rows)


def _footprints(results: Results) -> str:
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
    size = content.BIG_FILE >> 20
    head = [
        "server",
        "first answer, s",
        "MB then",
        "MB after the run",
        f"MB for a file of {size} MiB",
    ]
    return _table(head, rows)


def _disturbed(results: Results) -> Iterator[str]:
    titles = {question.name: question.title for question in QUESTIONS}
    rows = [
        [titles[item.question], _ms(calm.median), _ms(item.median), _ms(item.p99)]
        for item in results.disturbed
        if (calm := results.find(item.question, item.server)) and item.seconds
    ]
    if rows:
        yield "While another database of the cluster is written to once per second:\n"
        yield _table(["request", "calm", "median", "p99"], rows)


def _unanswered(results: Results) -> Iterator[str]:
    titles = {question.name: question.title for question in QUESTIONS}
    for item in results.timings:
        if item.server == OURS and item.failure:
            yield f"{titles[item.question]}: {item.failure}"


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield f"{title}\n"
        yield "\n".join(f"- {line}" for line in found) + "\n"


def _files(found: list[Results]) -> Iterator[str]:
    """Yield the section on stores that are files: the same graph, without AiiDA's server."""
    for label in dict.fromkeys(item.label for item in found):
        stores = {item.store: item for item in found if item.label == label}
        yield f"## {next(iter(stores.values())).nodes:,} nodes in files\n"
        yield "Median latency in milliseconds:\n"
        columns = [(kind, name) for kind in KINDS for name in (FLOOR, OURS) if kind in stores]
        columns = [item for item in columns if item != ("archive", FLOOR)]
        rows = []
        for question in QUESTIONS:
            timings = [stores[kind].find(question.name, name) for kind, name in columns]
            if any(timings):
                figures = (_ms(item.median) if item else NONE for item in timings)
                rows.append([question.title, *figures])
        yield _table(["request", *(f"{name}, {KINDS[kind]}" for kind, name in columns)], rows)


def _growth(found: Growth) -> Iterator[str]:
    yield "## Growth\n"
    yield "Median latency of Provender in milliseconds on stores of several sizes, in one run:\n"
    rows = []
    for question in QUESTIONS:
        medians = {
            item.server: item.median for item in found.timings if item.question == question.name
        }
        ratio = targets.growth(found, question)
        if ratio:
            figures = (_ms(medians[label]) for label in found.labels)
            rows.append([question.title, *figures, f"{ratio:.2f}{TIMES}"])
    yield _table(["request", *found.labels, f"growth (target {targets.GROWTH}{TIMES})"], rows)
    yield from _listed("Targets that were missed:", targets.missed_growth(found))


def _plot(results: Results) -> str:
    groups = []
    for question in QUESTIONS:
        found = [results.find(question.name, name) for name in (PEER, FLOOR, OURS)]
        if found[-1]:
            values = tuple(item.median * 1000 if item else None for item in found)
            groups.append(plot.Group(question.title, values))
    title = f"Median latency in milliseconds, {results.nodes:,} nodes"
    return plot.chart(title, (PEER, FLOOR, OURS), groups)
