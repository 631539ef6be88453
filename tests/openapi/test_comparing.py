"""The comparison of answers with their description: that it fails for each kind of wrong answer."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from provender.web.dialects import DIALECTS
from support.described import Got, check, undescribed
from support.server import ask, serving

PREFIX = DIALECTS[0].prefix
PATH = f"{PREFIX}/users?limit=1"
NOTES = [{"code": "unreadable", "message": "It cannot be read."}]


@pytest.fixture
def got(on_archive):
    """A right answer, to be spoiled."""
    answer = on_archive.get(PATH)
    return Got("GET", PATH, answer.status, answer.headers, answer.body)


def spoiled(got, change):
    """Return an answer with a changed body."""
    value = json.loads(got.body)
    change(value)
    return replace(got, body=json.dumps(value).encode())


def row(value):
    return value["data"]["users"][0]


def test_a_right_answer_passes(got):
    assert check(got) is None
    assert got.status == 200


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda value: value.update(extra=1), "extra"),
        (lambda value: row(value).update(email="somebody@example.org"), "email"),
        (lambda value: row(value).pop("id"), "id"),
        (lambda value: row(value).update(id="1"), "integer"),
        (lambda value: row(value).update(first_name=None), "/data/users/0/first_name"),
        (lambda value: value.update(resource_type="nodes"), "resource_type"),
        (lambda value: value.update(notes=[]), "notes"),
        (lambda value: value.update(notes=[{"code": "x"}]), "message"),
    ],
)
def test_a_wrong_body_is_told(got, change, problem):
    with pytest.raises(AssertionError, match=problem):
        check(spoiled(got, change))


def test_what_cannot_be_read_may_be_null_with_a_note(got):
    def change(value):
        row(value).update(first_name=None)
        value.update(notes=NOTES)

    changed = spoiled(got, change)
    assert check(changed) is None
    assert changed.body != got.body


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"status": 418}, "status 418"),
        ({"status": 404}, "message"),
        ({"body": b"{"}, "not JSON"),
        ({"body": b"<p>", "headers": {"content-type": "text/html", "x-request-id": "1"}}, "html"),
        ({"headers": {"content-type": "application/json"}}, "X-Request-ID is missing"),
        ({"method": "POST"}, "status 200"),
        ({"path": f"{PREFIX}/nowhere"}, "status 200"),
        ({"path": "/api/v9/users"}, "status 200"),
        ({"path": f"/lab{PREFIX}/groups"}, "groups"),
        ({"method": "OPTIONS"}, "OPTIONS"),
    ],
)
def test_a_wrong_answer_is_told(got, more, problem):
    with pytest.raises(AssertionError, match=problem):
        check(replace(got, **more))


def test_headers_are_compared(got):
    headers = {**got.headers, "x-total-count": "many"}
    with pytest.raises(AssertionError, match="X-Total-Count"):
        check(replace(got, headers=headers))


def test_an_error_has_a_code_of_its_status(on_archive):
    path = f"{PREFIX}/nodes?nothing=1"
    answer = on_archive.get(path)
    wrong = answer.body.replace(b"unknown-field", b"no-such-file")
    assert wrong != answer.body
    with pytest.raises(AssertionError, match="no-such-file"):
        check(Got("GET", path, 400, answer.headers, wrong))


def test_other_paths_are_not_described(got):
    assert all(
        check(replace(got, path=path, body=b"<p>")) is None
        for path in ("/", "/alive", "/profiles", "/metrics", "/docs", f"/{PREFIX}//users")
    )


def test_a_test_says_which_paths_are_its_own(got):
    wrong = replace(got, body=b"{}")
    with undescribed("/users"):
        assert check(wrong) is None
        with pytest.raises(AssertionError):
            check(replace(wrong, path=f"{PREFIX}/groups"))
    with pytest.raises(AssertionError):
        check(wrong)


def spoiling(app):
    """Return an application whose answers have a key that is not described."""

    def answer(environ, start_response):
        body = b"".join(app(environ, start_response))
        return [body.replace(b'{"data"', b'{"dato"', 1)]

    return answer


def test_what_tests_ask_over_http_is_compared(on_archive):
    with serving(spoiling(on_archive.app)) as root, pytest.raises(AssertionError, match="dato"):
        ask(f"{root}{PATH}")


def test_what_tests_ask_in_the_same_process_is_compared(data, make_app):
    app = make_app(store=data / "lab.aiida")
    app.wsgi_app = spoiling(app.wsgi_app)
    with pytest.raises(AssertionError, match="dato"):
        app.test_client().get(PATH)
