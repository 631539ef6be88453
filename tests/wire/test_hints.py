"""Errors that say what would be right: the hints that a client sees."""

from __future__ import annotations

import json

import pytest


@pytest.mark.parametrize(
    ("path", "code", "hint"),
    [
        ("nodes?label=bcc Fe", "malformed-query", 'Did you mean: label="bcc Fe"'),
        ("nodes?ctime>20.11.2026", "malformed-query", "Did you mean: ctime>2026-11-20"),
        ("nodes?limits=3", "unknown-field", "Did you mean `limit`?"),
        ("nodes?orderby=ctme", "unknown-field", "Did you mean `ctime`? Valid: "),
        ("nodes?page=2", "unknown-field", "A page is a part of the path"),
        ("nodes/page?page=2", "unknown-field", "A page is a part of the path"),
        ("nodes?attribute.energy>1", "unknown-field", "Did you mean `attributes`?"),
        ('nodes?id="3"', "bad-value", "It has no quotes: id=3"),
        ('nodes?id=in="3",4', "bad-value", "It has no quotes: id=3"),
        ('nodes?ctime>"2026-11-20"', "bad-value", "It has no quotes: ctime=2026-11-20"),
        ("nodes?label=5", "bad-value", 'It has quotes: label="5"'),
        ("nodes?label=true", "bad-value", 'It has quotes: label="true"'),
        ("nodes?ctime>2026", "bad-value", "For example ctime=2026-11-20"),
        ("nodes?id=abc", "bad-value", "For example id=3"),
        ("groups?uuid=12345678", "bad-value", 'It has quotes: uuid="12345678"'),
        ("computers?label=2026-11-20", "bad-value", 'For example label="bcc Fe"'),
    ],
)
def test_the_hint_of_a_mistake(path, code, hint, on_lab):
    answer = on_lab.get(f"/api/v4/{path}")
    assert (answer.status, answer.json["code"]) == (400, code)
    assert answer.json["hint"].startswith(hint)


def test_the_older_dialect_has_keys_of_its_own(on_archive):
    assert "`orderby`" in on_archive.get("/api/v2/nodes?sort=ctime").json["hint"]
    assert "`state`" in on_archive.get("/api/v2/nodes?status=a").json["hint"]


@pytest.mark.parametrize(
    "path",
    [
        "nodes?orderby=full_type",
        "nodes?orderby=limits",
        "nodes?count=exact&orderby=count",
        "nodes?full_type.x=1",
        "nodes/facets?facet=full_type",
        "nodes/facets?stats=limit",
        "nodes/facets?limits=1",
        "nodes/facets?sort=1",
        "nodes/facets?page=1",
        "nodes/facets/full_type",
        "nodes/suggest?field=full_type",
        "nodes/suggest?top=2",
        "nodes/keys?under=full_type",
        "groups?full_types=1",
        "users?type=1",
        "computers?orderby=order",
        "nodes/page?limits=2",
    ],
)
def test_a_key_that_does_not_belong_there_is_never_suggested(path, on_archive):
    answer = on_archive.get(f"/api/v4/{path}")
    assert (answer.status, answer.json["code"]) == (400, "unknown-field")
    assert answer.json["hint"].startswith("Valid: ")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("nodes?pagesize=2", "A page is a part of the path"),
        ("nodes/page?pagesize=2", "Did you mean `perpage`?"),
        ("processes?stat=killed", "Did you mean `state`?"),
        ("nodes/facets?facets=label", "Did you mean `facet`?"),
        ('nodes/select?wants=1&want={"uuid":"*"}', "Did you mean `want`?"),
    ],
)
def test_keys_of_the_route_are_suggested(path, hint, on_archive):
    assert on_archive.get(f"/api/v4/{path}").json["hint"].startswith(hint)


def test_special_keys_do_not_help_numbers_of_nodes(on_archive):
    answer = on_archive.get("/api/v4/nodes/statistics?limits=3")
    assert answer.json["hint"] == "The only key is user=PK, for the nodes of one user."


@pytest.mark.parametrize(("path", "status"), [("nodes/999999", 404), ("nodes/1", 400)])
def test_digits_that_are_meant_as_an_id(path, status, on_lab):
    number = path.partition("/")[2]
    answer = on_lab.get(f"/api/v4/{path}")
    assert answer.status == status
    assert answer.json["hint"].endswith(f" /nodes?id={number}")


@pytest.mark.parametrize("path", ["nodes/ffffff", "nodes/a", "users/999", "processes/999999"])
def test_other_ids_are_not_meant_as_one(path, on_lab):
    answer = on_lab.get(f"/api/v4/{path}")
    assert answer.status in (400, 404)
    assert "hint" not in answer.json


@pytest.mark.parametrize(
    ("change", "hint"),
    [
        ({"filter": {}}, "Did you mean `filters`? Valid: path, "),
        ({"path": [{"entity_type": "Node"}]}, 'Did you mean ""? '),
        ({"path": [{"entity_type": "groups"}]}, 'Did you mean "group.core"? '),
        ({"path": [{"entity_type": "Int"}]}, 'Did you mean "data.core.int.Int."? '),
        ({"path": [{"entity_type": "nonsense"}]}, '"" is any node; '),
        ({"path": [{"entity_type": "", "tags": "n"}]}, "Did you mean `tag`? Valid: "),
        ({"filters": {"n": {"lable": "x"}}}, "Did you mean `label`? Valid: "),
        ({"filters": {"node": {"label": "x"}}}, "Valid: n"),
        ({"project": {"m": ["id"]}}, "Valid: n"),
        ({"project": {"n": ["nodetype"]}}, "Did you mean `node_type`? Valid: "),
        ({"project": {"n": [{"id": {"casts": "t"}}]}}, "Did you mean `cast`? Valid: cast, func."),
        ({"order_by": [{"n": {"id": {"ordr": "asc"}}}]}, "Did you mean `order`? Valid: "),
    ],
)
def test_posted_queries(change, hint, on_archive):
    query = {"path": [{"entity_type": "", "tag": "n"}], **change}
    body = json.dumps(query).encode()
    answer = on_archive.get("/api/v4/querybuilder", method="POST", body=body)
    assert answer.status == 400
    assert " At `/" in answer.json["message"]
    assert answer.json["hint"].startswith(hint), answer.json


def test_no_hint_names_what_is_private(on_private):
    body = json.dumps({"path": [{"entity_type": "authinfos"}]}).encode()
    answer = on_private.get("/api/v4/querybuilder", method="POST", body=body)
    assert "authinfo" not in answer.json["hint"]
    assert "email" not in on_private.get("/api/v4/users?emial=x").json["hint"]
