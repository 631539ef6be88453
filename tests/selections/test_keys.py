"""Which keys exist, compared with all values of the whole store, on every backend."""

from __future__ import annotations

import json
from collections import Counter, defaultdict

import pytest

from support import badrows

KINDS = {str: "string", int: "number", float: "number", bool: "boolean", dict: "object"}
STRUCTURE = 'node_type="data.core.structure.StructureData."'


def found(served, query):
    answer = served.get(f"/api/v4/nodes/keys?{query}")
    assert answer.status == 200, answer.body
    return answer.data


def kind_of(value):
    return "array" if isinstance(value, list) else KINDS.get(type(value), "null")


def expected(documents):
    """The types of each key, and how many objects have one."""
    types = defaultdict(Counter)
    for document in documents:
        for key, value in document.items():
            types[key][kind_of(value)] += 1
    return types


def documents(served, under, query=""):
    column, *path = under.split(".")
    rows = served.get(f"/api/v4/nodes?{query}{column}=true&limit=400").rows()
    for row in rows:
        value = row[column]
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        yield value if isinstance(value, dict) else {}


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("", {}),
        ("under=attributes.version&size=1", {"under": "attributes.version", "size": 1}),
        (
            f"{STRUCTURE}&under=extras",
            {"where": {"node_type": "data.core.structure.StructureData."}, "under": "extras"},
        ),
        ("group=processes", {"where": {"group": "processes"}}),
    ],
)
def test_a_body_tells_what_a_query_string_does(query, body, on_each):
    raw = json.dumps(body).encode()
    answer = on_each.get("/api/v4/nodes/keys", method="POST", body=raw)
    assert answer.status == 200, answer.body
    assert answer.data == found(on_each, query)
    assert answer.data["nodes"] > 0


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"below": "attributes"}, "There is no key `below` here. At `/below`."),
        ({"under": 3}, "`under` takes a string, not a number. At `/under`."),
        ({"under": "label"}, "`label` is a string, which has no keys."),
        ({"size": 0}, "from 1 to 1000"),
        ({"where": {"attributes.x": {"lt": {}}}}, "At `/where/attributes.x/lt`."),
    ],
    ids=str,
)
def test_a_wrong_body_says_what_is_right(body, words, on_each):
    raw = json.dumps(body).encode()
    answer = on_each.get("/api/v4/nodes/keys", method="POST", body=raw)
    assert (answer.status, words in answer.json["message"]) == (400, True), answer.json


@pytest.mark.parametrize("under", ["attributes", "extras", "attributes.version", "attributes.no"])
@pytest.mark.parametrize("chosen", ["", "group=processes&", f"{STRUCTURE}&"])
def test_the_keys_are_those_that_are_stored(under, chosen, on_each):
    told = found(on_each, f"{chosen}under={under}&size=1000")
    stored = [*documents(on_each, under, chosen)]
    types = expected(stored)
    assert told["nodes"] == len(stored)
    assert (told["sampled"], told["truncated"]) == (False, None)
    assert {key["name"]: key["count"] for key in told["keys"]} == {
        name: counts.total() for name, counts in types.items()
    }
    for key in told["keys"]:
        assert {*key["types"]} == {*types[key["name"]]}
        assert key["share"] == round(key["count"] / len(stored), 4)
        values = [item[key["name"]] for item in stored if key["name"] in item]
        shown = key["example"]
        scalar = {*key["types"]} & {"string", "number", "boolean"}
        assert (shown is not None) == bool(scalar), key
        assert shown is None or shown in [as_shown(value) for value in values]


def as_shown(value):
    """A value as an example: a number as a double, the beginning of a string."""
    if isinstance(value, str):
        return value[:200]
    return float(value) if type(value) is int else value


def test_the_keys_of_most_nodes_come_first(on_each):
    told = found(on_each, "size=1000")["keys"]
    assert told == sorted(told, key=lambda key: (-key["count"], key["name"]))
    short = found(on_each, "size=3")
    assert (short["keys"], short["truncated"]) == (told[:3], "rows")


def test_no_nodes_have_no_keys(on_each):
    told = found(on_each, 'label="no such label"')
    assert told == {"keys": [], "nodes": 0, "sampled": False, "truncated": None}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("under=label", "`label` is a string, which has no keys."),
        ("under=repository_metadata", "Unknown key `repository_metadata`."),
        ("under=metadata.x", "`metadata`"),
        ("under=user.email", "`user` is an integer, not JSON."),
        ("under=email", "Unknown key `email`."),
        ("under=auth_params", "Unknown key `auth_params`."),
        ("under=attributes.a b", "`attributes.a b` is no key."),
        ("size=0", "`size` is a number of keys from 1 to 1000."),
        ("size=1001", "`size` is a number of keys from 1 to 1000."),
        ("field=label", "`field`"),
    ],
)
def test_what_is_wrong_is_said(query, message, on_archive):
    answer = on_archive.get(f"/api/v4/nodes/keys?{query}")
    assert (answer.status, message in answer.json["message"]) == (400, True), answer.json


@pytest.mark.parametrize("column", ["attributes", "extras"])
def test_bad_values_hide_no_others(column, make_app, tmp_path, data):
    changes = [
        f"UPDATE db_dbnode SET {column} = {value} WHERE id = {place}"
        for place, value in enumerate(badrows.VALUES.values(), 1)
    ]
    path = badrows.archive(tmp_path, data / "lab.aiida", changes)
    client = make_app(store=path).test_client()
    for query in (f"under={column}", f"under={column}.a", f"under={column}.o&extras.x=1"):
        answer = client.get(f"/api/v4/nodes/keys?{query}&size=1000")
        assert answer.status_code == 200, answer.text
        badrows.strict(answer.text)
    told = client.get(f"/api/v4/nodes/keys?under={column}").json["data"]
    assert (len(told["keys"]) > 3, told["nodes"]) == (True, 312)
