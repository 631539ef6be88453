"""Writes the page and the plots from all saved results. Floor: bench."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bench import plot, tables, targets
from bench.question import DISTINCT, REPEATED, SELECTIONS, Question
from bench.results import Growth, Results, read_growth, read_results
from bench.servers import FLOOR, OURS, PEER
from bench.tables import table
from bench.targets import Missed
from bench.workload import QUESTIONS, TITLES

INTRODUCTION = f"""# Benchmarks

How long Provender takes for a request, beside AiiDA's own REST server and beside a bare-minimum
server on the same database. `make bench` measures all three in one run and writes this page.

## What is measured

| name | what it is |
|---|---|
| {PEER} | `verdi restapi` of AiiDA with its REST extra, in an environment of its own |
| {OURS} | `provender restapi` |
| {FLOOR} | a bare-minimum server: Flask-RESTful, the SQL of the rows, the driver and orjson |
| NAME (gunicorn) | the same application under gunicorn, one worker with four threads |

The {FLOOR} has no filters but those of this page, no totals, no snapshots, no log and no error
messages (`bench/floor.py`). What Provender takes beyond the {FLOOR} is what these cost.

Most requests are measured in two columns:

- **{REPEATED}**: the same path again and again, or the same ten by turns, each asked once before
  the clock starts. Nothing is written to the store. Provender has kept these answers, and only
  checks that nothing was written. The other two servers keep no answers.
- **{DISTINCT}**: no path is asked twice in the whole run. Each request has another node, offset,
  page, filter or cursor, drawn at random from the store. Meanwhile another connection commits to
  the store once a second. No answer can be a kept one, and after each commit Provender counts
  again.

These paths, below `/api/v4`, are asked in the two columns:
"""
METHOD = f"""
M is from 10 to 30, and 20 on average. T is a window that begins a week before the newest node. The
{FLOOR} does not know cursors and is asked for `/nodes?id>ID&limit=20` instead. Requests that are
not in this table have only one path (statistics), send an `ETag`, or have a commit before each
request: their times stand in the column of repeated paths. Real use lies between
the two columns.

## How it is measured

- All servers of a table run at the same time and are asked by turns, so that a busy machine slows
  all of them. A turn ends after 500 requests or two seconds. Each server has three turns
  for each row and column, or as many as `ROUNDS` says.
- All servers are asked the same paths in the same order. The numbers of rows in their answers are
  compared, and differences are listed.
- Latency is what one client sees, from the request to the last byte. The client keeps its
  connection where the server does: with `provender restapi` and under gunicorn, but not with
  `verdi restapi` and the {FLOOR}. Their development server (werkzeug) closes the connection after
  each answer.
- The 99th percentile (p99) is the latency that one request in a hundred exceeds.
- Processor time is that of the server, without the database and the client.
- PostgreSQL has its default settings, and of the indexes that `provender store index` advises only
  the two small ones of processes. The store is generated (`bench/graph.py`): work chains call jobs,
  inputs are shared, there are groups and logs, and types and users are unevenly spread, as in real
  stores. Its newest nodes are of the day on which it was made.
- All that was measured is in `benchmarks/`, beside this page: for each row and column the
  processor time, the number of requests and the percentiles of the latency.

## Run it yourself

```console
$ make bench                     # 100,000 nodes; installs AiiDA into a folder of its own
$ make bench N=1M ROUNDS=5       # a million nodes
$ make bench N=100k,1M           # both, and how times grow with the size
$ make bench ONLY=list,detail    # a few requests; this page stays as it is
$ make bench PART=selections     # the requests about selections, whose section is written anew
$ make bench PEER=~/venvs/aiida  # an environment that has AiiDA with its REST extra
```

