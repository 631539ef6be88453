"""What PostgreSQL writes as text by itself is what Provender writes of SQLite's rows."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from decimal import Decimal

import psycopg2.extras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provender.settings import Cache, Settings
from support import growing, postgres
from support.tables import FORMATS, PATH, names_and_rows

COUNT = 40
TYPES = ("json", "number", "integer", "string", "boolean")
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6),
    st.sampled_from(["", ",", '"', "\n", "a\r\nb", "=1+1", "-5", "@x", "\t", "null", "7", "[1]"]),
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 1e308, 5e-324, 2**63 - 1, 2**63, -(2**63), 2**53 + 1, 1.5, 3.0, 1e15]),
)
VALUES = st.one_of(
    st.none(), st.booleans(), NUMBERS, TEXTS, st.lists(NUMBERS, max_size=2),
    st.dictionaries(TEXTS, NUMBERS, max_size=2),
)  # fmt: skip
DOCUMENTS = st.one_of(
    st.fixed_dictionaries({}, optional={"a": VALUES, "b c": VALUES, "0": VALUES}), st.none()
)
ROWS = st.lists(st.tuples(DOCUMENTS, TEXTS, TEXTS), min_size=COUNT, max_size=COUNT)


class Pair:
    """A store in PostgreSQL and one in SQLite, to which the same rows are added."""

    def __init__(self, url, folder, make_app):
        self._url, self._file = url, folder / "database.sqlite"
        cache = Settings(cache=Cache(folder=folder.parent / "cache"))
        self.clients = [make_app(store=at, settings=cache).test_client() for at in (url, folder)]

    def change(self, rows):
        """Give added nodes other attributes, labels and descriptions."""
        values = [
            (growing.FIRST + number, None if document is None else json.dumps(document), *texts)
            for number, (document, *texts) in enumerate(rows)
        ]
        with closing(postgres.connect(self._url)) as connection, connection.cursor() as cursor:
            psycopg2.extras.execute_values(
                cursor,
                "UPDATE db_dbnode SET attributes = a::jsonb, label = l, description = d FROM "
                "(VALUES %s) AS given (i, a, l, d) WHERE id = i",
                values,
            )
        with closing(sqlite3.connect(self._file)) as connection, connection:
            connection.executemany(
                "UPDATE db_dbnode SET attributes = ?2, label = ?3, description = ?4 WHERE id = ?1",
                values,
            )

    def tables(self, kind, **keys):
        """Return the added rows on both databases."""
        where = {"id": {"gte": growing.FIRST}}
        answers = [
            client.post(PATH, json={"where": where, "format": kind, **keys})
            for client in self.clients
        ]
        assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
        if kind != "ndjson":
            return [names_and_rows(kind, answer.data) for answer in answers]
        found = [[exact(line) for line in answer.data.splitlines()] for answer in answers]
        return [(list(lines[0]), [list(line.values()) for line in lines]) for lines in found]


@pytest.fixture
def pair(lab_copy, unpacked, tmp_path, make_app):
    folder = growing.copied(unpacked, tmp_path)
    for store in (lab_copy, folder):
        growing.add_nodes(store, COUNT)
    postgres.run(lab_copy, "ALTER TABLE db_dbnode ALTER attributes DROP NOT NULL")
    return Pair(lab_copy, folder, make_app)


def exact(text):
    """Return JSON with numbers as they are written: PostgreSQL writes all digits."""
    return json.loads(text, parse_int=Decimal, parse_float=Decimal)


def plain(kind, name, value, types):
    """Return a value without the way it is written: JSON has blanks, numbers have exponents."""
    if types.get(name) == "number" and value is not None:
        return float(value)
    if not isinstance(value, str) or kind == "ndjson" or name in ("uuid", "label", "description"):
        return value
    try:
        return ("json", exact(value))
    except ValueError:
        return value


def compared(pair, kind, fields, types, **keys):
    (names, first), (others, second) = pair.tables(kind, fields=fields, types=types, **keys)
    assert names == others == fields
    found = [[shown(kind, names, row, types) for row in rows] for rows in (first, second)]
    assert len(found[0]) == COUNT
    assert found[0] == found[1]


def shown(kind, names, row, types):
    return [plain(kind, name, value, types) for name, value in zip(names, row, strict=True)]


def test_both_write_the_same(pair, fuzz_count):
    @settings(
        max_examples=max(10, fuzz_count // 8),
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(ROWS, st.sampled_from(TYPES), st.sampled_from(TYPES))
    def check(rows, first, second):
        pair.change(rows)
        fields = ["uuid", "label", "description", "attributes", "attributes.a", "attributes.0"]
        fields.append('attributes."b c"')
        types = {"attributes.a": first, 'attributes."b c"': second}
        for kind in FORMATS:
            compared(pair, kind, fields, types)
        compared(pair, "csv", fields, types, csv_safe=True)

    check()


def test_one_column_alone_has_all_its_rows(pair):
    pair.change([(None, "", "")] * 20 + [({"a": None}, "\\.", "x")] * 10 + [({}, ",", "y")] * 10)
    for kind in FORMATS:
        for field in ("label", "attributes.a", "attributes"):
            compared(pair, kind, [field], {})


def test_names_are_bound_as_values_are(pair):
    """Whatever they look like, they are neither SQL nor a format of the driver."""
    odd = ["%s", "%(p0)s", "'; DROP TABLE db_dbnode; --", "\\", "$$", "{}", "%%", ":x", "é\n", "`"]
    document = {name: number for number, name in enumerate(odd)}
    pair.change([(document, "", "")] * COUNT)
    quoted = [f'attributes."{name}"' for name in odd]
    for kind in FORMATS:
        (_, first), (_, second) = pair.tables(kind, fields=quoted)
        assert [str(value) for value in first[0]] == [str(number) for number in range(len(odd))]
        assert first == second
    want = {"attributes": dict.fromkeys(odd, "*"), "outgoing": {"%s'": "count"}}
    (names, first), (_, second) = pair.tables("ndjson", want=want)
    assert first == second
    assert (len(names), first[0][-1]) == (len(odd) + 1, 0)


@pytest.mark.parametrize("kind", FORMATS)
def test_many_columns_have_all_their_values(pair, kind):
    """More than a function of PostgreSQL takes arguments."""
    document = {f"k{number}": number for number in range(200)}
    pair.change([(document, "", "")] * COUNT)
    (_, first), (_, second) = pair.tables(kind, fields=[f"attributes.k{n}" for n in range(200)])
    assert first == second
    assert [int(value) for value in first[0]] == list(range(200))
