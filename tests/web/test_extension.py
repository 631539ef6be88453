"""Serving more than Provender does: the forms of docs/howto/extend.md, tried."""

from __future__ import annotations

import re
from pathlib import Path

import flask_restful
import pytest

import provender
from provender.web.resources.general import QueryBuilder
from provender.web.resources.nodes import Node

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "extend.md"


def blocks():
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)


@pytest.fixture
def example(data):
    """The names of the page's first example, and a client of what it makes."""
    names = {}
    exec(blocks()[0], names)  # noqa: S102 - our own page
    api = provender.configure_api(
        provender.App, names["NewApi"], store=data / "lab.aiida", get_decorators=None
    )
    names["client"] = api.app.test_client()
    yield names
    api.context.stores.close()


def test_every_example_of_the_page_is_python():
    assert len(blocks()) >= 4
    for block in blocks():
        compile(block, str(PAGE), "exec")


@pytest.mark.undescribed("/new-endpoint")
def test_the_example_is_served_below_the_prefix(example):
    client = example["client"]
    answer = client.get("/api/v4/new-endpoint/")
    assert answer.status_code == 200
    assert answer.json["structures"] == 49
    assert client.get("/api/v4/new-endpoint").json == answer.json
    assert client.get("/api/v4/nodes?limit=1").status_code == 200


def test_its_route_is_in_the_list_of_endpoints(example):
    listed = example["client"].get("/api/v4/server/endpoints").json["data"]["available_endpoints"]
    assert [line for line in listed if "/new-endpoint/" in line] == [
        "newresource     GET,HEAD,OPTIONS     /api/v4/new-endpoint/"
    ]
    missing = example["client"].get("/api/v4/nowhere").json["available_endpoints"]
    assert missing == listed == sorted(listed)


class Refusing(flask_restful.Resource):
    def get(self):
        flask_restful.abort(400, message="Not like this.", hint="Like that.")

    def post(self):
        flask_restful.abort(404)


class Failing(flask_restful.Resource):
    def get(self):
        raise ValueError("a secret")


class More(provender.Api):
    def __init__(self, app=None, **kwargs):
        super().__init__(app=app, **kwargs)
        self.add_resource(Refusing, "/refusing")
        self.add_resource(Failing, "/failing")


class Polite(More):
    def handle_error(self, e):
        answer = super().handle_error(e)
        answer.headers["X-Sorry"] = type(e).__name__
        return answer


def client_of(kind, data):
    api = provender.configure_api(flask_api=kind, store=data / "lab.aiida")
    return api, api.app.test_client()


def test_what_abort_is_told_reaches_the_client(data):
    api, client = client_of(More, data)
    answer = client.get("/api/v4/refusing")
    assert answer.status_code == 400
    assert answer.json == {"message": "Not like this.", "code": "bad-request", "hint": "Like that."}
    api.context.stores.close()


def test_an_error_that_nobody_expected_shows_nothing(data):
    api, client = client_of(More, data)
    answer = client.get("/api/v4/failing")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert answer.json["request_id"]
    api.context.stores.close()


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/api/v4/refusing", 400, "BadRequest"),
        ("/api/v4/failing", 500, "ValueError"),
        ("/api/v4/nodes?foo=1", 400, "UnknownField"),
        ("/api/v4/nowhere", 404, "NotFound"),
    ],
)
def test_an_overridden_handle_error_answers_all_errors(data, path, status, error):
    api, client = client_of(Polite, data)
    answer = client.get(path)
    assert (answer.status_code, answer.headers["X-Sorry"]) == (status, error)
    assert answer.json["message"]
    api.context.stores.close()


def test_an_overridden_handle_error_leaves_known_answers_alone(data):
    api, client = client_of(Polite, data)
    first, again = (client.get("/api/v4/nodes?limit=1") for _ in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json == again.json
    known = client.get("/api/v4/nodes?limit=1", headers={"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    assert "X-Sorry" not in known.headers
    api.context.stores.close()


def test_an_overridden_handle_error_leaves_redirects_alone(data):
    api, client = client_of(Polite, data)
    assert client.get("/api/v4//nodes").status_code == 308
    api.context.stores.close()


def test_the_application_class_takes_what_aiidas_takes():
    assert provender.App(__name__, catch_internal_server=True).catch_internal_server
    assert not provender.App(__name__).catch_internal_server


def test_the_message_of_get_is_that_of_the_class(on_archive):
    answer = on_archive.get("/api/v4/querybuilder")
    assert answer.json["data"]["message"] == provender.QueryBuilder.GET_MESSAGE
    assert answer.json["data"]["message"].startswith("Method Not Allowed.")


class Unrouted(provender.Api):
    """Registers resources before there is an application, and without routes."""

    def __init__(self, app=None, **kwargs):
        super().__init__(app=None, **kwargs)
        self.add_resource(Refusing, "/refusing/")
        self.add_resource(Node, "/bare", resource_class_kwargs=kwargs)
        self.add_resource(QueryBuilder, "/ask", resource_class_kwargs=kwargs)
        self.init_app(app)


def test_resources_added_before_the_application_are_served_listed_and_guarded(data):
    api, client = client_of(Unrouted, data)
    assert client.get("/api/v4/refusing").status_code == 400
    listed = client.get("/api/v4/server/endpoints").json["data"]["available_endpoints"]
    assert any("/refusing" in line for line in listed)
    api.context.stores.close()

    def closed(_):
        return lambda *_, **__: flask_restful.abort(401)

    api = provender.configure_api(
        flask_api=Unrouted, store=data / "lab.aiida", get_decorators=[closed]
    )
    assert api.app.test_client().get("/api/v4/refusing").status_code == 401
    api.context.stores.close()


@pytest.mark.undescribed("/bare", "/ask")
@pytest.mark.parametrize(
    ("path", "status", "code"), [("bare", 501, "not-served"), ("ask", 405, "")]
)
def test_a_resource_without_a_route_says_so(path, status, code, data):
    api, client = client_of(Unrouted, data)
    answer = client.get(f"/api/v4/{path}")
    assert answer.status_code == status
    assert answer.json.get("code", "") == code
    api.context.stores.close()
