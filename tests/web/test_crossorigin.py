"""Answers to scripts of other sites: what Flask-CORS says, whether or not it is asked."""

from __future__ import annotations

import flask_cors
import pytest

from provender import App, create_app
from provender.web.middleware import crossorigin
from provender.web.middleware.crossorigin import EXPOSED

ORIGIN = {"Origin": "https://viewer.example"}
PRIVATE = {"Access-Control-Request-Private-Network": "true"}
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

    def plain(app):
        flask_cors.CORS(app, expose_headers=list(EXPOSED))

    ours = create_app(store="demo", flask_app=Broken)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crossorigin, "register", plain)
        return ours.test_client(), create_app(store="demo", flask_app=Broken).test_client()


class Broken(App):
    def __init__(self):
        super().__init__()
        self.add_url_rule("/broken", "broken", lambda: {}["no such key"])


def told(answer):
    names = {name for name, _ in answer.headers if name.startswith(("Access-Control-", "Vary"))}
    return {name: sorted(answer.headers.getlist(name)) for name in names}


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
