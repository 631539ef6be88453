"""Our own match of long strings on SQLite: equal to SQLite's, and stopped in time."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import hypothesis
import pytest
from hypothesis import strategies

from provender.errors import QueryTimeout
from provender.settings import Limits, Pool
from provender.store.database import engines
from provender.store.database.reader import Reader
from provender.store.sqlite import patterns
from provender.store.sqlite.files import SqliteFile

LETTERS = strategies.text("ab%_\\\n.é", max_size=12)
WORST = "%" + 99 * "_a" + "b%"


@pytest.fixture(scope="module")
def connection():
    with closing(sqlite3.connect(":memory:")) as found:
        found.execute("PRAGMA case_sensitive_like = ON")
        patterns.register(found, lambda: False)
        yield found


def equal(connection, pattern, text):
    """Check that both ways of matching agree; an incomplete escape is refused before."""
    sql = "SELECT ? LIKE ? ESCAPE '\\', provender_like(?, ?)"
    native, ours = connection.execute(sql, (text, pattern, text.encode(), pattern)).fetchone()
    assert native == ours
    return native


@hypothesis.given(pattern=LETTERS, text=LETTERS)
def test_a_match_is_that_of_sqlite(connection, pattern, text):
    hypothesis.assume((len(pattern) - len(pattern.rstrip("\\"))) % 2 == 0)
    equal(connection, pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text", "is_match"),
    [
        ("a%b%c", "a1b2c", 1),
        ("a%a", "a", 0),
        ("%ab%ab%", "abab", 1),
        ("%ab%ab%", "aba", 0),
        ("_\\%_", "1%2", 1),
        ("A%", "a", 0),
        ("%a_c%", "x" * 50_000 + "abc", 1),
        ("%a_c%", "x" * patterns.WINDOW + "abc", 1),
        ("%a_c%", "x" * (patterns.WINDOW - 1) + "abc", 1),
        ("%a_c_", "x" * 50_000 + "abcd", 1),
        ("%x_c%", "x" * 50_000, 0),
    ],
)
def test_matches(connection, pattern, text, is_match):
    assert equal(connection, pattern, text) == is_match


def test_letters_fold_one_by_one(connection):
    sql = "SELECT provender_ilike(?, ?), provender_ilike(NULL, 'a'), provender_like(NULL, 'a')"
    assert connection.execute(sql, ("xéß".encode(), "%É_")).fetchone() == (1, None, None)


@pytest.mark.parametrize("function", ["provender_like", "provender_ilike"])
def test_what_is_not_utf8_matches_nothing(connection, function):
    assert connection.execute(f"SELECT {function}(?, '%')", (b"\xff",)).fetchone() == (None,)


@pytest.mark.parametrize("function", ["provender_like", "provender_ilike"])
def test_a_long_match_ends_with_the_time_of_its_statement(tmp_path, function):
    path = tmp_path / "long.sqlite"
    with closing(sqlite3.connect(path)) as writer, writer:
        writer.execute("CREATE TABLE long (text)")
        writer.execute("INSERT INTO long VALUES (?)", ("a" * 3_000_000,))
    limits = Limits(statement_seconds=0.05)
    with closing(Reader(engines.sqlite(SqliteFile(path), Pool(), limits), "lab")) as reader:
        sql = f"SELECT count(*) FROM long WHERE {function}(CAST(text AS BLOB), :pattern)"
        with pytest.raises(QueryTimeout):
            reader.within(lambda snapshot: snapshot.read(sql, {"pattern": WORST}))
        assert reader.within(lambda it: it.read("SELECT 1")) == [(1,)]
