"""The first statement of a request is sent together with the beginning of its transaction."""

from __future__ import annotations

import contextlib
import time

import psycopg2
import pytest

from provender.errors import QueryTimeout, StoreUnreachable, UnsupportedStore
from provender.schema.entities import Kind
from provender.schema.statements import Statement
from provender.settings import Limits, Pool
from provender.store.addresses import parse_url
from provender.store.database import engines
from provender.store.database.opening import WARM_SECONDS
from provender.store.database.reader import Reader
from provender.store.database.snapshot import BATCH
from support import postgres

NAME = "provender-joined"
SENT = "SELECT query FROM pg_stat_activity WHERE application_name = %s"
KILL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"


def asked_of_server(url, text):
    """Return what the server says of our connections."""
    with contextlib.closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(text, (NAME,))
        return [value for (value,) in cursor.fetchall()]


@pytest.fixture
def make_reader(lab_postgres):
    """A function that makes readers whose connection has just been used."""
    made = []

    def make(url=lab_postgres, limits=Limits(), **more):  # noqa: B008 - never changed
        dsn = parse_url(url) | {"application_name": NAME} | more
        made.append(Reader(engines.postgresql(dsn, Pool(size=1), limits), "lab"))
        made[-1].within(lambda snapshot: snapshot.token)
        return made[-1]

    yield make
    for reader in made:
        reader.close()


@pytest.fixture
def reader(make_reader):
    return make_reader()


def statement(text, **values):
    return Statement(text, values, (Kind.INTEGER,))


IDS = "SELECT id FROM db_dbnode WHERE id > %(low)s ORDER BY id LIMIT %(most)s"


@pytest.fixture
def run(lab_postgres):
    """A function that gives the rows of a statement, the token, and what the server got last."""

    def run(reader, asked, **options):
        def work(snapshot):
            rows = snapshot.run(asked)
            return rows, snapshot.token, asked_of_server(lab_postgres, SENT)[0]

        return reader.within(work, **options)

    return run


@pytest.mark.parametrize("is_single", [False, True])
def test_rows_are_those_of_the_statement_alone(reader, run, is_single):
    rows, token, sent = run(reader, statement(IDS, low=5, most=3), is_single=is_single)
    assert rows == [(6,), (7,), (8,)]
    assert sent.count("SELECT id FROM db_dbnode") == 1
    assert "txid_current_snapshot" in sent
    assert sent.startswith("SET TRANSACTION" if is_single else "BEGIN")
    assert token == reader.within(lambda snapshot: snapshot.token)


def test_no_rows_have_a_name_too(reader, run):
    rows, token, _ = run(reader, statement(IDS, low=10**6, most=3))
    assert rows == []
    assert token == reader.within(lambda snapshot: snapshot.token)


def test_a_row_of_nulls_is_a_row(reader, run):
    rows, _, _ = run(reader, statement("SELECT NULL::int, NULL::text"))
    assert rows == [(None, None)]


def test_a_recursive_statement_can_be_joined(reader, run):
    text = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5) "
        "SELECT x FROM n ORDER BY x DESC"
    )
    rows, _, _ = run(reader, statement(text))
    assert rows == [(5,), (4,), (3,), (2,), (1,)]


def test_later_statements_see_the_same_snapshot(make_reader, run, lab_copy):
    reader = make_reader(lab_copy)

    def look(snapshot):
        before = snapshot.run(statement("SELECT count(*) FROM db_dblog"))
        postgres.run(lab_copy, "DELETE FROM db_dblog WHERE id IN (SELECT max(id) FROM db_dblog)")
        return before, snapshot.run(statement("SELECT count(*) FROM db_dblog"))

    before, after = reader.within(look)
    assert before == after
    assert reader.within(lambda snapshot: snapshot.run(statement("SELECT count(*) FROM db_dblog")))
    assert reader.within(lambda s: s.read("SELECT count(*) FROM db_dblog")) != before


def test_a_change_changes_the_name(make_reader, run, lab_copy):
    reader = make_reader(lab_copy)
    asked = statement("SELECT count(*) FROM db_dbnode")
    tokens = [run(reader, asked)[1] for _ in range(2)]
    postgres.run(lab_copy, "UPDATE db_dbnode SET label = 'x' WHERE id = 1")
    tokens.append(run(reader, asked)[1])
    assert tokens[0] == tokens[1] != tokens[2]


@pytest.mark.parametrize("is_single", [False, True])
def test_nothing_can_be_written(reader, run, is_single):
    write = statement("UPDATE db_dbnode SET label = 'x' RETURNING id")
    with pytest.raises((psycopg2.Error, StoreUnreachable)):
        reader.within(lambda snapshot: snapshot.run(write), is_single=is_single)
    function = statement("SELECT set_config('transaction_read_only', 'off', true), nextval('s')")
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever the server says
        reader.within(lambda snapshot: snapshot.run(function), is_single=is_single)
    rows = reader.within(lambda s: s.read("SELECT count(*) FROM db_dbnode WHERE label = 'x'"))
    assert rows == [(0,)]


