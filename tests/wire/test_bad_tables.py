"""Bad values in a database: a table has none where lists have null, and all other rows."""

from __future__ import annotations

import json
import uuid
from email.utils import parsedate_to_datetime

import pytest

from provender.settings import Cache, Settings
from support import badrows, postgres
from support.badrows import DOCUMENTS, TIMES, VALUES
from support.tables import FORMATS, PATH, names_and_rows, query

NODES = 312
COLUMNS = (
    *("uuid", "node_type", "process_type", "label", "description", "ctime", "mtime"),
    *("dbcomputer_id", "user_id", "attributes", "extras"),
)
INSIDE = ("attributes.a", "attributes.value")
NAMES = (*COLUMNS, *INSIDE)


@pytest.fixture
def client_of(make_app, tmp_path):
    """A function: the changes of a database by SQL -> a client of an archive with that database."""

    def make(changes, data):
        path = badrows.archive(tmp_path, data / "lab.aiida", changes, uuid.uuid4().hex[:8])
        settings = Settings(cache=Cache(folder=tmp_path / "cache"))
        return make_app(store=path, settings=settings).test_client()

    return make


def selected(client):
    """Return what templates tell of each node, and lists of its objects, in the order of ids."""
    listed = client.get("/api/v4/nodes?limit=400&attributes=true&extras=true").json["data"]["nodes"]
    want = {"*": "*", "attributes": "*", "extras": "*"}
    inside = {"id": "*", "attributes": {name.partition(".")[2]: "*" for name in INSIDE}}
    found = []
    for shown in (want, inside):
        answer = client.post("/api/v4/nodes/select", json={"want": shown, "limit": 1000})
        assert answer.status_code == 200, answer.text[:500]
        found.append(answer.json["data"]["rows"])
    rows = []
    for whole, part, shown in zip(*found, listed, strict=True):
        row = [{**whole, **shown}[name] for name in COLUMNS]
        rows.append([*row, *(part["attributes"][name.partition(".")[2]] for name in INSIDE)])
    return rows


def plain(kind, name, value):
    """Return a value of a table as JSON has it; a text of CSV that may be anything as it is."""
    if value is None:
        return None
    if name in ("ctime", "mtime"):
        return (value if isinstance(value, str) else value.isoformat())[:19]
    is_document = name in ("attributes", "extras") or name in INSIDE
    if kind == "ndjson" or not is_document:
        return str(value) if kind == "csv" else value
    return read(value) if kind != "csv" or name not in INSIDE else value


def read(text):
    return json.loads(text)


def expected(kind, name, value):
    """Return what a table has for a value that templates tell."""
    if value is None:
        return None
    if name in ("ctime", "mtime"):
        return parsedate_to_datetime(value).isoformat()[:19]
    if kind != "csv":
        return value
    if name in INSIDE and not isinstance(value, str):
        return ("json", value)
    return value if name in ("attributes", "extras") else str(value)


def differing(kind, client):
    """Return where a table and templates differ."""
    answer = client.get(f"{PATH}?{query(format=kind, fields=','.join(NAMES))}")
    assert answer.status_code == 200, answer.text[:500]
    head, rows = names_and_rows(kind, answer.data)
    assert head == list(NAMES)
    wanted = selected(client)
    assert len(rows) == len(wanted) == NODES
    found = []
    for number, (row, told) in enumerate(zip(rows, wanted, strict=True)):
        for name, value, other in zip(NAMES, row, told, strict=True):
            mine, theirs = plain(kind, name, value), expected(kind, name, other)
            if isinstance(theirs, tuple):
                mine, theirs = read(mine), theirs[1]
            if mine != theirs:
                found.append((number, name, str(mine)[:100], str(theirs)[:100]))
    return found


@pytest.mark.parametrize("column", COLUMNS)
def test_a_bad_value_of_sqlite_is_none_and_spoils_nothing(column, client_of, data):
    changes = [
        f"UPDATE db_dbnode SET {column} = {sql} WHERE id = {pk}"
        for pk, sql in enumerate(VALUES.values(), 1)
    ]
    client = client_of(changes, data)
    assert [differing(kind, client) for kind in FORMATS] == [[], [], [], []]


@pytest.mark.parametrize("column", ["ctime", "mtime", "attributes", "extras"])
def test_a_bad_value_of_postgresql_is_none_and_spoils_nothing(column, lab_copy, make_app):
    values = TIMES if column in ("ctime", "mtime") else DOCUMENTS
    statements = [
        f"UPDATE db_dbnode SET {column} = {sql} WHERE id = {pk}"
        for pk, sql in enumerate(values.values(), 1)
    ]
    postgres.run(lab_copy, "ALTER TABLE db_dbnode ALTER attributes DROP NOT NULL", *statements)
    client = make_app(store=lab_copy).test_client()
    assert [differing(kind, client) for kind in FORMATS] == [[], [], [], []]