On two cores a run takes about half an hour for each size, and more where stores are built first.
`STORES=postgresql` leaves SQLite and archives out.
"""
KINDS = {"postgresql": "PostgreSQL", "sqlite": "a SQLite profile", "archive": "an archive"}
SELECTED = f"""\
Requests that take a [selection](reference/selections.md). Facets, keys and
suggestions are measured right after a commit, so that nothing can have been kept. The {FLOOR} is
asked for the plain `GROUP BY` of the same column or key. For 400 jobs with three layers, {PEER} is
asked once in each column for the list, and then for the attributes and both kinds of links of each
job; it has no logs to give. TEMPLATE wants the uuid, the exit status, the cell of the structure
that goes in, the energy that comes out, and the number of lines of the log (`bench/selections.py`).
"""
PLACES = {
    **dict.fromkeys(("node", "process", "failure", "folder"), "UUID"),
    "prefix": "PREFIX",
    "after": "ID",
    "cursor": "CURSOR",
    "offset": "N",
    "deep_page": "N",
    "recent": "N?perpage=M",
    "window": "M&offset=N",
    "age": "T",
}
"""What stands for the places of a path on the page."""


def write(folder: Path) -> None:
    """Write `benchmarks.md` and a plot for each PostgreSQL store below `folder`."""
    raw = folder / "benchmarks"
    found = sorted(map(read_results, raw.glob("*-*.json")), key=lambda item: item.nodes)
    selections = [item for item in reversed(found) if item.part == SELECTIONS]
    found = [item for item in found if not item.part]
    large = [item for item in reversed(found) if item.store == "postgresql"]
    text = [INTRODUCTION, _paths(), METHOD]
    for results in large:
        name = f"postgresql-{results.label}.svg"
        (raw / name).write_text(_plot(results))
        text += _section(results, f"benchmarks/{name}")
    for results in selections:
        text += _of_selections(results)
    text += _files([item for item in found if item.store != "postgresql"])
    if (raw / "growth.json").exists():
        text += _growth(read_growth(raw / "growth.json"))
    (folder / "benchmarks.md").write_text("\n".join(text))


def _paths() -> str:
    """Return the table of what is asked in each column."""

    def other(question: Question) -> str:
        if question.body:
            return "the same path, each time another id in the posted filter"
        same = question.distinct == question.repeated
        return "the same form, never the same path" if same else _shown(question.distinct)

    asked = (item for item in QUESTIONS if item.distinct and not item.part)
    rows = ([item.title, _shown(item.repeated), other(item)] for item in asked)
    return table(["request", REPEATED, DISTINCT], rows, align="---")


def _shown(path: str) -> str:
    """Return a path with words for its places, and its template as a want."""
    plain, has_template, _ = path.partition("&want=")
    filled = plain.format(**PLACES) + ("&want=TEMPLATE" if has_template else "")
    return f"`{filled}`".replace("%25", "%")


def _section(results: Results, image: str) -> Iterator[str]:
    yield f"## {results.nodes:,} nodes and {results.links:,} links in PostgreSQL\n"
    yield _about(results.about)
    yield f"![Median latency of each request]({image})\n"
    yield "Median latency in milliseconds:\n"
    yield tables.latencies(results)
    yield (
        f"How many times faster than {PEER} Provender is, and the 99th percentile of Provender's "
        "latency in milliseconds:\n"
    )
    yield tables.gains(results)
    yield "Processor time of the server for each request in milliseconds:\n"
    yield tables.processor(results)
    title = f"Rows above {targets.CPU} times the processor time of the {FLOOR}:"
    yield from _listed(title, _by_cause(targets.missed_cpu(results)))
    yield "Requests per second with several clients at once:\n"
    yield tables.throughput(results)
    yield "Start and memory:\n"
    yield tables.footprints(results)
    yield from _disturbed(results)
    yield from _listed("Other targets that were missed:", _by_cause(targets.missed(results)))
    yield from _listed("Requests that Provender did not answer:", _unanswered(results))
    yield from _listed("Answers with another number of rows:", results.differing)


def _of_selections(results: Results) -> Iterator[str]:
    """Yield the section of the requests about selections on one store."""
    name = KINDS[results.store]
    yield f"## Selections: {results.nodes:,} nodes in {name}\n"
    yield _about(results.about)
    yield SELECTED
    asked = (item for item in QUESTIONS if item.part == results.part)
    rows = ([item.title, _shown(item.repeated)] for item in asked)
    yield table(["request", "path"], rows, align="---")
    yield "Compared with other rows of the same run:\n"
    yield tables.compared(results)
    yield "Median latency in milliseconds of all servers:\n"
    yield tables.latencies(results)
    yield from _listed("Targets that were missed:", _by_cause(targets.missed_times(results)))
    yield from _listed("Requests that Provender did not answer:", _unanswered(results))
    yield from _listed("Answers with another number of rows:", results.differing)


def _about(about: dict[str, str]) -> str:
    text = ", ".join(f"{name} {value}" for name, value in about.items())
    return f"{text[0].upper()}{text[1:]}.\n"


def _by_cause(found: Iterable[Missed]) -> Iterator[str]:
    """Yield a line for each cause, with all that is missed because of it."""
    causes: dict[str, list[str]] = {}
    for item in found:
        causes.setdefault(item.cause, []).append(item.text)
    for cause, texts in causes.items():
        yield f"{'; '.join(texts)}. Cause: {cause}"


def _disturbed(results: Results) -> Iterator[str]:
    text = tables.disturbed(results)
    if text:
        yield (
            "Median and 99th percentile of Provender in milliseconds while another database of the "
            "cluster is written to once a second, and the median without that:\n"
        )
        yield text


def _unanswered(results: Results) -> Iterator[str]:
    for item in results.timings:
        if item.server == OURS and item.failure:
            yield f"{TITLES[item.question]} ({item.column}): {item.failure}"


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield f"{title}\n"
        yield "\n".join(f"- {line}" for line in found) + "\n"


def _files(found: list[Results]) -> Iterator[str]:
    """Yield the section on stores that are files: the same graph, without AiiDA's server."""
    for label in dict.fromkeys(item.label for item in found):
        stores = {item.store: item for item in found if item.label == label}
        first = next(iter(stores.values()))
        yield f"## {first.nodes:,} nodes in files\n"
        yield _about(first.about)
        yield "Median latency in milliseconds; an archive never changes, so nothing is committed:\n"
        yield tables.files(stores)


def _growth(found: Growth) -> Iterator[str]:
    yield "## Growth\n"
    yield _about(found.about)
    yield "Median latency of Provender in milliseconds on stores of several sizes, in one run:\n"
    yield tables.growth(found)
    yield from _listed("Targets that were missed:", _by_cause(targets.missed_growth(found)))


def _plot(results: Results) -> str:
    """Return the plot of a store: distinct paths where a request has them."""
    series = (PEER, DISTINCT), (FLOOR, DISTINCT), (OURS, DISTINCT), (OURS, REPEATED)
    groups = []
    for question in QUESTIONS:
        if results.find(question.name, OURS):
            values = []
            for name, column in series:
                chosen = column if results.find(question.name, OURS, column) else REPEATED
                item = results.find(question.name, name, chosen)
                is_shown = item and (name != OURS or chosen == column)
                values.append(item.median * 1000 if item and is_shown else None)
            groups.append(plot.Group(question.title, tuple(values)))
    title = f"Median latency in milliseconds, {results.nodes:,} nodes"
    return plot.chart(title, (PEER, FLOOR, OURS, f"{OURS}, {REPEATED}"), groups)
