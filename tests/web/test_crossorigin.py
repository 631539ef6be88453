"""Answers to scripts of other sites: what Flask-CORS says, whether or not it is asked."""

from __future__ import annotations

import flask_cors
import pytest

from provender import App, create_app
from provender.web.middleware import crossorigin
from provender.web.middleware.crossorigin import EXPOSED

ORIGIN = {"Origin": "https://viewer.example"}
PRIVATE = {"Access-Control-Request-Private-Network": "true"}
PROMISED = "Access-Control-Allow-Methods"
PREFLIGHT = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-A"}
REQUESTS = [
    (method, path, headers)
    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT")
    for path in ("/", "/api/v4/nodes?limit=1", "/api/v4/nodes?nothing=1", "/none", "/broken")
    for headers in ({}, ORIGIN, {"Origin": ""}, PRIVATE, ORIGIN | PRIVATE, ORIGIN | PREFLIGHT)
]


@pytest.fixture(scope="module")
def clients():
    """A client of our application, and of one in which Flask-CORS alone does the work."""
    ours, plain = (create_app(store="demo", flask_app=Broken) for _ in range(2))
    hooks = plain.after_request_funcs[None]
    hooks[:] = [hook for hook in hooks if not belongs(hook, crossorigin.__name__, "flask_cors")]
    flask_cors.CORS(plain, expose_headers=list(EXPOSED))
    return ours.test_client(), plain.test_client()


def belongs(hook, *modules):
    """Tell whether what runs after a request was written in one of these modules."""
    return getattr(hook, "func", hook).__module__.startswith(modules)


class Broken(App):
    def __init__(self):
        super().__init__()
        self.add_url_rule("/broken", "broken", lambda: {}["no such key"])


def told(answer):
    names = {name for name, _ in answer.headers if name.startswith(("Access-Control-", "Vary"))}
    return {name: sorted(answer.headers.getlist(name)) for name in names - {PROMISED}}


@pytest.mark.parametrize(("method", "path", "headers"), REQUESTS)
def test_every_answer_has_the_headers_that_flask_cors_alone_would_give(
    clients, method, path, headers
):
    ours, theirs = (client.open(path, method=method, headers=headers) for client in clients)
    assert ours.status_code == theirs.status_code
    assert told(ours) == told(theirs)
    assert "Access-Control-Allow-Origin" in ours.headers


def test_an_origin_that_a_route_allows_itself_stays():
    app = create_app(store="demo")
    own = {"Access-Control-Allow-Origin": "https://a.example"}
    app.add_url_rule("/own", "own", lambda: ("", own))
    assert told(app.test_client().get("/own")) == {name: [value] for name, value in own.items()}


READ = "GET, HEAD, OPTIONS"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
QUERY = "/api/v4/querybuilder"
PATHS = {
    "/": READ,
    "/alive": READ,
    "/ready": READ,
    "/profiles": READ,
    "/api/v4": READ,
    "/api/v4/nodes": READ,
    "/api/v4/nodes/page/2/": READ,
    "/api/v4/nodes/abc/repo/contents": READ,
    "/api/v2/structures/abc/content/download": READ,
    QUERY: "OPTIONS, POST",
    f"{QUERY}/": "OPTIONS, POST",
}


def preflight(method):
    return ORIGIN | {"Access-Control-Request-Method": method}


@pytest.fixture(scope="module")
def client():
    app = create_app(store="demo")
    app.add_url_rule("/changed", "changed", lambda: "", methods=["GET", "PUT", "DELETE"])
    return app.test_client()


@pytest.mark.parametrize(
    ("path", "methods"), [*PATHS.items(), ("/changed", f"DELETE, {READ}, PUT")]
)
def test_a_path_promises_the_methods_that_it_has(path, methods, client):
    plain = client.options(path)
    assert (plain.status_code, plain.headers["Allow"]) == (200, methods)
    assert PROMISED not in plain.headers
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = client.options(path, headers=preflight(method) | {"Origin": "https://a.example"})
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["Allow"] == answer.headers[PROMISED] == methods


@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_is_not_allowed_is_a_405_that_tells_the_others(path, client):
    others = set(METHODS).difference(PATHS[path].split(", "))
    assert others
    for method in others:
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, PATHS[path])


def test_the_get_of_posted_queries_explains_itself(client):
    answer = client.get(QUERY)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "OPTIONS, POST")
    assert "Post the JSON object" in answer.json["data"]["message"]


def test_without_posting_nothing_promises_it():
    client = create_app(store="demo", posting=False).test_client()
    assert client.options(QUERY).status_code == 404


@pytest.mark.parametrize(("path", "status"), [("/none", 404), ("/api/v4//nodes", 308)])
def test_where_there_is_no_route_nothing_is_promised(path, status, client):
    answer = client.options(path, headers=preflight("POST"))
    assert answer.status_code == status
    assert PROMISED not in answer.headers
