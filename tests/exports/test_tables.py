"""Writers of tables: what their readers read, and what PostgreSQL itself writes."""

from __future__ import annotations

import csv
import io
import json
import math
from contextlib import closing
from datetime import datetime, timezone
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provender.errors import ConflictingParameters
from provender.exports.tables import cells
from provender.exports.tables.formats import FORMATS, Options
from provender.exports.tables.texts import CsvWriter, LinesWriter
from provender.schema.columns import Column, CopyForm, Type
from support import postgres, tables
from support.tables import names_and_rows

UNREADABLE = (IndexError, ValueError, OSError, AssertionError)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    st.sampled_from(["", ",", '"', '""', "\n", "a\r\nb", "\\.", "=1+1", "-5", "null", " x ", "é"]),
)
NUMBERS = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, -0.0, 1e300, 5e-324, 2**63 - 1, 2**63, -(2**63), 1.5, 3.0, 1e15]),
)  # fmt: skip
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)
TIMES = st.datetimes(min_value=datetime(1, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001
VALUES = {
    Type.INTEGER: st.integers(-(2**31), 2**31 - 1),
    Type.STRING: TEXTS,
    Type.UUID: st.uuids().map(str),
    Type.TIME: TIMES,
    Type.JSON: JSON.map(json.dumps),
}
COLUMNS = [
    Column("id", Type.INTEGER, Type.INTEGER),
    Column("label, really", Type.STRING, Type.STRING),
    Column("uuid", Type.UUID, Type.UUID),
    Column("ctime", Type.TIME, Type.TIME),
    Column("attributes.a", Type.JSON, Type.JSON),
    Column('attributes."b"', Type.NUMBER, Type.JSON),
    Column("attributes.i", Type.INTEGER, Type.JSON),
    Column("attributes.s", Type.STRING, Type.JSON),
    Column("attributes.t", Type.BOOLEAN, Type.JSON),
]
ROWS = st.lists(
    st.tuples(*(st.one_of(st.none(), VALUES[column.stored]) for column in COLUMNS)), max_size=8
)


def written(kind, columns, rows, **options):
    """Return a table of rows as a format has it; rows come one by one."""
    writer = Options(FORMATS[kind], **options).writer(columns)
    blocks = [*writer.begin()]
    for row in rows:
        blocks += writer.rows([row])
    return b"".join([*blocks, *writer.end(len(rows))])


def expected(column, value):
    """Return what a column shows of a stored value; written apart from the code."""
    if value is None or column.stored is not Type.JSON:
        return value
    found = json.loads(value)
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    if column.shown is Type.JSON:
        return ("json", found) if found is not None else None
    if column.shown in (Type.NUMBER, Type.INTEGER):
        return expected_number(column.shown, Decimal(value)) if is_number else None
    kind = {Type.STRING: str, Type.BOOLEAN: bool}[column.shown]
    return found if isinstance(found, kind) else None


def expected_number(kind, number):
    if kind is Type.NUMBER:
        return float(number) if math.isfinite(float(number)) else None
    fits = number == int(number) and -(2**63) <= number < 2**63
    return int(number) if fits else None


def read(kind, column, value):
    """Return a value that was read, as `expected` has it."""
    if value is None:
        return None
    if column.shown is Type.TIME and not isinstance(value, datetime):
        return datetime.fromisoformat(value.replace("Z", "+00:00"))
    if kind == "csv":
        return of_csv(column, value)
    if column.shown is Type.JSON:
        return ("json", value if kind == "ndjson" else json.loads(value))
    return value


def of_csv(column, text):
    if column.shown is Type.JSON:
        return ("text", text)
    if column.shown is Type.BOOLEAN:
        return {"true": True, "false": False}[text]
    types = {Type.INTEGER: int, Type.NUMBER: float}
    return types.get(column.shown, str)(text)


def same(found, wanted):
    """Tell whether values are the same; a string inside JSON is a plain text in CSV."""
    if isinstance(found, tuple) and found[0] == "text":
        value = wanted[1]
        return found[1] == value if isinstance(value, str) else json.loads(found[1]) == value
    return found == wanted and type(found) is type(wanted)


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=60)
@given(rows=ROWS)
def test_readers_read_what_was_stored(kind, rows):
    names, found = names_and_rows(kind, written(kind, COLUMNS, rows))
    if rows or kind != "ndjson":
        assert names == [column.name for column in COLUMNS]
    assert len(found) == len(rows)
    wrong = [
        (column.name, value, stored)
        for row, of in zip(found, rows, strict=True)
        for column, value, stored in zip(COLUMNS, row, of, strict=True)
        if not same(read(kind, column, value), expected(column, stored))
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", FORMATS)
def test_the_first_bytes_are_known_before(kind):
    """They are sent while pyarrow is loaded, and no file that breaks off there is read."""
    magic, mark = FORMATS[kind].magic, FORMATS[kind].mark
    assert len(magic) == (4 if kind in ("arrow", "parquet") else 0)
    assert written(kind, COLUMNS, []).startswith(magic)
    with pytest.raises(UNREADABLE):
        names_and_rows(kind, magic + mark)


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_python_reads_csv_with_any_text(rows):
    columns = [Column("a", Type.STRING, Type.STRING), Column("b", Type.STRING, Type.STRING)]
    text = written("csv", columns, rows).decode()
    assert [*csv.reader(io.StringIO(text, newline=""))][1:] == [list(row) for row in rows]


def test_csv_is_that_of_postgresql(cluster):
    """Byte by byte, for texts and what is missing; also for a column alone."""
    texts = [None, "", ",", '"', "a\nb", "a\rb", "\\.", "x", " ", "\\", "é", "'"]
    with closing(postgres.connect(cluster)) as connection, connection.cursor() as cursor:
        for width in (1, 2):
            columns = [Column(f"c{n}", Type.STRING, Type.STRING) for n in range(width)]
            rows = [[text] * width for text in texts]
            values = cursor.mogrify(
                ", ".join(["%s"] * len(rows)), [tuple(row) for row in rows]
            ).decode()
            out = io.BytesIO()
            sql = f"COPY (SELECT * FROM (VALUES {values}) AS given) TO STDOUT WITH (FORMAT csv)"
            cursor.copy_expert(sql, out)
            assert b"".join(CsvWriter(columns).rows(rows)) == out.getvalue()


@pytest.mark.parametrize("beginning", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_of_safe_csv_begins_as_a_formula(beginning):
    columns = [
        Column("label", Type.STRING, Type.STRING),
        Column("a", Type.JSON, Type.JSON),
        Column("s", Type.STRING, Type.JSON),
        Column("n", Type.JSON, Type.JSON),
    ]
    text = f"{beginning}1"
    row = [text, json.dumps(text), json.dumps(text), "-1.5"]
    safe = tables.csv(written("csv", columns, [row], is_safe=True).decode())[1]
    assert safe == [[f"'{text}"] * 3 + ["-1.5"]]
    plain = tables.csv(written("csv", columns, [row]).decode())[1]
    assert plain == [[text] * 3 + ["-1.5"]]


def test_options_of_another_format_are_refused():
    with pytest.raises(ConflictingParameters, match="csv_safe"):
        Options(FORMATS["ndjson"], is_safe=True)
    with pytest.raises(ConflictingParameters, match="trailer"):
        Options(FORMATS["csv"], has_end=True)


def test_json_with_lines_stays_on_one():
    columns = [Column("attributes", Type.JSON, Type.JSON, is_object=True)]
    rows = [['{"a":\n 1,\r\n "b": "x\\ny"}'], [None], ["null"]]
    body = b"".join(LinesWriter(columns).rows(rows))
    assert tables.lines(body) == [
        {"attributes": {"a": 1, "b": "x\ny"}}, {"attributes": {}}, {"attributes": None}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "number", "integer"),
    [
        ("1", 1.0, 1), ("-0", -0.0, 0), ("1.0", 1.0, 1), ("1e3", 1000.0, 1000), ("1.5", 1.5, None),
        ("1e999", None, None), ("9223372036854775807", 2.0**63, 2**63 - 1),
        ("9223372036854775808", 2.0**63, None), ("1e-400", 0.0, None), ('"1"', None, None),
        ("true", None, None), ("[1]", None, None), ("null", None, None), (None, None, None),
        ("1e99999999999999999999", None, None),
    ],
)  # fmt: skip
def test_numbers_inside_json(text, number, integer):
    inside = {kind: Column("a", kind, Type.JSON) for kind in (Type.NUMBER, Type.INTEGER)}
    assert cells.shown(inside[Type.NUMBER], [text]) == [number]
    assert cells.shown(inside[Type.INTEGER], [text]) == [integer]


@pytest.mark.parametrize("kind", FORMATS)
def test_what_breaks_off_is_not_read(kind):
    """A mark stands where a table breaks off, since not every server shows that it does."""
    rows = [[n, "a", None, None, None, None, None, None, None] for n in range(3)]
    whole = written(kind, COLUMNS, rows)
    assert len(names_and_rows(kind, whole)[1]) == 3
    writer = Options(FORMATS[kind]).writer(COLUMNS)
    blocks = [*writer.begin()]
    for row in rows:
        blocks += writer.rows([row])
    cut = b"".join(blocks) + FORMATS[kind].mark
    with pytest.raises((AssertionError, ValueError, IndexError, OSError, pa.ArrowException)):
        names_and_rows(kind, cut)


def test_what_postgresql_wrote_is_read_as_written():
    """Nothing and an empty text differ, also in a column alone, and lines may stand in texts."""
    columns = [Column("label", Type.STRING, Type.STRING)]
    for kind, read_table in (("arrow", tables.arrow), ("parquet", tables.parquet)):
        writer = Options(FORMATS[kind]).writer(columns)
        blocks = [*writer.begin(), *writer.copied(b'\n""\n'), *writer.copied(b'"a\nb"\nc\n\n')]
        body = b"".join([*blocks, *writer.end(5)])
        found = read_table(body).column("label").to_pylist()
        assert found == [None, "", "a\nb", "c", None]


def test_rows_are_held_in_groups_of_some_size():
    """Whatever their number: what was read of them is written, but for the last."""
    columns = [Column("label", Type.STRING, Type.STRING)]
    line = b"x" * 999 + b"\n"
    writer, size = Options(FORMATS["parquet"]).writer(columns), 0
    writer.begin()
    for _ in range(300):
        size += sum(map(len, writer.copied(line * 100)))
    body = b"".join(writer.end(30_000))
    assert size > 0
    assert CopyForm.CELLS is FORMATS["parquet"].form
    assert body.endswith(b"PAR1")
