"""Rules of paths."""

from __future__ import annotations

from flask import url_for
from werkzeug.routing import Map, Rule

from provender import create_app
from provender.web.routes.endpoints import LazyRule


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
