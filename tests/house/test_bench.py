"""The benchmark asks what its page says: no path twice, and keeps what it measured."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from bench import floor, report
from bench.commits import touch
from bench.graph import batches
from bench.question import DISTINCT, REPEATED
from bench.results import Results, Timing, read_results, save
from bench.rows import COLUMNS
from bench.samples import find_samples
from bench.stores import Store
from bench.targets import TIMES
from bench.turns import Limits, Plan, part
from bench.workload import QUESTIONS

NODES, WANTED = 8000, 20
PLAN = Plan(QUESTIONS, rounds=3, limits=Limits(5, 1.0), load_seconds=1.0, say=print)
VARYING = [item for item in QUESTIONS if item.distinct]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A SQLite file with the rows of a small generated store, without files."""
    path = tmp_path_factory.mktemp("bench") / "database.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        for table, columns in COLUMNS.items():
            connection.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        for batch in batches(NODES):
            for table, rows in batch.rows.items():
                places = ", ".join("?" * len(COLUMNS[table]))
                connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
        connection.commit()
    return Store("sqlite", str(path.parent), str(path), Path())


@pytest.fixture(scope="module")
def samples(store):
    found = find_samples(store, WANTED)
    found.few["cursor"] = ["first"]  # a server gives them
    found.many["cursor"] = [str(number) for number in range(WANTED)]
    return found


@pytest.mark.parametrize("question", VARYING, ids=lambda question: question.name)
def test_no_distinct_path_is_asked_twice(samples, question):
    requests = samples.requests(question, DISTINCT)
    assert len(requests) >= WANTED
    turns = [part(requests, PLAN, turn) for turn in range(PLAN.rounds + 1)]
    assert [len(turn) for turn in turns[:-1]] == [6, 6, 6]
    assert [request for turn in turns for request in turn] == requests
    every = requests + samples.requests(question, REPEATED)
    assert len(set(every)) == len(every)


def test_a_question_of_one_path_has_no_distinct_column(samples):
    (statistics,) = (item for item in QUESTIONS if item.name == "statistics")
    assert samples.requests(statistics, DISTINCT) == []
    assert len(samples.requests(statistics, REPEATED)) == 1


def test_a_touch_is_a_commit_that_changes_no_row(store):
    def read():
        with closing(sqlite3.connect(store.database)) as connection:
            return connection.execute("SELECT * FROM db_dbnode ORDER BY id").fetchall()

    path = Path(store.database)
    before, rows = path.read_bytes(), read()
    touch(store)
    assert path.read_bytes() != before
    assert read() == rows


def timing(server, column, milliseconds, *, cpu):
    seconds = [milliseconds / 1000 + number / 1e6 for number in range(501)]
    return Timing("detail", server, seconds, cpu, 1, "", column, len(seconds))


def test_the_page_has_both_columns_and_names_rows_above_the_target(tmp_path):
    results = Results("postgresql", "1k", 1000, 2000, {"date": "today"})
    results.timings = [
        timing("Provender", REPEATED, 1, cpu=0.501),
        timing("Provender", DISTINCT, 2, cpu=1.002),
        timing("floor", REPEATED, 3, cpu=0.501),
        timing("floor", DISTINCT, 4, cpu=0.501),
    ]
    path = tmp_path / "benchmarks" / "postgresql-1k.json"
    save(results, path)
    kept = read_results(path)
    assert [len(item.seconds) for item in kept.timings] == [101] * 4
    for name in ("median", "p99", "cpu_each", "count"):
        values = [getattr(item, name) for item in results.timings]
        assert [getattr(item, name) for item in kept.timings] == pytest.approx(values, abs=1e-5)
    report.write(tmp_path)
    page = (tmp_path / "benchmarks.md").read_text()
    assert "| node by its uuid | - | - | 3.25 | 4.25 | 1.25 | 2.25 |" in page
    ratios = f"1.00{TIMES} | 2.00{TIMES}"
    assert f"| node by its uuid | - | - | 1 | 1 | 1 | 2 | {ratios} |" in page
    assert f"- node by its uuid (distinct) 2.00{TIMES}. Cause: " in page
    assert f"(repeated) 1.00{TIMES}" not in page


def test_the_peer_is_asked_for_the_same_jobs_one_by_one(samples):
    (select,) = (item for item in QUESTIONS if item.each)
    asked = samples.requests(select, DISTINCT)
    listed = samples.requests(select, DISTINCT, select.first)
    assert len(listed) == len(asked)
    for one, other in zip(listed, asked, strict=True):
        assert one.path == other.path.partition("&want=")[0].replace("/nodes/select?", "/nodes?")


@pytest.mark.parametrize("name", floor.GROUPS)
def test_the_floor_counts_what_a_facet_counts(name, store):
    groups = floor.Database(store.location).counts(name)
    with closing(sqlite3.connect(store.database)) as connection:
        (every,) = connection.execute("SELECT count(*) FROM db_dbnode").fetchone()
    assert sum(groups.values()) == every
    (question,) = (item for item in QUESTIONS if item.floor == f"/counted/{name}")
    assert len(groups) > 1, question.title


def test_the_page_compares_selections_in_one_run(tmp_path):
    results = Results("postgresql", "1M", 1_000_006, 2, {"date": "today"}, part="selections")
    taken = {"facet-types": 140, "facet-energies": 600, "facet-histogram": 900, "jobs": 30}
    results.timings = [
        Timing(name, "Provender", [milliseconds / 1000], 0, 1)
        for name, milliseconds in taken.items()
    ]
    results.timings += [
        Timing("facet-types", "floor", [0.1], 0, 1, "", REPEATED),
        Timing("jobs", "Provender", [0.03], 0, 400, "", DISTINCT),
        Timing("select", "Provender", [0.06], 0, 400, "", DISTINCT),
        Timing("select", "Provender", [0.06], 0, 400, "", REPEATED),
        Timing("select", "AiiDA", [12.0], 0, 400, "", DISTINCT),
    ]
    save(results, tmp_path / "benchmarks" / f"{results.name}.json")
    assert results.name == "postgresql-1M-selections"
    report.write(tmp_path)
    page = (tmp_path / "benchmarks.md").read_text()
    assert "## Selections: 1,000,006 nodes in PostgreSQL" in page
    assert f"| facet: types | 140 | 1.40{TIMES} the plain `GROUP BY` | 1.3{TIMES} |" in page
    beside = f"1.50{TIMES} facet: energies, in JSON"
    assert f"| facet: histogram of energies | 900 | {beside} | 2{TIMES} |" in page
    told = f"2.00{TIMES} 400 jobs, not counted; 200{TIMES} faster than AiiDA"
    assert (
        f"| 400 jobs with structure and energy | 60 | {told} | 10{TIMES}; 50{TIMES} faster |"
        in page
    )
    assert (
        f"- facet: types: 1.40{TIMES} the plain `GROUP BY` instead of 1.3{TIMES}. Cause: " in page
    )
    assert "histogram of energies: 1.50" not in page
