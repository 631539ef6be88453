"""What the reference says of missing values, case and old keys, asked of every backend.

The tables are read from the pages, so that a page which says something else fails.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from support import postgres
from support.pages import table

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
QUERY_STRING = (REFERENCE / "query-string.md").read_text(encoding="utf-8")
QUERYBUILDER = (REFERENCE / "querybuilder.md").read_text(encoding="utf-8")

PREFIX = "00000000-0000-4000-8000-"
FIRST = 7001
JSON = {
    "missing": {},
    "null": {"x": None},
    "zero": {"x": 0},
    "one": {"x": 1},
    "lower": {"x": "iron"},
    "upper": {"x": "IRON"},
    "true": {"x": True},
    "list": {"x": [1]},
    "object": {"x": {"a": 1}},
}
"""Nodes by their label, and their attributes; their extras are alike."""
LABELS = ("iron", "IRON", "copper")
"""Labels of nodes without attributes."""
COPIED = "node_type, description, ctime, mtime, repository_metadata, user_id"


def statements(uuid_prefix):
    """Yield what adds the nodes to a copy of the lab."""
    rows = [*JSON.items(), *((label, {}) for label in LABELS)]
    for pk, (label, content) in enumerate(rows, FIRST):
        text = json.dumps(content)
        yield (
            f"INSERT INTO db_dbnode (id, uuid, label, attributes, extras, {COPIED}) "
            f"SELECT {pk}, '{uuid_prefix}{pk:012}', '{label}', '{text}', '{text}', {COPIED} "
            "FROM db_dbnode WHERE id = (SELECT min(id) FROM db_dbnode WHERE process_type IS NULL)"
        )


def add(database):
    """Add the nodes to a SQLite database, whose uuids may be written without dashes."""
    with closing(sqlite3.connect(database)) as connection, connection:
        (known,) = connection.execute("SELECT uuid FROM db_dbnode").fetchone()
        for statement in statements(PREFIX if "-" in known else PREFIX.replace("-", "")):
            connection.execute(statement)


def with_added(archive, folder):
    """Return a copy of an archive that has the nodes."""
    database, path = folder / "db.sqlite3", folder / "added.aiida"
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, "w") as new:
        for item in old.infolist():
            if item.filename == database.name:
                database.write_bytes(old.read(item))
                add(database)
                new.write(database, item.filename)
            else:
                new.writestr(item, old.read(item))
    return path


@pytest.fixture(scope="module", params=["postgres", "sqlite", "archive"])
def on_added(request, serve, unpacked, tmp_path_factory, data):
    """The lab with the nodes, on every backend."""
    folder = tmp_path_factory.mktemp("added")
    if request.param == "postgres":
        cluster = request.getfixturevalue("cluster")
        url = postgres.create_database(cluster)
        postgres.restore(url, data / "lab.psql.sql.gz")
        postgres.run(url, *statements(PREFIX))
        served = serve(url, name="postgres")
        yield served
        served.app.extensions["provender"].stores.close()
        postgres.drop_database(cluster, url)
        return
    if request.param == "sqlite":
        shutil.copytree(unpacked / "sqlite_dos", folder / "sqlite_dos")
        add(folder / "sqlite_dos" / "database.sqlite")
        yield serve(folder / "sqlite_dos", name="sqlite")
        return
    yield serve(with_added(unpacked / "lab.aiida", folder), name="archive")


def labels(served, condition):
    """Return which of the added nodes a condition of the query string lets through."""
    answer = served.get(f'/api/v4/nodes?uuid=like="{PREFIX}%25"&orderby=id&{condition}')
    assert answer.status == 200, (condition, answer.json)
    return answer.column("label")


def posted(served, condition):
    """Return which of the added nodes a filter of a posted query lets through."""
    query = {
        "path": [{"entity_type": "", "tag": "node"}],
        "filters": {"node": {"id": {">=": FIRST}, "attributes.x": condition}},
        "project": {"node": ["label"]},
    }
    answer = served.get("/api/v4/querybuilder", method="POST", body=json.dumps(query).encode())
    assert answer.status == 200, (condition, answer.json)
    return [row["label"] for row in answer.data.get("node", [])]


def operators(cell):
    """Return the operators that the first cell of a row names, `code` each."""
    return re.findall(r"`([^`]+)`", cell)


def rows_by_operator(page, heading):
    """Return `(operator, cells)` for each operator of the table below a heading."""
    found = [
        (operator, cells) for first, *cells in table(page, heading) for operator in operators(first)
    ]
    assert len(found) >= 8
    return found


MISSING = rows_by_operator(QUERY_STRING, "Missing values")
CASE = rows_by_operator(QUERY_STRING, "Upper and lower case")
IS_MATCH = {"no match": False, "match": True}
COLUMN = {"=in=": '"x","y"', "=notin=": '"x","y"'}
"""What the operators on lists take."""


@pytest.mark.parametrize(("operator", "cells"), MISSING)
def test_what_matches_without_a_value(operator, cells, on_added):
    column, missing, other = (IS_MATCH[cell] for cell in cells)
    value = COLUMN.get(operator, '"x"')
    assert (labels(on_added, f"process_type{operator}{value}") != []) == column
    for field in ("attributes", "extras"):
        found = labels(on_added, f"{field}.x{operator}{value}")
        assert ("missing" in found) == missing
        assert {name in found for name in ("null", "zero", "true", "list", "object")} == {other}
    if "like" not in operator:
        number = "5,6" if operator in COLUMN else "5"
        found = labels(on_added, f"attributes.x{operator}{number}")
        assert {name in found for name in ("lower", "true", "null", "list", "object")} == {other}


@pytest.mark.parametrize(("operator", "cells"), CASE)
def test_where_case_matters(operator, cells, on_added):
    """Where case is ignored, both spellings of a value are answered alike, and both are found."""
    answers = {
        "string": labels_of_case(on_added, f"label{operator}"),
        "uuid": uuids_of_case(on_added, operator),
        "json": labels_of_case(on_added, f"attributes.x{operator}"),
    }
    assert [("ignored" if same else "matters") for same in answers.values()] == cells


def labels_of_case(served, start):
    lower, upper = labels(served, f'{start}"iron"'), labels(served, f'{start}"IRON"')
    assert lower or upper
    return lower == upper


def uuids_of_case(served, operator):
    uuid = "cda14b00-82b5-443f-b152-62a831206992"
    lower, upper = (
        served.get(f'/api/v4/nodes?limit=0&uuid{operator}"{text}"').total
        for text in (uuid, uuid.upper())
    )
    assert lower or upper
    return lower == upper


OLD_KEYS = table(QUERY_STRING, "Keys of v2 that stores no longer keep")


@pytest.mark.parametrize(("resource", "key", "shown"), OLD_KEYS)
def test_old_keys_are_shown_as_documented_and_cannot_be_asked(resource, key, shown, on_each):
    assert len(OLD_KEYS) == 4
    name, path = key.strip("`"), f"/api/v2/{resource}"
    rows = on_each.get(path).rows()
    assert rows
    if shown == "not shown":
        assert all(name not in row for row in rows)
    else:
        assert {json.dumps(row[name]) for row in rows} == {shown_value(shown)}
    for query in (f'{name}="x"', f"{name}>2014-04-07", f"orderby={name}"):
        answer = on_each.get(f"{path}?{query}")
        assert (answer.status, answer.json["code"]) == (400, "bad-request")
        assert f"`{name}`" in answer.json["message"]


def shown_value(cell):
    return json.dumps(json.loads(cell.strip("`")))


def test_computers_of_v2_are_always_enabled(on_each):
    total = on_each.get("/api/v2/computers").total
    assert total
    assert on_each.get("/api/v2/computers?enabled=true").total == total
    assert on_each.get("/api/v2/computers?enabled=false").total == 0


POSTED = rows_by_operator(QUERYBUILDER, "Rows without the key")
OPERANDS = {
    **dict.fromkeys(["==", "<", "<=", ">", ">="], 5),
    "in": [5],
    **dict.fromkeys(["like", "ilike"], "x%"),
    **dict.fromkeys(["of_length", "longer", "shorter"], 3),
    "contains": [5],
    "has_key": "zz",
    "of_type": "array",
    'of_type: "null"': None,
}
OTHERS = {"like": ["zero", "true", "list", "object"], "ilike": ["zero", "true", "list", "object"]}
"""Nodes with a value of another type, for operators on strings."""


@pytest.mark.parametrize(("operator", "cells"), POSTED)
def test_which_rows_a_posted_condition_lets_through(operator, cells, on_added):
    name, _, null = operator.partition(": ")
    operand = "null" if null else OPERANDS[name]
    others = OTHERS.get(name, ["lower", "upper", "true", "object"])
    for negation, (missing, other) in (("", cells[0::2]), ("!", cells[1::2])):
        found = posted(on_added, {negation + name: operand})
        assert ("missing" in found) == (missing == "in")
        assert [label in found for label in others] == [other == "in"] * len(others)