@pytest.mark.parametrize("is_single", [False, True])
def test_the_time_out_holds(make_reader, is_single):
    limits = Limits(statement_seconds=0.2)
    reader = make_reader(limits=limits)
    with pytest.raises(QueryTimeout):
        reader.within(lambda s: s.run(statement("SELECT pg_sleep(60)")), is_single=is_single)
    assert reader.within(lambda s: s.run(statement("SELECT 1")), is_single=is_single) == [(1,)]


def test_a_connection_that_rested_is_begun_on_by_itself(reader, run):
    """A host that hangs shows in the time of connecting, not in that of a statement."""
    time.sleep(WARM_SECONDS * 1.2)
    rows, _, sent = run(reader, statement(IDS, low=5, most=1))
    assert rows == [(6,)]
    assert sent == "SELECT id FROM db_dbnode WHERE id > 5 ORDER BY id LIMIT 1"


def test_several_hosts_are_begun_on_by_themselves(make_reader, run, lab_postgres):
    host = parse_url(lab_postgres)["host"]
    reader = make_reader(host=f"{host},{host}")
    assert run(reader, statement("SELECT 1"))[2] == "SELECT 1"


MANY = "SELECT x FROM generate_series(1, %(most)s) AS x ORDER BY x"


@pytest.mark.parametrize("most", [0, 1, BATCH - 1, BATCH, BATCH + 1, 3 * BATCH])
@pytest.mark.parametrize("is_warm", [True, False])
def test_a_stream_gives_every_row_once_in_order(reader, run, most, is_warm):
    if not is_warm:
        time.sleep(WARM_SECONDS * 1.2)
    rows = list(reader.stream(lambda snapshot: snapshot.stream(statement(MANY, most=most))))
    assert rows == [(number,) for number in range(1, most + 1)]


def test_a_stream_that_is_left_gives_its_connection_back(reader, run):
    stream = reader.stream(lambda snapshot: snapshot.stream(statement(MANY, most=10**6)))
    assert next(stream) == (1,)
    assert reader.connections() == (1, 1)
    stream.close()
    assert reader.connections() == (1, 0)
    assert run(reader, statement("SELECT 1"))[0] == [(1,)]


def test_a_stream_is_not_begun_again_once_a_row_was_given(make_reader, run, lab_copy):
    reader = make_reader(lab_copy)
    stream = reader.stream(lambda snapshot: snapshot.stream(statement(MANY, most=10**6)))
    assert next(stream) == (1,)
    asked_of_server(lab_copy, KILL)
    with pytest.raises(StoreUnreachable):
        list(stream)
    assert list(reader.stream(lambda s: s.stream(statement(MANY, most=3)))) == [(1,), (2,), (3,)]


def test_a_connection_that_died_is_replaced_before_the_first_row(make_reader, run, lab_copy):
    reader = make_reader(lab_copy)
    for work in (
        lambda: list(reader.stream(lambda s: s.stream(statement(MANY, most=2)))),
        lambda: run(reader, statement(MANY, most=2))[0],
    ):
        asked_of_server(lab_copy, KILL)
        assert work() == [(1,), (2,)]


def test_names_that_may_no_longer_be_read_are_done_without(make_reader, lab_copy):
    role = "joined_" + lab_copy.rpartition("/")[2].partition("?")[0][-12:]
    postgres.run(
        lab_copy,
        f"CREATE ROLE {role} LOGIN",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}",
    )
    try:
        reader = make_reader(lab_copy, user=role)
        postgres.run(lab_copy, "REVOKE EXECUTE ON FUNCTION pg_control_checkpoint FROM PUBLIC")
        asked = statement("SELECT count(*) FROM db_dbnode")
        found = reader.within(lambda snapshot: (snapshot.run(asked), snapshot.token))
        assert found == ([(312,)], None)
        missing = statement("SELECT count(*) FROM db_nothing")
        with pytest.raises(UnsupportedStore):
            reader.within(lambda snapshot: snapshot.run(missing))
        assert reader.within(lambda snapshot: snapshot.run(asked)) == [(312,)]
        reader.close()
    finally:
        postgres.run(lab_copy, f"DROP OWNED BY {role}", f"DROP ROLE {role}")


def test_a_table_that_is_missing_is_told_and_the_next_statement_works(reader, run):
    missing = statement("SELECT count(*) FROM db_nothing")
    with pytest.raises(UnsupportedStore):
        reader.within(lambda snapshot: snapshot.run(missing))
    assert run(reader, statement("SELECT 1"))[0] == [(1,)]
