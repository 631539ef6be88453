"""Advice on indexes, and making them, on a store large enough for the planner to choose."""

from __future__ import annotations

import math
import threading
from contextlib import closing
from dataclasses import replace

import psycopg2
import pytest

from provender.errors import ConfigurationError, StoreError
from provender.loading import indexes
from provender.loading.advice import State, advise, measure, reading, statement_of
from provender.loading.candidates import CANDIDATES, standard
from provender.loading.target import from_url
from provender.schema.tables import Index
from provender.settings import Limits
from provender.store.inspection import missing_indexes
from support import postgres

FILL = """
INSERT INTO db_dbnode SELECT 1000 + g, gen_random_uuid(),
  CASE WHEN g > 29850 THEN 'data.late.Late.'
       WHEN g % 3 = 0 THEN 'process.calculation.calcjob.CalcJobNode.'
       ELSE 'data.core.dict.Dict.' END,
  CASE WHEN g > 29850 THEN 'aiida.calculations:late'
       WHEN g % 3 = 0 THEN 'aiida.calculations:usual' END,
  '', '', now() - g * interval '1 minute', now(),
  jsonb_build_object('process_state', 'finished', 'text', md5(g::text), 'more', md5((-g)::text)),
  '{}', '{}',
  CASE WHEN g > 29000 THEN 2 ELSE 1 END, CASE WHEN g > 29000 THEN 2 ELSE 1 END
FROM generate_series(1, 30000) g;
INSERT INTO db_dblink
SELECT 10000 + g, 1001, 31000 - g, 'x', 'create' FROM generate_series(1, 900) g;
INSERT INTO db_dblink
SELECT 20000 + g, 30000 - g, 1000 + 3, 'x', 'input_calc' FROM generate_series(1, 900) g;
INSERT INTO db_dblink
SELECT 30000 + g, 1000 + g, 1000 + g % 20000 + 5, 'x', 'create' FROM generate_series(1, 20000) g;
"""


@pytest.fixture(scope="module")
def large(cluster, data):
    """URL of the lab with 30,000 more nodes, some types and users at one end only."""
    url = postgres.create_database(cluster)
    postgres.restore(url, data / "lab.psql.sql.gz")
    postgres.run(url, FILL, "VACUUM ANALYZE")
    yield url
    postgres.drop_database(cluster, url)


@pytest.fixture
def reader(large, settings):
    with reading(from_url(large), settings) as found:
        yield found


def names(url):
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'")
        return {name for (name,) in cursor.fetchall()}


def nothing(*_):
    """Take no notice of progress."""


def make(url, reader, candidate):
    item = next(item for item in advise(reader, nothing) if item.candidate == candidate)
    with indexes.writing(from_url(url)) as connection:
        return indexes.make(connection, reader, item, nothing)


def test_advice_writes_nothing(large, reader):
    before, steps = names(large), []
    found = advise(reader, lambda *step: steps.append(step))
    assert [item.candidate for item in found] == list(CANDIDATES)
    assert all(item.state is State.MISSING and item.is_missing for item in found)
    assert all(item.now is not None and item.now > 0 for item in found)
    assert [item.candidate.name for item in found if not item.is_wanted] == [
        "provender_node_attributes"
    ]
    assert steps[-1] == ("typical requests", len(CANDIDATES), len(CANDIDATES))
    assert names(large) == before


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda candidate: candidate.name)
def test_the_typical_request_uses_the_index(large, reader, candidate):
    estimate = next(item.bytes for item in advise(reader, nothing) if item.candidate == candidate)
    try:
        made = make(large, reader, candidate)
        assert candidate.name in names(large)
        assert estimate / 4 < made.bytes < estimate * 4, (estimate, made.bytes)
        assert made.seconds > 0
        assert made.before is not None
        assert made.after is not None
        assert candidate.name in plan(reader, candidate)
        state = next(item for item in advise(reader, nothing) if item.candidate == candidate)
        assert (state.state, state.now, state.is_missing) == (State.PRESENT, None, False)
    finally:
        postgres.run(large, f"DROP INDEX IF EXISTS {candidate.name}")


