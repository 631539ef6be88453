"""Checks of access stand before everything that tells of a store, whatever the method."""

from __future__ import annotations

import json
from functools import wraps
from typing import ClassVar

import pytest
from flask import abort, request
from flask_restful import Resource
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import TooManyRequests, Unauthorized

import provender

METHODS = ("GET", "HEAD", "POST")
OPEN = {"/alive", "/ready", "/assets/<digest>/<path:name>", "/assets/explorer/<name>"}
QUERY = json.dumps({"path": [{"entity_type": "user"}]})


def closed(function):
    @wraps(function)
    def refuse(*arguments, **keywords):
        raise Unauthorized(
            "Who are you?", www_authenticate=WWWAuthenticate("basic", {"realm": "store"})
        )

    return refuse


def nameless(function):
    """A decorator that keeps nothing of what it decorates."""

    def through(*arguments, **keywords):
        return function(*arguments, **keywords)

    return through


def paths(app):
    filled = {"<id>": "1", "<int:page>": "1"}
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for part, value in filled.items():
            path = path.replace(part, value)
        yield path, sorted(rule.methods & set(METHODS))


@pytest.fixture
def guarded(data, make_app):
    return make_app(store=data / "lab.aiida", get_decorators=[closed])


def test_every_route_and_page_is_guarded_for_every_method(guarded):
    client = guarded.test_client()
    asked = [(path, method) for path, methods in paths(guarded) for method in methods]
    assert len(asked) > 300
    let_through = {
        f"{method} {path}"
        for path, method in asked
        if client.open(path, method=method, data=QUERY).status_code != 401
    }
    served = OPEN & {path for path, _ in asked}
    assert let_through == {f"{method} {path}" for path in served for method in ("GET", "HEAD")}


def test_what_is_not_found_tells_no_route_and_no_profile_to_those_outside(guarded):
    answer = guarded.test_client().get("/nowhere")
    assert (answer.status_code, answer.json["code"]) == (404, "unknown-route")
    assert "available_endpoints" not in answer.json


def test_a_decorator_sees_answers_from_memory(data, make_app):
    def stamped(function):
        @wraps(function)
        def stamp(*arguments, **keywords):
            answer = function(*arguments, **keywords)
            answer.headers["X-Stamp"] = "seen"
            return answer

        return stamp

    client = make_app(store=data / "lab.aiida", get_decorators=[stamped]).test_client()
    first, again = (client.get("/api/v4/nodes?limit=1") for _ in range(2))
    known = client.get("/api/v4/nodes?limit=1", headers={"If-None-Match": first.headers["ETag"]})
    assert [answer.status_code for answer in (first, again, known)] == [200, 200, 304]
    assert [answer.headers.get("X-Stamp") for answer in (first, again, known)] == ["seen"] * 3


def test_the_pages_of_profiles_are_guarded(guarded):
    client = guarded.test_client()
    for path in ("/", "/lab/", "/profiles", "/lab/api/v4/users", "/lab/api/v4/querybuilder"):
        for method in METHODS:
            answer = client.open(path, method=method, data=QUERY)
            assert answer.status_code in (401, 405), (method, path)
            assert answer.status_code == 401 or method == "POST"


def test_what_is_asked_before_a_request_and_the_probes_are_open(guarded):
    client = guarded.test_client()
    preflight = {"Origin": "http://a.example", "Access-Control-Request-Method": "GET"}
    assert client.options("/api/v4/nodes", headers=preflight).status_code == 200
    assert client.get("/alive").status_code == 200
    assert client.get("/ready").status_code == 200


def test_a_refusal_keeps_its_headers_and_words(guarded):
    answer = guarded.test_client().get("/api/v4/nodes")
    assert answer.headers["WWW-Authenticate"] == "Basic realm=store"
    assert answer.json == {"message": "Who are you?", "code": "unauthorized"}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_who_passes_gets_the_answers(data, make_app):
    def key_needed(function):
        @wraps(function)
        def check(*arguments, **keywords):
            if request.headers.get("X-Key") != "open":
                abort(403)
            return function(*arguments, **keywords)

        return check

    app = make_app(store=data / "lab.aiida", get_decorators=[key_needed, nameless])
    client, key = app.test_client(), {"X-Key": "open"}
    for path in ("/api/v4/nodes?limit=1", "/api/v2/users/1", "/", "/profiles", "/api/v4/server"):
        assert client.get(path).status_code == 403
        assert client.get(path, headers=key).status_code == 200
        assert client.head(path).status_code == 403
    posted = client.post("/api/v4/querybuilder", data=QUERY)
    assert posted.status_code == 403
    assert client.post("/api/v4/querybuilder", data=QUERY, headers=key).status_code == 200


class Counted(Resource):
    def get(self):
        return {"answer": 42}

    def post(self):
        return {"answer": 43}


class WithList(Counted):
    method_decorators: ClassVar = [closed]


class WithMapping(Counted):
    method_decorators: ClassVar = {"get": [closed]}


class OfOurs(provender.BaseResource):
    method_decorators: ClassVar = [closed]

    def get(self):
        return {"answer": 44}


class Extended(provender.Api):
    def __init__(self, app=None, **kwargs):
        super().__init__(app=app, **kwargs)
        self.add_resource(Counted, "/counted/", resource_class_kwargs={})
        self.add_resource(WithList, "/list/")
        self.add_resource(WithMapping, "/mapping/")
        self.add_resource(OfOurs, "/ours/", resource_class_kwargs=kwargs)


@pytest.fixture
def extended(data):
    api = provender.configure_api(flask_api=Extended, store=data / "lab.aiida")
    yield api.app.test_client()
    api.context.stores.close()


@pytest.mark.parametrize("path", ["list", "mapping", "ours"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_decorators_of_a_class_hold(extended, path, method):
    assert extended.open(f"/api/v4/{path}", method=method).status_code == 401


@pytest.mark.undescribed("/mapping", "/counted")
def test_decorators_of_one_method_leave_the_others_alone(extended):
    assert extended.post("/api/v4/mapping").json == {"answer": 43}
    assert extended.get("/api/v4/counted").json == {"answer": 42}


def test_resources_of_an_extension_are_guarded_too(data):
    api = provender.configure_api(
        flask_api=Extended, store=data / "lab.aiida", get_decorators=[closed]
    )
    client = api.app.test_client()
    for method in METHODS:
        assert client.open("/api/v4/counted", method=method).status_code == 401
    api.context.stores.close()


def test_no_decorators_may_be_none(data, make_app):
    app = make_app(store=data / "lab.aiida", get_decorators=None)
    assert app.test_client().get("/api/v4/users").status_code == 200


def test_retry_after_of_a_raised_error_is_kept(data, make_app):
    def busy(function):
        @wraps(function)
        def refuse(*arguments, **keywords):
            raise TooManyRequests(retry_after=17)

        return refuse

    answer = make_app(store=data / "lab.aiida", get_decorators=[busy]).test_client().get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "17")
    assert answer.json["code"] == "too-many-requests"
