from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from provender.store.regular import NotRegularError
from provender.store.regular import fingerprint as fingerprint_of
from provender.store.sqlite.connection import ChangedError
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
    with pytest.raises(sqlite3.OperationalError, match=r"readonly|attached databases"):
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


def descriptors():
    return sum(1 for _ in Path("/dev/fd").iterdir())


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_replaced_file_leaves_no_descriptor_behind(path, journal):
    with closing(sqlite3.connect(path)) as writer:
        writer.execute(f"PRAGMA journal_mode = {journal}")
    file = SqliteFile(path)
    before = descriptors()
    for _ in range(50):
        shutil.copy(path, path.with_name("new"))
        path.with_name("new").replace(path)
        file.stamp()
        with closing(file.connect()) as one, closing(file.connect()):
            assert one.execute("SELECT x FROM t").fetchall() == [(1,)]
            file.stamp()
    assert descriptors() <= before


def test_a_look_at_a_file_does_not_drop_the_locks_of_a_connection(path):
    """Another process must not write while a connection of this one reads."""
    file = SqliteFile(path)
    program = (
        "import sqlite3, sys; writer = sqlite3.connect(sys.argv[1], timeout=0);"
        "writer.execute('INSERT INTO t VALUES (2)'); writer.commit()"
    )
    command = [sys.executable, "-c", program, str(path)]
    with closing(file.connect()) as reader, closing(file.connect()) as other:
        for connection in (reader, other):
            connection.begin(connection.cursor())
        file.stamp()
        other.rollback()
        other.close()
        file.connect().close()
        refused = subprocess.run(command, capture_output=True, check=False)
        assert b"database is locked" in refused.stderr
        reader.rollback()
        subprocess.run(command, check=True)


def with_number(path, number):
    """Make a database whose file differs in this number alone: same counter, same size."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("INSERT INTO t VALUES (?)", (number,))
    return path


def overwrite(path, content, status):
    """Overwrite a file in place; its times, as `touch -r` would, become those of before."""
    with path.open("r+b") as file:
        file.write(content)
        file.truncate()
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def answer(connection):
    """Return the token and the rows of a snapshot, or None if the connection is of no use."""
    cursor = connection.cursor()
    try:
        token = connection.begin(cursor)
        found = cursor.execute("SELECT x FROM t").fetchall()
        connection.confirm()
    except ChangedError:
        return None
    finally:
        connection.rollback()
    return token, found


def test_a_file_overwritten_in_place_is_another_state(tmp_path):
    path, other = with_number(tmp_path / "a", 1), with_number(tmp_path / "b", 2)
    file = SqliteFile(path)
    with closing(file.connect()) as kept:
        first = answer(kept)
        assert answer(kept) == first
        overwrite(path, other.read_bytes(), path.stat())
        assert answer(kept) is None
        assert kept.is_stale
    with closing(file.connect()) as new:
        second = answer(new)
    assert (first[1], second[1]) == ([(1,)], [(2,)])
    assert first[0] != second[0]


def test_what_is_overwritten_while_it_is_read_is_no_answer(tmp_path):
    path, other = with_number(tmp_path / "a", 1), with_number(tmp_path / "b", 2)
    with closing(SqliteFile(path).connect()) as connection:
        connection.begin(connection.cursor())
        path.write_bytes(other.read_bytes())
        with pytest.raises(ChangedError):
            connection.confirm()


def test_a_file_at_rest_that_is_truncated_is_found_out(tmp_path):
    path = with_number(tmp_path / "a", 1)
    file = SqliteFile(path, at_rest=True, expected=fingerprint_of(path), content="name")
    with closing(file.connect()) as kept:
        assert answer(kept) == ("name", [(1,)])
        os.truncate(path, 4096)
        assert answer(kept) is None
    with pytest.raises(ChangedError):
        file.connect()


def test_tokens_change_with_the_data_only(path):
    file = SqliteFile(path)
    with closing(file.connect()) as one, closing(file.connect()) as other:
        first = answer(one)
        path.read_bytes()
        assert [answer(one), answer(other)] == [first, first]
        tokens = {first[0]}
        for number in range(20):
            with closing(sqlite3.connect(path)) as writer, writer:
                writer.execute("INSERT INTO t VALUES (?)", (number,))
            found = answer(one)
            assert found == answer(other)
            assert len(found[1]) == number + 2
            tokens.add(found[0])
        assert len(tokens) == 21
        assert not one.is_stale


@pytest.mark.parametrize("suffix", ["", "-journal", "-wal", "-shm"])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda place: place.symlink_to("/dev/zero")])
def test_what_sqlite_would_wait_for_is_refused(suffix, make, path):
    place = path.with_name(path.name + suffix)
    place.unlink(missing_ok=True)
    make(place)
    with pytest.raises(NotRegularError):
        SqliteFile(path).connect()


def test_a_database_in_wal_mode_in_an_archive(path):
    in_wal_mode(path).close()
    before = fingerprint(path.parent)
    assert rows(SqliteFile(path, at_rest=True)) == [(1,)]
    assert fingerprint(path.parent) == before


HOSTILE = {
    "a view": "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    "SELECT count(*) AS x FROM n",
    "an extension": "CREATE VIEW v AS SELECT load_extension('/tmp/x.so') AS x",
    "a function of ours": "CREATE VIEW v AS SELECT provender_lower('A') AS x",
    "a column": "CREATE TABLE v (y, x AS (provender_lower(y)));INSERT INTO v VALUES ('A')",
}
if hasattr(sqlite3.Connection, "setlimit"):  # since Python 3.11
    HOSTILE["a large value"] = "CREATE TABLE v (x);INSERT INTO v VALUES (zeroblob(300000000))"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_database_does_nothing_but_fail(name, tmp_path):
    path = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.create_function("provender_lower", 1, str, deterministic=True)
        connection.executescript(HOSTILE[name])
    with closing(SqliteFile(path).connect()) as connection:
        connection.deadline = time.monotonic() + 0.2
        with pytest.raises(
            sqlite3.Error, match=r"interrupted|not auth|unsafe|too big|may not|prohib"
        ):
            connection.execute("SELECT x FROM v").fetchall()