def plan(reader, candidate):
    """Return the planner's choice for the typical request, as text."""

    def explain(snapshot):
        value = snapshot.read(candidate.sample)[0][0]
        statement = statement_of(candidate, value)
        rows = snapshot.read("EXPLAIN " + statement.text, statement.values)
        return "\n".join(line for (line,) in rows)

    return reader.within(explain)


def test_an_equal_index_of_another_name_counts(large, reader):
    postgres.run(large, "CREATE INDEX mine ON db_dbnode (user_id, ctime)")
    states = {item.candidate.name: item.state for item in advise(reader, nothing)}
    postgres.run(large, "DROP INDEX mine")
    assert states["provender_node_user_ctime"] is State.PRESENT
    assert states["provender_node_user_id"] is State.MISSING


def test_what_aiida_makes_itself_is_made_where_it_is_missing(lab_copy, settings):
    dropped = ["ix_db_dbnode_db_dbnode_ctime", "ix_pat_db_dbnode_label", "uq_db_dblog_uuid"]
    postgres.run(
        lab_copy,
        *(f"DROP INDEX {name}" for name in dropped[:2]),
        f"ALTER TABLE db_dblog DROP CONSTRAINT {dropped[2]}",
    )
    with reading(from_url(lab_copy), settings) as reader:
        found = advise(reader, nothing)[:3]
        assert [item.candidate for item in found] == [
            standard(Index("db_dbnode", "ctime")),
            standard(Index("db_dbnode", "label", pattern=True)),
            standard(Index("db_dblog", "uuid")),
        ]
        with indexes.writing(from_url(lab_copy)) as connection:
            made = [indexes.make(connection, reader, item, nothing) for item in found]
        assert {item.candidate.name for item in made} == {
            "provender_node_ctime",
            "provender_node_label_pattern",
            "provender_log_uuid",
        }
        assert all(item.before is None and item.after is None for item in made)
        assert reader.within(lambda snapshot: missing_indexes(snapshot, reader.backend)) == ()


def test_an_empty_store_has_nothing_to_ask_for(new_database, settings, data, tmp_path, run):
    url = new_database()
    run(data / "edge" / "empty.aiida", url, tmp_path / "container")
    with reading(from_url(url), settings) as reader:
        found = advise(reader, nothing)
    asked = [item.candidate.name for item in found if item.now is not None]
    names = ("types", "state", "failed", "attributes")
    assert asked == [f"provender_node_{name}" for name in names]


def test_a_request_that_takes_too_long(large, settings):
    short = replace(settings, limits=Limits(statement_seconds=0.5))
    endless = replace(CANDIDATES[0], sample="SELECT pg_sleep(60)")
    with reading(from_url(large), short) as reader:
        assert measure(reader, endless) == math.inf


def test_only_the_owner_makes_indexes(large, new_role):
    url = postgres.as_role(large, new_role())
    with (
        pytest.raises(ConfigurationError, match="does not own the table db_dblink"),
        indexes.writing(from_url(url)),
    ):
        pass


def test_waiting_for_others_is_told_and_a_failure_says_what_is_left(large, reader):
    candidate = next(item for item in CANDIDATES if item.name == "provender_node_user_id")
    item = next(item for item in advise(reader, nothing) if item.candidate == candidate)
    steps, blocker = [], psycopg2.connect(large)
    blocker.cursor().execute("LOCK TABLE db_dbnode IN ROW EXCLUSIVE MODE")
    with indexes.writing(from_url(large)) as connection:
        stop = threading.Timer(1.0, connection.cancel)
        stop.start()
        with pytest.raises(StoreError, match="was not completed") as caught:
            indexes.make(connection, reader, item, lambda *step: steps.append(step))
        stop.join()
    blocker.close()
    assert any("waiting for writers" in what for what, _, _ in steps)
    assert "DROP INDEX IF EXISTS provender_node_user_id;" in caught.value.hint
    states = {item.candidate.name: item for item in advise(reader, nothing)}
    assert states[candidate.name].is_invalid
    postgres.run(large, f"DROP INDEX {candidate.name}")
