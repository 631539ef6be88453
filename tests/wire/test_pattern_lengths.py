"""Patterns that would keep a database busy beyond its time limit."""

from __future__ import annotations

import json

import pytest

from provender.settings import Limits, Settings

LONG = "%" + 199 * "a" + "%"
FIELDS = ("label", "uuid", "attributes.x", "extras.x.y")
NODE = {"entity_type": "", "tag": "n"}


@pytest.fixture(scope="module")
def client(data):
    import provender

    app = provender.create_app(store=data / "lab.aiida", settings=Settings())
    yield app.test_client()
    app.extensions["provender"].stores.close()


def post(client, filters):
    query = {"path": [NODE], "filters": {"n": filters}, "project": {"n": ["id"]}}
    body = json.dumps(query)
    return client.post("/api/v4/querybuilder", data=body, content_type="application/json")


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("operator", ["like", "ilike"])
def test_a_long_pattern_in_a_url_is_a_400_that_names_the_setting(client, field, operator):
    for path in ("/api/v4/nodes", "/api/v2/nodes", "/api/v4/processes"):
        answer = client.get(f'{path}?{field}={operator}="{LONG}"')
        assert (answer.status_code, answer.json["code"]) == (400, "limit-exceeded")
        assert "201 characters, more than `limits.pattern_chars` (200)" in answer.json["message"]
    assert client.get(f'/api/v4/nodes?{field}={operator}="{LONG[:-1]}"').status_code == 200


@pytest.mark.parametrize(
    ("filters", "place"),
    [
        ({"label": {"like": LONG}}, "/label/like"),
        ({"attributes.x": {"!ilike": LONG}}, "/attributes.x/!ilike"),
        ({"or": [{}, {"label": {"like": LONG}}]}, "/or/1/label/like"),
        ({"label": {"or": [{"==": "a"}, {"~like": LONG}]}}, "/label/or/1/~0like"),
        ({"!and": [{"label": {"and": [{"like": LONG}]}}]}, "/!and/0/label/and/0/like"),
    ],
)
def test_a_long_pattern_in_a_posted_query_is_a_400_with_its_place(client, filters, place):
    answer = post(client, filters)
    assert (answer.status_code, answer.json["code"]) == (400, "limit-exceeded")
    assert f"At `/filters/n{place}`" in answer.json["message"]


def test_a_value_that_only_looks_like_a_pattern_has_any_length(client):
    assert post(client, {"attributes.x": {"==": {"like": LONG}}}).status_code == 200
    assert post(client, {"attributes.like": {"==": LONG}}).status_code == 200
    assert client.get(f'/api/v4/nodes?label="{LONG}"').status_code == 200


def test_all_patterns_of_a_request_have_a_bound_together(client):
    some = [{"label": {"like": f"%{number:0198}%"}} for number in range(11)]
    assert post(client, {"or": some[:10]}).status_code == 200
    answer = post(client, {"or": some})
    assert "2200 characters together, more than 10 times" in answer.json["message"]
    terms = "&".join(f'label=like="_{number:0198}_"' for number in range(11))
    assert client.get(f"/api/v4/nodes?{terms}").json["code"] == "limit-exceeded"


def test_hundreds_of_conditions_on_json_are_answered(lab_postgres, make_app):
    """Compiling them took PostgreSQL past its time limit, and all other requests failed."""
    settings = Settings(limits=Limits(filters=800, statement_seconds=20))
    client = make_app(store=lab_postgres, settings=settings).test_client()
    terms = "&".join(f'attributes.k{number}!="x"' for number in range(700))
    assert client.get(f"/api/v4/nodes?limit=1&{terms}").status_code == 200
