"""Values of a database, each of its type or None, and JSON that every reader takes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.schema.entities import Kind
from provender.schema.statements import MOST_FLAWS, Flaws, Statement
from provender.store.database import documents
from provender.store.database.decoding import decode
from provender.store.sqlite.cursors import TolerantCursor
from support.badrows import strict

NOON = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Shown:
    is_hidden: bool = False


def decoded(kind, *values, is_typed=False, is_hidden=False):
    """Return a column decoded, and the problems that were found in it."""
    flaws = Flaws()
    statement = Statement("", {}, (Kind.INTEGER, kind), outputs=(Shown(), Shown(is_hidden)))
    records = [(index, value) for index, value in enumerate(values)]
    found = decode(records, statement, flaws, is_typed=is_typed)
    assert [record[0] for record in found] == list(range(len(values)))
    return [record[1] for record in found], flaws


@pytest.mark.parametrize(
    ("kind", "good", "expected"),
    [
        (Kind.INTEGER, 7, 7),
        (Kind.TEXT, "a\0", "a\0"),
        (Kind.UUID, "not a uuid", "not a uuid"),
        (Kind.NUMBER, 1.5, 1.5),
        (Kind.NUMBER, 1, 1),
        (Kind.BOOLEAN, 1, True),
        (Kind.TIME, "2026-11-20 12:00:00.000000", NOON),
        (Kind.TIME, "2026-11-20 12:00:00", NOON),
        (Kind.LOCAL_TIME, "2026-11-20", "2026-11-20"),
        (Kind.DAY, "2026-11-20", "2026-11-20"),
        (Kind.JSON, '{"a": 1}', '{"a": 1}'),
        (Kind.JSON, 12, "12"),
    ],
)
@pytest.mark.parametrize("bad", [b"{}", b"\xff"])
def test_one_bad_value_of_sqlite_is_none(kind, good, expected, bad):
    values, flaws = decoded(kind, good, bad, None, good)
    nothing = "null" if kind is Kind.JSON else None
    assert values == [expected, nothing, None, expected]
    assert [flaw.record for flaw in flaws.first] == [(1, nothing)]
    assert flaws.first[0].problem == f"not {kind.value}"
    assert decoded(kind, good, None)[1].number == 0


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        *((Kind.INTEGER, value) for value in (1.0, "1")),
        *((Kind.TEXT, value) for value in (1, 1.5)),
        *((Kind.BOOLEAN, value) for value in (2, 1.0, "true")),
        *((Kind.TIME, value) for value in (5, 2459000.5, "", "x", "2026-11-20", "infinity")),
        *((Kind.TIME, f"{year}-01-01 00:00:00") for year in ("0000", "10000", "-001", "2026-13")),
        (Kind.TIME, "2026-11-20 10:00:00.5+00:00"),
        *((Kind.DAY, value) for value in ("", "10000-01-0", 5)),
        *((Kind.JSON, value) for value in ("", "x", "{", "[NaN]", "{} {}", float("inf"))),
    ],
)
def test_what_is_not_of_its_type(kind, value):
    values, flaws = decoded(kind, value)
    assert values == ["null" if kind is Kind.JSON else None]
    assert flaws.number == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20 12:00:00+00", NOON),
        ("2026-11-20 12:00:00.25+00", NOON.replace(microsecond=250_000)),
        ("2026-11-20 12:00:00.123456+00", NOON.replace(microsecond=123_456)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=timezone.utc)),
        ("10000-01-01 00:00:00+00", None),
        ("0044-03-15 00:00:00+00 BC", None),
        ("infinity", None),
        ("-infinity", None),
    ],
)
def test_times_of_postgresql(text, expected):
    values, flaws = decoded(Kind.TIME, text, None, is_typed=True)
    assert values == [expected, None]
    assert flaws.number == (expected is None)


def test_flaws_are_counted_and_few_are_kept():
    _, flaws = decoded(Kind.TEXT, *[b"\xff"] * 50)
    assert (flaws.number, len(flaws.first)) == (50, MOST_FLAWS)
    both = Flaws()
    both.take(flaws)
    both.take(flaws)
    assert (both.number, len(both.first)) == (100, MOST_FLAWS)
    _, flaws = decoded(Kind.TEXT, b"\xff", is_hidden=True)
    assert (flaws.number, flaws.hidden) == (0, 1)


def nested(depth):
    return "[" * depth + "]" * depth


HALVES = [r'"\ud800"', r'"\udc00"', r'"\ud83dx"', r'"\ud83d\ud83d\ude00"', r'"\\\ud800"']
PROBLEMS = {
    documents.NOT_JSON: ["", "x", "{", "[NaN]", "[1,]", "\ufeff{}", '"\x01"', "01", "[] []"],
    documents.TOO_DEEP: [nested(1025), nested(100_000), '{"a":' * 5000 + "1" + "}" * 5000],
    documents.TOO_LONG_NUMBER: ["9" * 4301, f'{{"a": -{"1" * 4301}}}', "9" * 100_000],
    documents.HALF_CHARACTER: HALVES,
}
READABLE = [
    *("null", "1", "-0", '"x"', "[]", "1e999", "[1E-999]", "9" * 4300, "9" * 400, nested(1000)),
    *(r'"\ud83d\ude00"', r'"\\ud800"', '"\x7f"', '{"a": 1, "a": 2}', f'"{"9" * 5000}"'),
    "0." + "9" * 5000,
]


@pytest.mark.parametrize("is_long", [False, True])
def test_what_keeps_readers_from_taking_json(is_long):
    filler = " " * documents.LONG if is_long else ""
    for problem, texts in PROBLEMS.items():
        for text in texts:
            assert documents.problem(text + filler) == problem, text[:50]
            assert not documents.are_readable([text])
    for text in READABLE:
        assert documents.problem(text + filler) is None, text[:50]


@given(st.text(alphabet='{}[]":,0123456789.eE+-truefalsn\\ud8 ', max_size=40))
def test_what_is_readable_is_json(text):
    found = documents.problem(text)
    assert found is None or found in PROBLEMS
    assert found is None or not documents.are_readable([text])
    try:
        strict(text)
    except ValueError:
        assert found is not None
    else:
        assert found in (None, documents.HALF_CHARACTER)


def test_postgresql_is_asked_for_long_json_only():
    assert documents.are_bounded(["{}", None, "x" * documents.SHORT])
    assert not documents.are_bounded(["{}", "x" * (documents.SHORT + 1)])
    long = "[" + ", ".join(["[1]"] * 2000) + "]"
    values, flaws = decoded(Kind.JSON, long, nested(3000), None, is_typed=True)
    assert (values, flaws.number) == ([long, "null", None], 1)


@pytest.fixture
def texts():
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT)")
        connection.executemany(
            "INSERT INTO texts (text) VALUES (?)", [(f"x{i}",) for i in range(9)]
        )
        connection.execute("UPDATE texts SET text = CAST(x'ff' AS TEXT) WHERE id IN (4, 8)")
        yield connection


@pytest.mark.parametrize("size", [None, 1, 2, 3, 100])
@pytest.mark.parametrize("order", ["ASC", "DESC"])
def test_text_that_is_not_utf8_is_read_as_bytes(texts, size, order):
    cursor = texts.cursor(TolerantCursor)
    for _ in range(2):
        rows = []
        cursor.execute(
            f"SELECT text FROM texts WHERE id > :least ORDER BY id {order}", {"least": 1}
        )
        while found := cursor.fetchall() if size is None else cursor.fetchmany(size):
            rows += [text for (text,) in found]
        expected = ["x1", "x2", b"\xff", "x4", "x5", "x6", b"\xff", "x8"]
        assert rows == (expected if order == "ASC" else expected[::-1])
    assert cursor.execute("SELECT text FROM texts WHERE id = 1").fetchall() == [("x0",)]
    assert texts.text_factory is str


def test_other_errors_of_a_statement_are_raised(texts):
    texts.create_function("fail", 1, lambda _: 1 / 0)
    cursor = texts.cursor(TolerantCursor)
    with pytest.raises(sqlite3.OperationalError, match="user-defined function"):
        cursor.execute("SELECT fail(id) FROM texts").fetchall()
