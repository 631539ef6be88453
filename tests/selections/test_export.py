"""`/nodes/export`: every format holds what the other routes tell, on every backend."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import pytest

from support import tables
from support.tables import FORMATS, asked, posted, table

COLUMNS = ("id", "uuid", "node_type", "process_type", "label", "description", "ctime", "mtime")
USUAL = [
    *("id", "uuid", "node_type", "process_type", "label", "description", "ctime", "mtime"),
    *("dbcomputer_id", "user_id"),
]
PATHS = (
    *("attributes.exit_status", "attributes.process_label", "attributes.cell", "attributes.cell.0"),
    *("attributes.value", "attributes.list", "attributes.kinds.0.mass", "extras.tags"),
    *("attributes.is_valid_cache", 'attributes."no such, key"', "attributes.sealed"),
)
TYPES = {
    "attributes.exit_status": "integer",
    "attributes.process_label": "string",
    "attributes.value": "number",
    "attributes.sealed": "boolean",
}
OF_TYPE = {"integer": int, "number": (int, float), "string": str, "boolean": bool}


def selected(served, names, where=None):
    """Return what `/nodes/select` tells of nodes: rows of JSON in the order of names."""
    want = {"*": "*", "attributes": "*", "extras": "*"}
    body = {"want": want, "where": where or {}, "limit": 1000, "orderby": "uuid"}
    answer = served.get("/api/v4/nodes/select", method="POST", body=json.dumps(body).encode())
    assert answer.status == 200, answer.body
    return [[at(row, name) for name in names] for row in answer.data["rows"]]


def at(row, name):
    """Return a value of a node; times as the table has them, to the second."""
    if name in ("ctime", "mtime"):
        return parsedate_to_datetime(row[name]).isoformat()[:19]
    column, *keys = split(name)
    value = row[column]
    for key in keys:
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def split(name):
    head, quote, rest = name.partition('."')
    return [*head.split("."), *([rest.removesuffix('"')] if quote else [])]


def typed(value, kind):
    """Return a value if it is of a type."""
    if kind is None:
        return value
    is_boolean = isinstance(value, bool)
    fits = isinstance(value, OF_TYPE[kind]) and is_boolean is (kind == "boolean")
    return value if fits else None


def as_written(kind, name, value):
    """Return a value as a format has it, read by its reader."""
    if kind == "ndjson" or value is None:
        return value
    if name in ("ctime", "mtime"):
        return value
    inside = "." in name or name in ("attributes", "extras")
    if inside and name not in TYPES and kind != "csv":
        return ("json", value)
    if kind != "csv" or isinstance(value, str):
        return value
    return ("json", value)


def as_read(kind, name, value):
    """Return a value of a table, in the form of `as_written`."""
    if value is None:
        return None
    if name in ("ctime", "mtime"):
        text = value if isinstance(value, str) else value.isoformat().replace("+00:00", "Z")
        assert (
            value.utcoffset().total_seconds() == 0
            if kind in ("arrow", "parquet")
            else text[-1] == "Z"
        )
        return text[:19]
    inside = "." in name or name in ("attributes", "extras")
    if kind == "ndjson":
        return value
    if kind == "csv":
        return value
    return ("json", json.loads(value)) if inside and name not in TYPES else value


def same(kind, name, expected, found):
    """Tell whether a table has a value; CSV has texts only."""
    if kind == "csv" and isinstance(expected, tuple):
        return found is not None and json.loads(found) == expected[1]
    return found == expected and isinstance(found, bool) is isinstance(expected, bool)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_table_has_what_select_tells(kind, on_each):
    names = [*COLUMNS, "attributes", "extras", *PATHS]
    types = ",".join(f"{name}:{of}" for name, of in TYPES.items())
    head, rows = table(on_each, format=kind, fields=",".join(names), types=types, orderby="uuid")
    assert head == names
    expected = selected(on_each, names)
    assert len(rows) == len(expected) == 312
    differing = [
        (name, value, found)
        for row, wanted in zip(rows, expected, strict=True)
        for name, found, value in zip(names, row, wanted, strict=True)
        if not same(
            kind,
            name,
            as_written(kind, name, typed(value, TYPES.get(name))),
            as_read(kind, name, found),
        )
    ]
    assert differing == []


def test_a_table_has_all_columns_but_json_by_default(on_lab):
    head, rows = table(on_lab, format="ndjson")
    assert head == USUAL
    nodes = on_lab.get("/api/v4/nodes?limit=400").data["nodes"]
    assert [row[:2] for row in rows] == [[node["id"], node["uuid"]] for node in nodes]


def test_a_selection_chooses_the_rows(on_each):
    chosen = 'group=processes&attributes.exit_status>0&node_type=like="process.%25"'
    _, rows = table(on_each, chosen, fields="uuid", orderby="uuid")
    nodes = on_each.get(f"/api/v4/nodes?{chosen}&orderby=uuid").data["nodes"]
    assert [row[0] for row in rows] == [node["uuid"] for node in nodes]
    assert rows
    where = {"group": "processes", "attributes.exit_status": {"gt": 0}}
    where["node_type"] = {"startswith": "process."}
    answer = posted(on_each, where=where, fields=["uuid"], orderby="uuid")
    assert tables.csv(answer.body.decode())[1] == rows
    query = {"path": [{"entity_type": "data.core.int.Int."}], "project": {"int": ["id"]}}
    query["path"][0]["tag"] = "int"
    assert posted(on_each, **query, fields="uuid").status == 200


def test_a_table_has_as_many_rows_as_wanted(on_each):
    every = table(on_each, fields="uuid", orderby="-ctime")[1]
    assert table(on_each, fields="uuid", orderby="-ctime", limit=5)[1] == every[:5]
    assert table(on_each, fields="uuid", limit=0)[1] == []
    assert table(on_each, fields="uuid", format="parquet", limit=0) == (["uuid"], [])


@pytest.mark.parametrize("kind", FORMATS)
def test_all_backends_give_the_same_table(kind, on_archive, on_postgres, on_sqlite):
    """But for the ids, the extras and the times of change, which the profile has of its own."""
    names = [name for name in (*COLUMNS, "attributes", *PATHS) if name not in ("id", "mtime")]
    keys = {"format": kind, "fields": ",".join(names), "orderby": "uuid"}
    found = [table(served, **keys) for served in (on_archive, on_postgres, on_sqlite)]
    read = [[[parsed(kind, value) for value in row] for row in rows] for _, rows in found]
    assert read[0] == read[1] == read[2]
    assert len(read[0]) == 312


def parsed(kind, value):
    """Return JSON as its value: databases write it with other blanks, and keys in other orders."""
    if kind != "ndjson" and isinstance(value, str) and value[:1] in ("{", "[", '"'):
        return json.loads(value)
    return number(value) if kind != "ndjson" and isinstance(value, str) else value


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return text


WANTS = [
    {"uuid": "*", "attributes": {"exit_status": "*", "cell": {"[0]": "*"}}},
    {"*": "*", "description": "exclude"},
    {"attributes": {"*": "*", "process_label": "exclude"}, "extras": "count"},
    {"attributes": {"sites": {"*": {"kind_name": "*", "no": "*"}}, "kinds": "count"}},
    {"uuid": "*", "files": "count", "logs": "count", "groups": {"label": "*"}},
    {"incoming": {"x": {"attributes": {"value": "*"}}, "x[]": "uuid", "*": "uuid", "y": "count"}},
    {"outgoing": {"*": {"ctime": "*"}}, "caller": {"CALL": {"uuid": "*", "ctime": "*"}}},
    {"called": {"*": {"outgoing": {"*": {"attributes": {"value": "*"}}}}}},
    {"user": {"last_name": "*"}, "computer": "uuid", "files": "*"},
]


@pytest.mark.parametrize("want", WANTS, ids=str)
@pytest.mark.parametrize("kind", FORMATS)
def test_a_template_gives_its_flat_rows(want, kind, on_each):
    answer = posted(on_each, want=want, format=kind, orderby="uuid")
    assert answer.status == 200, answer.body
    head, rows = tables.names_and_rows(kind, answer.body)
    body = {"want": want, "flat": True, "limit": 1000, "orderby": "uuid"}
    raw = json.dumps(body).encode()
    expected = on_each.get("/api/v4/nodes/select", method="POST", body=raw).data["rows"]
    assert head == list(expected[0])
    found = [[plain(kind, value) for value in row] for row in rows]
    assert found == [[told(kind, value) for value in row.values()] for row in expected]


def plain(kind, value):
    """Return a value of a table as JSON has it; times to the second, as `told` does."""
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()[:19]
    if isinstance(value, list | dict):
        return json.loads(tables.TIME.sub(lambda found: found[1], json.dumps(value)))
    if not isinstance(value, str):
        return str(value).lower() if kind == "csv" and value is not None else value
    found = tables.TIME.sub(lambda match: match[1], value)
    if kind == "ndjson":
        return found
    try:
        return json.loads(found)
    except ValueError:
        return found


def told(kind, value):
    """Return a value of `/nodes/select` likewise; texts of CSV are read as JSON if they are."""
    text = tables.HTTP_DATE.sub(
        lambda found: parsedate_to_datetime(found[0]).isoformat()[:19], json.dumps(value)
    )
    found = json.loads(text)
    if kind == "ndjson" or not isinstance(found, str):
        return found
    try:
        return json.loads(found)
    except ValueError:
        return found


def test_ndjson_may_end_with_the_number_of_rows(on_lab):
    lines = tables.lines(asked(on_lab, fields="id", format="ndjson", trailer="true").body)
    assert (len(lines), lines[-1]) == (313, {"trailer": {"rows": 312}})
    empty = asked(on_lab, "id=0", fields="id", format="ndjson", trailer="true")
    assert empty.body == b'{"trailer":{"rows":0}}\n'
    assert asked(on_lab, "id=0", fields="id", format="ndjson").body == b""


def test_the_types_of_arrow_and_parquet(on_lab):
    names = "id,uuid,label,ctime,user_id,attributes,attributes.a,attributes.n,attributes.s"
    types = "attributes.n:number,attributes.s:string"
    keys = {"fields": f"{names},attributes.b,attributes.i", "limit": 3}
    keys["types"] = f"{types},attributes.b:boolean,attributes.i:integer"
    expected = ["int64", "string", "string", "timestamp[us, tz=UTC]", "int64"]
    expected += ["string", "string", "double", "string", "bool", "int64"]
    for kind, read in (("arrow", tables.arrow), ("parquet", tables.parquet)):
        schema = read(asked(on_lab, format=kind, **keys).body).schema
        assert [str(field.type) for field in schema] == expected
        told = [(field.metadata or {}).get(b"provender.type") for field in schema]
        assert [index for index, one in enumerate(told) if one == b"json"] == [5, 6]


def test_headers_of_a_table(on_lab):
    answer = asked(on_lab, format="parquet")
    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    name = f"{on_lab.app.extensions['provender'].stores.profiles.default}-nodes.parquet"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"] == "no-cache"
    assert "x-total-count" not in answer.headers
    head = on_lab.get(f"{tables.PATH}?format=parquet", method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers.get("content-length") is None
    for name in ("content-type", "content-disposition", "etag"):
        assert head.headers[name] == answer.headers[name]


def test_a_table_that_the_client_has_is_not_sent_again(on_lab):
    for kind in FORMATS:
        path = f"{tables.PATH}?format={kind}"
        first, etag = on_lab.get(path), on_lab.get(path).headers["etag"]
        again = on_lab.get(path, headers={"If-None-Match": etag})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
        assert on_lab.get(path, headers={"If-Match": '"other"'}).status == 412
        assert on_lab.get(path, headers={"If-None-Match": '"other"'}).body == first.body
    etags = {
        on_lab.get(f"{tables.PATH}?{query}").headers["etag"]
        for query in ("format=csv", "format=ndjson", "limit=3", "fields=uuid")
    }
    assert len(etags) == 4
    assert "etag" not in posted(on_lab).headers


WRONG = [
    ("fields=uuidd", "unknown-field", "Did you mean `uuid`?"),
    ("fields=repository_metadata", "unknown-field", ""),
    ("fields=uuid,,label", "bad-value", "uuid,label,attributes.energy"),
    ("fields=uuid.x", "bad-value", ""),
    ("fields=attributes.", "bad-value", ""),
    ('fields=attributes."a', "bad-value", ""),
    ("fields=7", "bad-value", ""),
    ("fields=", "malformed-query", ""),
    ("fields=uuid&fields=label", "conflicting-parameters", ""),
    ('fields=uuid&want={"uuid":"*"}', "conflicting-parameters", ""),
    ('want={"uuidd":"*"}', "unknown-field", ""),
    ("want=7", "malformed-query", ""),
    ("format=xls", "bad-value", "Valid: csv, ndjson, parquet, arrow."),
    ("format=arro", "bad-value", "Did you mean `arrow`?"),
    ("fields=uuid&types=uuid:string", "bad-value", ""),
    ("fields=attributes&types=attributes:string", "bad-value", ""),
    ("fields=attributes.a&types=attributes.a", "bad-value", "attributes.energy:number"),
    ("fields=attributes.a&types=attributes.a:float", "bad-value", "Types are json, string"),
    ("fields=attributes.a&types=attributes.b:number", "unknown-field", "attributes.a"),
    ("format=arrow&csv_safe=true", "conflicting-parameters", ""),
    ("trailer=true", "conflicting-parameters", ""),
    ("csv_safe=7", "bad-value", ""),
    ("limit=-1", "bad-value", ""),
    ("limit=x", "bad-value", ""),
    ("cursor=*", "unknown-field", ""),
    ("offset=3", "unknown-field", ""),
    ("orderby=attributes", "unknown-field", ""),
    ("nothing=1", "unknown-field", ""),
    ("ancestor_of=x", "bad-request", ""),
]


@pytest.mark.parametrize(("query", "code", "hint"), WRONG)
def test_what_is_wrong_is_told_before_anything_is_sent(query, code, hint, on_lab):
    answer = asked(on_lab, query)
    assert (answer.status, answer.json["code"]) == (400, code), answer.body
    assert hint in answer.json.get("hint", "")


def test_a_group_that_is_not_there_is_not_found(on_lab):
    answer = asked(on_lab, "group=nowhere&format=parquet")
    assert (answer.status, answer.json["code"]) == (404, "no-such-entity")


WRONG_BODIES = [
    ({"fields": 7}, "bad-value", "/fields"),
    ({"fields": ["uuid", 7]}, "bad-value", "/fields/1"),
    ({"fields": ["uuid", "a b"]}, "bad-value", "/fields/1"),
    ({"fields": ["uuidd"]}, "unknown-field", "/fields"),
    ({"fields": ['attributes."\ud800"']}, "bad-request", "/fields/0"),
    ({"fields": ['attributes."\0"']}, "bad-request", "/fields/0"),
    ({"want": {"attributes": {"\ud800": "*"}}}, "bad-request", None),
    ({"want": {"uuidd": "*"}}, "unknown-field", "/want/uuidd"),
    ({"want": {}, "fields": []}, "conflicting-parameters", None),
    ({"types": ["x"]}, "bad-value", "/types"),
    ({"types": {"uuid": 7}}, "bad-value", "/types"),
    ({"types": {"x": "number"}}, "unknown-field", "/types"),
    ({"format": 7}, "bad-value", "/format"),
    ({"format": ["csv", "arrow"]}, "bad-request", "/format"),
    ({"limit": "x"}, "bad-value", "/limit"),
    ({"trailer": True}, "conflicting-parameters", None),
    ({"nothing": 1}, "unknown-field", "/nothing"),
    ({"where": {"uuidd": 1}}, "unknown-field", "/where/uuidd"),
]


@pytest.mark.parametrize(("body", "code", "place"), WRONG_BODIES, ids=str)
def test_what_is_wrong_in_a_body_has_a_place(body, code, place, on_lab):
    answer = posted(on_lab, **body)
    assert (answer.status, answer.json["code"]) == (400, code), answer.body
    if place is not None:
        assert f"`{place}`" in answer.json["message"] + answer.json.get("detail", "")


def test_too_many_columns_are_refused(on_lab):
    names = [f"attributes.a{number}" for number in range(201)]
    answer = posted(on_lab, fields=names)
    assert (answer.status, answer.json["code"]) == (400, "limit-exceeded")
    answer = posted(on_lab, fields=names[1:], limit=1, format="ndjson")
    assert (answer.status, len(tables.lines(answer.body)[0])) == (200, 200)


def test_a_format_without_its_library_is_not_served(on_lab, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    for kind in ("arrow", "parquet"):
        answer = asked(on_lab, format=kind)
        assert (answer.status, answer.json["code"]) == (501, "unknown-format")
        assert "provender[tables]" in answer.json["hint"]
    assert asked(on_lab, format="csv").status == 200
    assert asked(on_lab, format="arrow", fields="nothing").status == 400
