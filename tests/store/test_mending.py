"""JSON that no reader takes, in rows that PostgreSQL wrote."""

from __future__ import annotations

import json

import pytest

from provender.schema.columns import Column, CopyForm, Type
from provender.schema.copies import Copy
from provender.schema.statements import Statement
from provender.store.database.documents import DEEPEST, MOST_DIGITS
from provender.store.database.mending import is_suspicious, mended

DEEP = "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1)
LONG = "9" * (MOST_DIGITS + 1)
COLUMNS = [
    Column("label", Type.STRING, Type.STRING),
    Column("a", Type.JSON, Type.JSON),
    Column("b", Type.JSON, Type.JSON),
]


def copy(form):
    return Copy(Statement("", {}), COLUMNS, form)


def lined(label, *documents):
    first, second = documents
    return f'{{"label":{json.dumps(label)},"a":{first},"b":{second}}}\n'.encode()


def celled(*cells):
    return (",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\n").encode()


@pytest.mark.parametrize("bad", [DEEP, LONG, f'{{"x": {DEEP}}}', f"[1, {LONG}]"])
def test_a_document_becomes_null_and_others_stay(bad):
    good = '{"x": [1, "}{][\\"", {"y": null}]}'
    row = lined('l, \\ "{[', good, bad)
    assert is_suspicious(row)
    found, number = mended(row, copy(CopyForm.LINES))
    assert (json.loads(found), number) == (
        {"label": "l, \\ \"{[", "a": json.loads(good), "b": None}, 1,
    )  # fmt: skip
    assert found.endswith(b"\n")
    assert mended(lined("x", bad, bad), copy(CopyForm.LINES))[1] == 2


@pytest.mark.parametrize("bad", [DEEP, LONG, f'{{"x": {DEEP}}}'])
def test_a_cell_becomes_empty_and_others_stay(bad):
    row = celled('a,"b"\nc', '{"x": "y"}', bad)
    found, number = mended(row, copy(CopyForm.CELLS))
    assert (found, number) == (celled('a,"b"\nc', '{"x": "y"}')[:-1] + b",\n", 1)


def test_a_string_is_no_document():
    """However many brackets or digits it has."""
    row = lined(DEEP + LONG, json.dumps(DEEP), json.dumps(LONG))
    assert is_suspicious(row)
    assert mended(row, copy(CopyForm.LINES)) == (row, 0)
    row = celled(DEEP + LONG, LONG + "x", "[" * 2000)
    assert mended(row, copy(CopyForm.TEXTS)) == (row, 0)


@pytest.mark.parametrize(
    "text", ["x" * 5000, "[" * DEEPEST + "x" * 2000, "9" * MOST_DIGITS + "x" * 3000, "7" * 100]
)
def test_few_rows_are_looked_at(text):
    assert not is_suspicious(text.encode())


def test_an_empty_cell_and_a_cell_alone():
    alone = Copy(Statement("", {}), COLUMNS[1:2], CopyForm.CELLS)
    assert mended(celled(DEEP), alone) == (b"\n", 1)
    assert mended(b"\n", alone) == (b"\n", 0)
    assert mended(b',,"[1]"\n', copy(CopyForm.CELLS)) == (b',,"[1]"\n', 0)
