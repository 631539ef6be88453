"""The descriptions: valid, closed, complete, true, and served like everything else."""

from __future__ import annotations

import re

import pytest
from flask import abort
from openapi_spec_validator import validate

from provender.query.querystring.parameters import ALL_PARAMETERS
from provender.settings import Access, Limits, ProfileSettings, Proxy, Settings
from provender.web.access import accounts
from provender.web.dialects import DIALECTS
from provender.web.openapi import examples
from provender.web.openapi.document import describe, operation_id
from provender.web.openapi.parameters import keys, template
from provender.web.openapi.served import Served
from provender.web.openapi.statuses import STATUSES

BY_DIALECT = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
# Methods by route of the whole interface: one operation each.
OPERATIONS = [
    (dialect, route, method)
    for dialect in DIALECTS
    for route in dialect.routes
    for method in route.methods
]


@pytest.fixture(scope="module")
def documents():
    return {one.name: describe(one, Served(switches_profiles=True)) for one in DIALECTS}


def resolved(document, item):
    while "$ref" in item:
        found = document
        for key in item["$ref"][2:].split("/"):
            found = found[key]
        item = found
    return item


def operations(document):
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def parameters(document, operation):
    return [resolved(document, item) for item in operation.get("parameters", [])]


def objects(schema):
    """Yield every schema of an object with named keys; an example may be a schema itself."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            yield schema
        for key, value in schema.items():
            if key != "example":
                yield from objects(value)
    elif isinstance(schema, list):
        for item in schema:
            yield from objects(item)


@BY_DIALECT
def test_it_is_valid_openapi(documents, dialect):
    document = documents[dialect.name]
    assert document["openapi"].startswith("3.1")
    validate(document)


@BY_DIALECT
def test_every_route_is_described_and_named_once(documents, dialect):
    described = operations(documents[dialect.name])
    routes = {(template(route), method) for of, route, method in OPERATIONS if of is dialect}
    assert {(path, method.upper()) for path, method, _ in described} == routes
    names = [operation["operationId"] for _, _, operation in described]
    assert len(names) == len(set(names)) > 50
    assert "getNodesByIdLinksIncomingPageByPage" in names or "getNodesByIdIoTree" in names


def test_operations_are_named_after_their_paths():
    route = next(one for one in DIALECTS[0].routes if one.path.endswith("links/tree"))
    assert operation_id(route, "GET") == "getNodesByIdLinksTree"


@BY_DIALECT
def test_objects_have_no_other_keys_than_those_described(documents, dialect):
    document = documents[dialect.name]
    found = list(objects(document))
    extended = document["components"]["schemas"]["Envelope"]
    closed = ("unevaluatedProperties", "additionalProperties")
    lax = [one for one in found if not any(one.get(key) is False for key in closed)]
    assert len(found) > 50
    assert [one for one in lax if one != extended and "entity_type" not in one["properties"]] == []


@BY_DIALECT
def test_every_answer_of_every_operation_is_listed(documents, dialect):
    document = documents[dialect.name]
    every = {str(status.code) for status in STATUSES if status.code >= 400}
    everywhere = {"400", "401", "404", "413", "414", "429", "500", "503"}
    every -= {"410"} if dialect.name == "v2" else set()  # it has no cursor that can be outdated
    listed = [set(operation["responses"]) for _, _, operation in operations(document)]
    assert all(everywhere <= codes for codes in listed)
    assert set().union(*listed) >= every
    assert all("200" in codes or "405" in codes for codes in listed)


@BY_DIALECT
def test_every_operation_has_the_parameters_of_its_route(documents, dialect):
    document = documents[dialect.name]
    for path, method, operation in operations(document):
        route = next(one for one in dialect.routes if template(one) == path)
        named = {item["name"] for item in parameters(document, operation)}
        special = {key for key, found in dialect.specials.items() if found in route.parameters}
        special |= {item.name for item in route.own}
        rows = route.neighbours or route.view
        asked = set(keys(rows, route)) if route.has_filters else set()
        places = set(re.findall(r"\{(\w+)\}", path))
        more = {"filters"} if route.has_filters and not route.filters else set()
        if method == "post" and route.own:  # the others stand in the body
            special, asked, more = {"profile"}, set(), set()
        assert named == special | asked | places | more, (method, path)
    assert len(document["paths"]) > 50


def test_no_parameter_of_the_table_is_missing(documents):
    described = {
        item["name"]
        for document in documents.values()
        for _, _, operation in operations(document)
        for item in parameters(document, operation)
    }
    missing = [
        parameter.name
        for parameter in ALL_PARAMETERS
        if not any(
            found is parameter and key in described
            for dialect in DIALECTS
            for key, found in dialect.specials.items()
        )
    ]
    assert missing == []
    assert set().union(*(dialect.specials for dialect in DIALECTS)) <= described


@BY_DIALECT
def test_private_names_are_not_described(documents, dialect):
    document = documents[dialect.name]
    names = {
        item["name"]
        for _, _, operation in operations(document)
        for item in parameters(document, operation)
    }
    assert "first_name" in names
    assert "email" not in names


def test_the_settings_bound_parameters():
    document = describe(DIALECTS[0], Served(Limits(default=77)))
    assert document["components"]["parameters"]["limit"]["schema"]["maximum"] == 77


@BY_DIALECT
def test_the_examples_are_what_the_demo_store_answers(dialect, make_app):
    client = make_app(store="demo").test_client()
    recorded = examples.examples(dialect).of
    different = []
    for path, example in recorded.items():
        url, posted = dialect.prefix + example["request"], example.get("posted")
        method = "POST" if posted else "GET"
        answer = client.open(url, base_url=examples.ROOT, method=method, json=posted)
        if answer.status_code != 200 or answer.json != example.get("answer", answer.json):
            different.append(path)
    assert different == [], "run `python docs/openapi_examples.py`"
    assert len(recorded) > 30


@BY_DIALECT
def test_every_route_but_those_of_pages_has_an_example(dialect):
    recorded = examples.examples(dialect).of
    every = {template(one) for one in dialect.routes if "page" not in one.path}
    ends = ("content/download", "/{array}", "/views/{view}")  # the demo store has no views
    unserved = {one for one in every if one.endswith(ends)}
    assert every - recorded.keys() - unserved == {"/openapi.json"}
    assert recorded.keys() <= every


@BY_DIALECT
def test_it_is_served_where_its_routes_are(on_archive, dialect):
    answer = on_archive.get(f"{dialect.prefix}/openapi.json")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json == describe(dialect, Served())
    assert answer.json["servers"] == [{"url": dialect.prefix}]


@BY_DIALECT
def test_a_client_that_has_it_gets_no_second_copy(on_archive, dialect):
    path = f"{dialect.prefix}/openapi.json"
    first = on_archive.get(path)
    etag = first.headers["etag"]
    again = on_archive.get(path, headers={"If-None-Match": etag})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", etag)
    assert on_archive.get(path, headers={"If-Match": '"other"'}).status == 412
    head = on_archive.get(path, method="HEAD")
    assert head.body == b""
    assert int(head.headers["content-length"]) == len(first.body)
    assert on_archive.get(path, method="OPTIONS").status == 200
    refused = on_archive.get(path, method="DELETE")
    assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_its_server_is_below_the_path_of_the_application(unpacked, make_app):
    trusted = Settings(
        proxy=Proxy(trusted=("127.0.0.1",)), archives=(unpacked,), profile_paths=True
    )
    client = make_app(store="demo", settings=trusted).test_client()
    path = f"{DIALECTS[0].prefix}/openapi.json"
    below = client.get(path, headers={"X-Forwarded-Prefix": "/physics"})
    assert below.json["servers"] == [{"url": f"/physics{DIALECTS[0].prefix}"}]
    plain = client.get(path)
    assert plain.json["servers"] == [{"url": DIALECTS[0].prefix}]
    assert plain.headers["ETag"] != below.headers["ETag"]


def test_below_the_path_of_a_profile_it_describes_that_profile(data, make_app):
    settings = Settings(archives=(data,), default_profile="lab", profile_paths=True)
    client = make_app(settings=settings).test_client()
    answer = client.get(f"/lab{DIALECTS[1].prefix}/openapi.json")
    assert answer.json["servers"] == [{"url": f"/lab{DIALECTS[1].prefix}"}]


def test_profiles_can_be_chosen_where_the_settings_say_so():
    path = "/users"
    for switches in (False, True):
        document = describe(DIALECTS[0], Served(switches_profiles=switches))
        named = [item["name"] for item in parameters(document, document["paths"][path]["get"])]
        assert ("profile" in named) is switches


def test_what_is_not_served_is_not_described(data, make_app):
    client = make_app(store=data / "lab.aiida", posting=False).test_client()
    paths = client.get(f"{DIALECTS[0].prefix}/openapi.json").json["paths"]
    assert "/nodes" in paths
    assert "/querybuilder" not in paths


def test_it_is_guarded_as_every_route(data, make_app):
    def closed(view):
        del view
        return lambda **_: abort(401, "Who are you?")

    client = make_app(store=data / "lab.aiida", get_decorators=[closed]).test_client()
    for dialect in DIALECTS:
        assert client.get(f"{dialect.prefix}/openapi.json").status_code == 401
    assert len(DIALECTS) == 2


def test_where_profiles_are_guarded_it_says_how_to_prove_who_one_is(data, make_app, tmp_path):
    token = accounts.add_token(tmp_path / "users", "reader")
    settings = Settings(
        profiles={"lab": ProfileSettings(str(data / "lab.aiida"), readers=("reader",))},
        access=Access(file=tmp_path / "users"),
    )
    client = make_app(settings=settings).test_client()
    path = f"{DIALECTS[0].prefix}/openapi.json"
    assert client.get(path).status_code == 401
    document = client.get(path, headers={"Authorization": f"Bearer {token}"}).json
    named = {next(iter(one), None) for one in document["security"]}
    assert named == {None, *document["components"]["securitySchemes"]}
    validate(document)
