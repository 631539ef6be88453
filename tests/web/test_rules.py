"""Rules of paths."""

from __future__ import annotations

import pytest
from flask import Flask, url_for
from werkzeug.routing import Map, Rule

from provender import create_app
from provender.web.dialects import DIALECTS
from provender.web.routes.endpoints import LazyRule

POSTED = [
    (dialect.prefix, route.path)
    for dialect in DIALECTS
    for route in dialect.routes
    if route.methods == ("POST",)
]


@pytest.fixture(scope="module")
def app() -> Flask:
    return create_app(store="demo")


def test_no_rule_compiles_what_builds_urls_before_one_is_built() -> None:
    replaced = "_compile_builder"  # private to werkzeug: another release may call it otherwise

    assert replaced in vars(Rule)
    assert replaced in vars(LazyRule)
    assert all(isinstance(rule, LazyRule) for rule in create_app(store="demo").url_map.iter_rules())


def test_urls_are_built_as_by_other_rules() -> None:
    path, values = "/a/<id>/page/<int:page>", {"id": "b c", "page": 2, "more": "x"}
    lazy, eager = (Map([kind(path, endpoint="e")]).bind("h") for kind in (LazyRule, Rule))

    assert lazy.build("e", values) == eager.build("e", values) == "/a/b%20c/page/2?more=x"


def test_urls_of_the_application_can_be_built() -> None:
    app = create_app(store="demo")

    with app.test_request_context():
        assert url_for("home") == "/"


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize(("prefix", "path"), POSTED)
def test_what_is_only_posted_to_is_never_taken_for_an_id(
    prefix: str, path: str, method: str, slash: str, app: Flask
) -> None:
    answer = app.test_client().open(f"{prefix}{path}{slash}", method=method)

    assert answer.status_code == 405
    assert answer.headers["Allow"] == "OPTIONS, POST"
    assert answer.is_json
    assert method == "HEAD" or answer.json["code"] == "method-not-allowed"


def test_the_methods_of_each_path_are_told(app: Flask) -> None:
    told, known = {}, {}
    for dialect in DIALECTS:
        for route in dialect.routes:
            if "<" not in route.path and not hasattr(route.resource, "refused"):
                path = f"{dialect.prefix}{route.path}"
                given = {*known.get(path, ()), "OPTIONS", *route.methods}
                known[path] = given | {"HEAD"} if "GET" in given else given
                told[path] = app.test_client().options(path).headers["Allow"]

    assert len(POSTED) >= 3
    assert {path: set(text.split(", ")) for path, text in told.items()} == known


def test_words_are_ids_where_nothing_is_posted_to_them(app: Flask) -> None:
    client = app.test_client()

    for path in ("/nodes/searc", "/nodes/searching", "/nodes/search.", "/files/archive_zip"):
        assert client.get(f"/api/v4{path}").status_code == 404
    assert client.get("/api/v4/nodes/select").status_code == 400
    assert client.post("/api/v4/nodes/none").headers["Allow"] == "GET, HEAD, OPTIONS"


def test_a_copy_of_a_rule_has_the_same_words() -> None:
    rule = LazyRule("/a/<id>", besides={"id": {"b.c"}}, endpoint="e")
    found = Map([rule.empty()]).bind("h")

    assert found.match("/a/bxc") == ("e", {"id": "bxc"})
    assert not found.test("/a/b.c")
