"""Every answer names its request."""

from __future__ import annotations

import re

import pytest

from support.server import ask, serving

OURS = re.compile(r"[0-9a-f]{32}")


@pytest.fixture(scope="module")
def root(settings):
    import provender

    app = provender.create_app(store="demo", settings=settings)
    app.add_url_rule("/fault", "fault", lambda: 1 // 0)
    with serving(app) as url:
        yield url
    app.extensions["provender"].stores.close()


def named(root, path="/alive", name="mine-1", **options):
    headers = {"X-Request-ID": name} | options.pop("headers", {})
    return ask(root + path, headers=headers, **options)


@pytest.mark.parametrize("name", ["a", "0af7651916cd43dd8448eb211c80319c", "a.B_c-9", "x" * 64])
def test_a_sane_id_of_the_client_is_kept(root, name):
    assert named(root, name=name).headers["x-request-id"] == name


@pytest.mark.parametrize("name", ["", "x" * 65, "a b", 'a"b', "a\tb", "a,b", "é", "a;b", "../a%0a"])
def test_any_other_id_is_replaced_by_ours(root, name):
    assert OURS.fullmatch(named(root, name=name).headers["x-request-id"])


def test_without_an_id_each_request_gets_one_of_its_own(root):
    seen = {ask(f"{root}/alive").headers["x-request-id"] for _ in range(20)}
    assert len(seen) == 20
    assert all(OURS.fullmatch(name) for name in seen)


@pytest.mark.parametrize(
    ("path", "status", "options"),
    [
        ("/", 200, {}),
        ("/api/v4/nodes?limit=1", 200, {"method": "HEAD"}),
        ("/api/v4/nodes", 200, {"method": "OPTIONS"}),
        ("/api/v4/nodes?limit=x", 400, {}),
        ("/nowhere", 404, {}),
        ("/api/v4/nodes", 405, {"method": "DELETE"}),
        ("/fault", 500, {}),
    ],
)
def test_answers_of_every_status_carry_it(root, path, status, options):
    answer = named(root, path, **options)
    assert (answer.status, answer.headers["x-request-id"]) == (status, "mine-1")


def test_answers_from_memory_and_304_carry_that_of_their_own_request(root):
    first = named(root, "/api/v4/nodes?limit=2", "first")
    second = named(root, "/api/v4/nodes?limit=2", "second")
    assert first.body == second.body
    third = named(
        root, "/api/v4/nodes?limit=2", "third", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (first.status, second.status, third.status) == (200, 200, 304)
    names = [answer.headers["x-request-id"] for answer in (first, second, third)]
    assert names == ["first", "second", "third"]


def test_a_fault_of_ours_is_told_under_the_id_of_the_request(root):
    assert named(root, "/fault").json["request_id"] == "mine-1"
    answer = ask(f"{root}/fault")
    assert answer.json["request_id"] == answer.headers["x-request-id"]


def test_scripts_of_other_sites_may_read_it(root):
    answer = named(root, headers={"Origin": "https://example.org"})
    assert "X-Request-ID" in answer.headers["access-control-expose-headers"]
