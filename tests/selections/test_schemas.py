"""Schemas of nodes: valid, true of the nodes of the store, and alike on every backend."""

from __future__ import annotations

import jsonschema
import pytest

from provender.settings import Settings

STRUCTURE = "data.core.structure.StructureData."


def schemas(served):
    answer = served.get("/api/v4/schemas")
    assert answer.status == 200, answer.body
    return answer.data["schemas"]


def schema_of(served, item):
    answer = served.get(item["url"].removeprefix(served.root))
    assert answer.status == 200, answer.body
    return answer.data["schema"]


def observed(schema, column):
    known = schema["properties"][column]["properties"]
    return {name for name, key in known.items() if "observed" in key["x-origin"]}


def test_all_types_of_the_store_are_listed(on_each):
    rows = on_each.get("/api/v4/nodes?limit=400").rows()
    listed = schemas(on_each)
    assert {item["node_type"] for item in listed if item["observed"]} == {
        row["node_type"] for row in rows
    }
    assert [item["node_type"] for item in listed] == sorted(item["node_type"] for item in listed)
    assert {STRUCTURE, "data.core.upf.UpfData."} <= {
        item["node_type"] for item in listed if item["documented"]
    }


def test_addresses_name_the_profile_that_was_asked(make_app, data):
    settings = Settings(profile_switching=True)
    client = make_app(store=data / "lab.aiida", settings=settings).test_client()
    listed = client.get("/api/v4/schemas?profile=lab").json["data"]["schemas"]
    assert listed
    assert all(item["url"].endswith("?profile=lab") for item in listed)


def test_each_schema_is_valid_and_true_of_the_nodes(on_each):
    rows = on_each.get("/api/v4/nodes?attributes=true&extras=true&limit=400").rows()
    listed = schemas(on_each)
    assert len(listed) > 10
    for item in listed:
        schema = schema_of(on_each, item)
        jsonschema.Draft202012Validator.check_schema(schema)
        nodes = [row for row in rows if row["node_type"] == item["node_type"]]
        assert schema["x-nodes"] == len(nodes)
        assert observed(schema, "attributes") == {key for row in nodes for key in row["attributes"]}
        assert observed(schema, "extras") == {key for row in nodes for key in row["extras"]}


def test_documented_keys_are_marked(on_archive):
    schema = on_archive.get(f"/api/v4/schemas/{STRUCTURE}").data["schema"]
    cell = schema["properties"]["attributes"]["properties"]["cell"]
    assert cell["x-origin"] == ["documented", "observed"]
    assert (cell["x-types"], cell["x-share"]) == (["array"], 1.0)


@pytest.mark.parametrize(
    ("path", "status", "message"),
    [
        ("no.such.type", 404, "No node has the type `no.such.type`."),
        ("a%00b", 404, "A type of nodes has no NUL character."),
        ("%25", 404, "No node has the type `%`."),
        ("data.core.structure.StructureDat", 404, "No node has the type"),
        (f"{STRUCTURE}?limit=2", 400, "This path takes no key `limit`."),
        (f"{STRUCTURE}?email=x", 400, "`email`"),
    ],
)
def test_what_is_wrong_is_said(path, status, message, on_each):
    answer = on_each.get(f"/api/v4/schemas/{path}")
    assert (answer.status, message in answer.json["message"]) == (status, True), answer.json


def test_the_nearest_type_is_named(on_archive):
    answer = on_archive.get("/api/v4/schemas/data.core.structure.StructureDat")
    assert answer.json["hint"] == f"Did you mean `{STRUCTURE}`?"
