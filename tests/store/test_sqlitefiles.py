from __future__ import annotations

import shutil
import sqlite3
import time

import pytest

from provender.store.sqlite.files import SqliteFile
from support.folders import fingerprint


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "odd name ?#%.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (1)")
    connection.close()
    return path


def rows(file):
    connection = file.connect()
    try:
        return connection.execute("SELECT x FROM t ORDER BY x").fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("at_rest", [True, False])
def test_a_file_at_rest_is_read_without_a_trace(path, at_rest):
    before = fingerprint(path.parent)
    assert rows(SqliteFile(path, at_rest=at_rest)) == [(1,)]
    assert fingerprint(path.parent) == before


@pytest.mark.parametrize(
    "statement", ["INSERT INTO t VALUES (2)", "CREATE TABLE u (x)", "DROP TABLE t", "VACUUM"]
)
def test_nothing_can_be_written(path, statement):
    before = fingerprint(path.parent)
    connection = SqliteFile(path).connect()
    with pytest.raises(sqlite3.OperationalError):
        connection.execute(statement)
    connection.execute("PRAGMA query_only = OFF")  # the second lock alone
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute(statement)
    connection.close()
    assert fingerprint(path.parent) == before


def test_new_rows_are_seen_by_an_open_connection(path):
    connection = SqliteFile(path).connect()
    with sqlite3.connect(path) as writer:
        writer.execute("INSERT INTO t VALUES (2)")
    writer.close()
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (2,)
    connection.close()


def in_wal_mode(path):
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode = wal")
    return writer


def test_a_file_in_wal_mode_at_rest_leaves_no_trace(path):
    in_wal_mode(path).close()
    before = fingerprint(path.parent)
    assert rows(SqliteFile(path)) == [(1,)]
    assert fingerprint(path.parent) == before


def test_a_file_in_wal_mode_with_a_writer(path):
    writer = in_wal_mode(path)
    stamp = SqliteFile(path).stamp()
    writer.execute("INSERT INTO t VALUES (2)")
    assert SqliteFile(path).stamp() != stamp
    assert rows(SqliteFile(path)) == [(1,), (2,)]
    writer.close()


def test_a_file_whose_writer_was_killed_is_read_as_a_copy(path, tmp_path):
    writer = in_wal_mode(path)
    writer.execute("INSERT INTO t VALUES (2)")
    left = tmp_path / "left"
    left.mkdir()
    for name in (path.name, path.name + "-wal"):
        shutil.copy(path.with_name(name), left)
    writer.close()
    before = fingerprint(left)
    connection = SqliteFile(left / path.name).connect()
    assert connection.execute("SELECT count(*) FROM t").fetchone() == (2,)
    copy = connection.copy.name
    connection.close()
    assert fingerprint(left) == before
    assert not shutil.os.path.exists(copy)


def test_the_stamp_of_a_plain_file_is_its_identity(path):
    file = SqliteFile(path)
    stamp = file.stamp()
    with sqlite3.connect(path) as writer:
        writer.execute("INSERT INTO t VALUES (2)")
    writer.close()
    assert file.stamp() == stamp
    shutil.copy(path, path.with_name("new"))
    path.with_name("new").replace(path)
    assert file.stamp() != stamp


def test_a_long_statement_is_interrupted(path):
    connection = SqliteFile(path).connect()
    connection.deadline = time.monotonic() + 0.05
    forever = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
    )
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        connection.execute(forever).fetchall()
    connection.close()


@pytest.mark.parametrize("content", [b"", b"nonsense" * 200])
def test_what_is_no_database(content, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(content)
    if content:
        with pytest.raises(sqlite3.DatabaseError):
            SqliteFile(path).connect()
    with pytest.raises(FileNotFoundError):
        SqliteFile(tmp_path / "none").connect()


def test_functions_that_sqlite_lacks(path):
    connection = SqliteFile(path).connect()

    def value(sql, *values):
        return connection.execute(f"SELECT {sql}", values).fetchone()[0]

    assert value("provender_lower(?)", "ÄBC") == "äbc"
    assert value("provender_lower(?)", "İX") == "İx"
    assert value("provender_lower(NULL)") is None
    assert value("'A' LIKE 'a'") == 0
    document = '{"a": [1, {"b": null}], "0": 5, "kл": 12345678901234567890}'
    for path_text, expected in [
        ('["a", "0"]', "1"),
        ('["a", "-2"]', "1"),
        ('["a", "1", "b"]', "null"),
        ('["a", "2"]', None),
        ('["a", "-3"]', None),
        ('["a", "x"]', None),
        ('["0"]', "5"),
        ('["kл"]', "12345678901234567890"),
        ('["none"]', None),
        ('["0", "x"]', None),
    ]:
        assert value("provender_json_get(?, ?)", document, path_text) == expected
    assert value("provender_json_get(NULL, '[]')") is None
    connection.close()
