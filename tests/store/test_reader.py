"""Statements that fail, connections that die, databases that are not there."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from contextlib import closing

import psycopg2
import pytest

from provender.errors import QueryTimeout, StoreUnreachable, UnsupportedStore
from provender.schema.entities import Kind
from provender.schema.statements import Backend, Statement, Statements
from provender.settings import Limits, Pool
from provender.store.addresses import parse_url
from provender.store.database import engines
from provender.store.database.reader import Reader
from provender.store.sqlite.files import SqliteFile
from support import postgres
from support.folders import fingerprint

QUICK = Limits(statement_seconds=0.2)
SLOW = {
    "postgresql": "SELECT pg_sleep(60)",
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    "SELECT count(*) FROM n",
}
WRITES = [
    "INSERT INTO db_dbuser (id, email, first_name, last_name, institution) "
    "VALUES (99, 'x', 'x', 'x', 'x')",
    "UPDATE db_dbnode SET label = 'x'",
    "DELETE FROM db_dblink",
    "CREATE TABLE t (x integer)",
    "DROP TABLE db_dblog",
]


@pytest.fixture
def readers(lab_postgres, unpacked):
    """A function that makes readers of both databases."""
    made = []

    def make(limits=Limits(), pool=Pool(), url=lab_postgres, path=unpacked / "sqlite_dos"):  # noqa: B008
        file = SqliteFile(path / "database.sqlite")
        made.append(Reader(engines.postgresql(parse_url(url), pool, limits), "lab"))
        made.append(Reader(engines.sqlite(file, pool, limits), "lab"))
        return {"postgresql": made[-2], "sqlite": made[-1]}

    yield make
    for reader in made:
        reader.close()


@pytest.fixture(params=["postgresql", "sqlite"])
def kind(request):
    return request.param


def read(reader, sql, values=None):
    return reader.within(lambda snapshot: snapshot.read(sql, values))


def test_the_clock_of_a_statement_is_over_when_the_next_request_begins(readers):
    reader = readers(Limits(statement_seconds=0.1), pool=Pool(size=1))["sqlite"]
    read(reader, "SELECT 1")
    time.sleep(0.12)
    for _ in range(10_000):  # SQLite looks at the clock after so many steps of one statement
        assert reader.within(lambda snapshot: snapshot.token)


def test_a_long_statement_is_stopped(readers, kind):
    reader = readers(QUICK)[kind]
    with pytest.raises(QueryTimeout, match=r"limits\.statement_seconds"):
        read(reader, SLOW[kind])
    assert read(reader, "SELECT 1") == [(1,)]


@pytest.mark.parametrize("statement", WRITES)
def test_every_write_is_refused(statement, readers, kind, unpacked):
    reader = readers()[kind]
    before = fingerprint(unpacked / "sqlite_dos")
    with pytest.raises(
        (psycopg2.errors.ReadOnlySqlTransaction, sqlite3.OperationalError)
    ) as caught:
        reader.within(lambda snapshot: snapshot.execute(statement))
    assert "read" in str(caught.value)
    assert read(reader, "SELECT count(*) FROM db_dbnode") == [(312,)]
    assert fingerprint(unpacked / "sqlite_dos") == before


def test_a_role_that_may_only_read_is_enough(lab_copy, new_role):
    role = new_role("LOGIN PASSWORD 'r'")
    postgres.run(lab_copy, f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")
    connection = psycopg2.connect(lab_copy)
    parameters = connection.get_dsn_parameters() | {"user": role, "password": "r"}
    connection.close()
    reader = Reader(engines.postgresql(parameters, Pool(), Limits()), "lab")
    assert read(reader, "SELECT count(*) FROM db_dbnode") == [(312,)]
    postgres.run(lab_copy, f"REVOKE ALL ON db_dblog FROM {role}")
    with pytest.raises(UnsupportedStore, match="permission"):
        read(reader, "SELECT count(*) FROM db_dblog")
    reader.close()


def test_rows_and_total_come_from_one_snapshot(readers, lab_copy, unpacked, tmp_path):
    folder = tmp_path / "profile"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    for reader in readers(url=lab_copy, path=folder).values():

        def look(snapshot):
            before = snapshot.read("SELECT count(*) FROM db_dblog")
            change = "DELETE FROM db_dblog WHERE id = (SELECT max(id) FROM db_dblog)"
            if snapshot.backend is Backend.POSTGRESQL:
                postgres.run(lab_copy, change)
            else:
                writer = sqlite3.connect(folder / "database.sqlite", timeout=0)
                with pytest.raises(sqlite3.OperationalError, match="locked"), writer:
                    writer.execute(change)
                writer.close()
            return before, snapshot.read("SELECT count(*) FROM db_dblog")

        before, after = reader.within(look)
        assert before == after == [(16,)]
    assert read(readers(url=lab_copy)["postgresql"], "SELECT count(*) FROM db_dblog") == [(15,)]


def test_databases_of_one_cluster_never_share_a_token(new_database, readers):
    each = [readers(url=new_database())["postgresql"] for _ in range(2)]
    tokens = [reader.within(lambda snapshot: snapshot.token) for reader in each * 2]
    of_database = [token.split(" ", 1)[1] for token in tokens]  # the snapshot is the cluster's
    assert of_database[:2] == of_database[2:]
    assert len(set(of_database)) == 2


def test_connections_that_died_in_the_pool_are_replaced(readers, lab_postgres):
    reader = readers(pool=Pool(size=3))["postgresql"]
    barrier = threading.Barrier(3)

    def work(snapshot):
        barrier.wait()
        return snapshot.read("SELECT pg_backend_pid()")[0][0]

    pids = []
    threads = [threading.Thread(target=lambda: pids.append(reader.within(work))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for pid in pids:
        postgres.run(lab_postgres, f"SELECT pg_terminate_backend({pid})")
    assert read(reader, "SELECT 1") == [(1,)]
    assert read(reader, "SELECT pg_backend_pid()")[0][0] not in pids


def test_a_connection_that_dies_in_the_middle(readers, lab_postgres):
    reader = readers(pool=Pool(size=1))["postgresql"]

    def work(snapshot):
        pid = snapshot.read("SELECT pg_backend_pid()")[0][0]
        postgres.run(lab_postgres, f"SELECT pg_terminate_backend({pid})")
        return snapshot.read("SELECT 1")

    with pytest.raises(StoreUnreachable):
        reader.within(work)
    assert read(reader, "SELECT 1") == [(1,)]


def test_when_all_connections_are_busy(readers, kind):
    reader = readers(pool=Pool(size=1, wait_seconds=0.05))[kind]

    def work(snapshot):  # it is inside for too short to give way
        with pytest.raises(StoreUnreachable, match="busy"):
            read(reader, "SELECT 1")
        return snapshot.read("SELECT 1")

    assert reader.within(work) == [(1,)]


def test_many_threads_share_one_connection(readers, kind):
    reader = readers(pool=Pool(size=1))[kind]
    found = []
    threads = [
        threading.Thread(
            target=lambda: found.append(read(reader, "SELECT count(*) FROM db_dbnode"))
        )
        for _ in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[(312,)]] * 20


@pytest.mark.parametrize("port", [1])
def test_a_database_that_is_not_there(port):
    engine = engines.postgresql(
        {"host": "127.0.0.1", "port": port, "password": "secret"}, Pool(), Limits()
    )
    with pytest.raises(StoreUnreachable) as caught:
        read(Reader(engine, "lab"), "SELECT 1")
    assert caught.value.message == "The store `lab` cannot be reached."
    assert "refused" in caught.value.reason
    assert "secret" not in caught.value.reason


def test_a_file_that_is_not_there(tmp_path):
    engine = engines.sqlite(SqliteFile(tmp_path / "none"), Pool(), Limits())
    with pytest.raises(StoreUnreachable):
        read(Reader(engine, "lab"), "SELECT 1")


def test_a_locked_database(unpacked, tmp_path):
    folder = tmp_path / "profile"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    file = SqliteFile(folder / "database.sqlite", lock_seconds=0.1)
    reader = Reader(engines.sqlite(file, Pool(), Limits()), "lab")
    with closing(sqlite3.connect(file.path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreUnreachable):
            read(reader, "SELECT count(*) FROM db_dbnode")
        writer.execute("ROLLBACK")
    assert read(reader, "SELECT count(*) FROM db_dbnode") == [(312,)]
    reader.close()


def test_missing_tables_and_columns(readers, kind):
    reader = readers()[kind]
    for sql in ("SELECT * FROM no_such", "SELECT no_such FROM db_dbnode"):
        with pytest.raises(UnsupportedStore):
            read(reader, sql)


def test_faults_of_our_own_are_not_hidden(readers, kind):
    with pytest.raises((psycopg2.errors.SyntaxError, sqlite3.OperationalError)):
        read(readers()[kind], "SELEKT")


def statement(sql, *kinds):
    return Statement(sql, {}, kinds)


COUNT = statement("SELECT 99")
ONE_OF_TWO = "SELECT 1 UNION ALL SELECT 2"


@pytest.mark.parametrize(
    ("rows", "count", "limit", "offset", "total"),
    [
        (ONE_OF_TWO, COUNT, 2, 0, 99),
        (ONE_OF_TWO, COUNT, 3, 0, 2),
        (ONE_OF_TWO, COUNT, 3, 5, 7),
        ("SELECT 1 WHERE 1 = 0", COUNT, 3, 5, 99),
        ("SELECT 1 WHERE 1 = 0", COUNT, 3, 0, 0),
        (ONE_OF_TWO, COUNT, 0, 0, 99),
        (ONE_OF_TWO, None, 2, 0, 2),
        (ONE_OF_TWO, COUNT, None, 0, 2),
    ],
)
def test_the_count_is_made_only_where_the_rows_leave_it_open(
    rows, count, limit, offset, total, readers, kind
):
    found = readers()[kind].within(
        lambda snapshot: snapshot.fetch(Statements(statement(rows), count, limit, offset))
    )
    assert found.total == total


def test_values_are_alike_on_both_databases(readers):
    sql = {
        "postgresql": "SELECT uuid, ctime, id, label, true, process_type "
        "FROM db_dbnode WHERE uuid = %(uuid)s",
        "sqlite": "SELECT uuid, ctime, id, label, 1, process_type "
        "FROM db_dbnode WHERE uuid = :uuid",
    }
    kinds = (Kind.UUID, Kind.TIME, Kind.INTEGER, Kind.TEXT, Kind.BOOLEAN, Kind.TEXT)
    uuid = "cda14b00-82b5-443f-b152-62a831206992"
    found = [
        reader.within(
            lambda snapshot, name=name: snapshot.run(Statement(sql[name], {"uuid": uuid}, kinds))
        )[0]
        for name, reader in readers().items()
    ]
    without_id = [(*record[:2], *record[3:]) for record in found]
    assert without_id[0] == without_id[1]
    assert [type(value) for value in found[0]] == [type(value) for value in found[1]]
    assert found[0][1].utcoffset().total_seconds() == 0
    assert found[0][4] is True
