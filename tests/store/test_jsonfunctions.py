"""Our JSON functions give what PostgreSQL gives."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from itertools import product

import psycopg2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.store.sqlite import jsonfunctions
from support import postgres

NUMBERS = "0 -0.0 1 1.0 1e2 100 -3.25 1e-7 12345678901234567890.5 1e400"
OTHERS = [
    "null true false [] {}",
    '"" "a" "ab" "b" "B" "é" "z" "[]" "1" "null"',
    '[1] [1.0] [2] [1,2] [[1]] [[],{}] [null] ["a"] ["a","b"] [true] [{"a":1}]',
    '{"a":1} {"a":1.0} {"a":2} {"b":1} {"a":1,"b":2} {"bb":1,"c":0} {"a":[]} {"a":{"a":1}}',
]
VALUES = " ".join([NUMBERS, *OTHERS]).split()
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(-1e9, 1e9) | TEXTS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXTS, below, max_size=3),
    max_leaves=6,
).map(json.dumps)


@pytest.fixture(scope="module")
def ask(cluster):
    """A function: SQL and its values -> the one value that PostgreSQL answers, or ValueError."""
    options = "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    url = postgres.create_database(cluster, options)

    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:

        def answer(sql, *values):
            try:
                cursor.execute(sql, values)
            except psycopg2.DataError:
                return ValueError
            return cursor.fetchone()[0]

        yield answer
    postgres.drop_database(cluster, url)


def ours(function, *arguments):
    try:
        return function(*arguments)
    except ValueError:
        return ValueError


def order(left, right):
    keys = jsonfunctions.json_key(left), jsonfunctions.json_key(right)
    return (keys[0] > keys[1]) - (keys[0] < keys[1])


def differences(ask, sql, function, first, second):
    """Return the pairs of values for which PostgreSQL and we say different things."""
    rows = ask(
        f"SELECT array_agg({sql} ORDER BY i, j) FROM unnest(%s::text[]) WITH ORDINALITY l(a, i),"
        " unnest(%s::text[]) WITH ORDINALITY r(b, j)",
        first,
        second,
    )
    pairs = list(product(first, second))
    found = [function(left, right) for left, right in pairs]
    return [pair for pair, one, other in zip(pairs, rows, found, strict=True) if one != other]


ORDER = "(a::jsonb > b::jsonb)::int - (a::jsonb < b::jsonb)::int"


def test_order(ask):
    assert differences(ask, ORDER, order, VALUES, VALUES) == []


def test_containment(ask):
    found = differences(ask, "a::jsonb @> b::jsonb", jsonfunctions.contains, VALUES, VALUES)
    assert found == []


def test_keys(ask):
    keys = ["a", "b", "1", "", "é", "null", "[]"]
    sql = "jsonb_exists(a::jsonb, b)"
    assert differences(ask, sql, jsonfunctions.has_key, VALUES, keys) == []


@given(st.lists(JSON, min_size=2, max_size=6))
def test_random_values(ask, values):
    assert differences(ask, ORDER, order, values, values) == []
    contained = differences(ask, "a::jsonb @> b::jsonb", jsonfunctions.contains, values, values)
    assert contained == []
    for value in values:
        assert jsonfunctions.cast_text(value) == ask("SELECT %s::jsonb #>> '{}'", value)


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("name", ["cast_text", "cast_double", "cast_integer", "cast_boolean"])
def test_casts_of_values(ask, name, value):
    target = name.removeprefix("cast_").replace("double", "float8")
    expected = ask(f"SELECT (%s::jsonb #>> '{{}}')::{target}", value)
    assert ours(getattr(jsonfunctions, name), value) == expected


WORDS = {
    "cast_double": "1 -1 +1.5 .5 1. 1e3 1E-3 inf -Infinity 1e400 1e-400 0e-400 . e1 1_0 \u0661",
    "cast_integer": "1 -1 +7 2147483647 -2147483648 2147483648 1.0 1e1 - \u0661",
    "cast_boolean": "true t TRUE fals yes y no n on off of o 1 0 10 tru e truee",
}


@pytest.mark.parametrize(
    ("name", "word"),
    [(name, word) for name, words in WORDS.items() for word in [*words.split(), "", " 1 ", "\t0"]],
)
def test_casts_of_words(ask, name, word):
    value = json.dumps(word)
    target = name.removeprefix("cast_").replace("double", "float8")
    expected = ask(f"SELECT (%s::jsonb #>> '{{}}')::{target}", value)
    assert ours(getattr(jsonfunctions, name), value) == expected


@pytest.mark.parametrize("text", ["1", '{"a": [1]}', "null", "", "{", "NaN", "Infinity", '"a"'])
def test_casts_to_json(ask, text):
    value = json.dumps(text)
    found = ours(jsonfunctions.cast_json, value)
    expected = ask("SELECT ((%s::jsonb #>> '{}')::jsonb)::text", value)
    if expected is not ValueError:
        found, expected = json.loads(found), json.loads(expected)
    assert found == expected


TIMES = """
2026-11-20|2026-11-20 11:51|2026-11-20 11:51:08|2026-11-20T11:51:08.25|2026-11-20T11:51:08.1234567
2026-11-20T11:51:08+01:00|2026-11-20T11:51:08Z|2026-11-20 11:51:08 UTC|2026-1-2 3:04|11/20/2026
11/20/2026 11:51:24 AM|11/20/2026 11:51:24 PM|11/20/2026 12:00:00 AM|11/20/2026 12:00 PM
2026-11-20 24:00:00|2026-11-20 24:00:01|2026-11-20 23:59:60|2026-11-20 23:59:61|2026-11-20 25:00
2026-02-29|2024-02-29|2026-13-01|11/20/2026 13:00 PM|2026-11-20 11:61|yesterlike|2026|
"""


@pytest.mark.parametrize("text", TIMES.strip().replace("\n", "|").split("|"))
def test_casts_to_a_timestamp(ask, text):
    value = json.dumps(text)
    form = "YYYY-MM-DD HH24:MI:SS.US"
    expected = ask("SELECT to_char((%s::jsonb #>> '{}')::timestamp, %s)", value, form)
    assert ours(jsonfunctions.cast_time, value) == expected


FUNCTIONS = jsonfunctions.FUNCTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_sqlite_knows_the_functions_and_nothing_stays_nothing(name):
    count = FUNCTIONS[name][0]
    with closing(sqlite3.connect(":memory:")) as connection:
        jsonfunctions.register(connection)
        arguments = ", ".join(["NULL", "'1'"][:count])
        assert connection.execute(f"SELECT {name}({arguments})").fetchone() == (None,)


def test_fractions_keep_all_their_digits():
    assert jsonfunctions.parsed("0.10000000000000000001") == Decimal("0.10000000000000000001")
