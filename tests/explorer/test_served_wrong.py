"""What a person sees at an address where there is nothing."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from provender.settings import ProfileSettings
from support.explorer import BROWSER


@pytest.fixture(params=[True, False], ids=["explorer", "plain"])
def several(request, settings, data):
    store = ProfileSettings(str(data / "lab.aiida"))
    profiles = dict.fromkeys(("materials", "lab", "paper.v2"), store)
    return replace(settings, profiles=profiles, default_profile="lab", explorer=request.param)


@pytest.fixture
def client(several, make_app):
    return make_app(settings=several).test_client()


def links(text):
    return [html.unescape(link) for link in re.findall(r'<a href="([^"]*)"', text)]


@pytest.mark.parametrize("path", ["/material", "/material/", "/Materials/browse/nodes?x=1"])
def test_an_unknown_store_is_a_page_with_those_that_there_are(path, client):
    answer = client.get(path, headers=BROWSER)
    assert (answer.status_code, answer.content_type) == (404, "text/html; charset=utf-8")
    name = path.split("/")[1]
    assert f"There is no profile `{name}` on this server." in answer.text
    assert 'Did you mean <a href="http://localhost/materials/">materials</a>?' in answer.text
    assert answer.vary.as_set() >= {"accept"}
    found = links(answer.text)
    for store in ("materials", "lab", "paper.v2"):
        assert f"http://localhost/{store}/" in found
    for link in found:
        assert client.get(link.removeprefix("http://localhost")).status_code == 200


def test_it_may_load_what_the_server_has_and_nothing_else(client):
    answer = client.get("/nobody/", headers=BROWSER)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.findall(r"<style|style=|<script", answer.text) == []
    assert "Did you mean" not in answer.text


def test_programs_get_json(client):
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "application/json"}):
        answer = client.get("/material/", headers=headers)
        assert (answer.status_code, answer.json["code"]) == (404, "unknown-profile")
    answer = client.get("/material/api/v4/nodes", headers=BROWSER)
    assert (answer.status_code, answer.json["code"]) == (404, "unknown-profile")
    answer = client.get("/api/v4/nothing", headers=BROWSER)
    assert (answer.status_code, answer.json["code"]) == (404, "unknown-route")
    assert client.post("/material/", headers=BROWSER).json["code"] == "unknown-profile"


def test_a_head_is_that_of_the_page(client):
    head, get = (
        client.open("/nobody", method=method, headers=BROWSER) for method in ("HEAD", "GET")
    )
    assert (head.status_code, head.data) == (404, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]


def test_nothing_of_the_address_becomes_markup(client):
    for path in ("/%3Cscript%3Ealert(1)%3C/script%3E", "/a%22onload=%22x/", "/%0A%00/"):
        answer = client.get(path, headers=BROWSER)
        assert answer.status_code == 404
        assert "<script>" not in answer.text
        assert '"onload' not in answer.text


def test_a_wrong_address_of_a_known_store(client):
    answer = client.get("/lab/brows", headers=BROWSER)
    assert answer.status_code == 404
    assert "There is nothing at this path." in answer.text or "<h1>" in answer.text
    assert "http://localhost/lab/" in links(answer.text)


def test_of_many_stores_some_are_named(settings, data, make_app):
    store = ProfileSettings(str(data / "lab.aiida"))
    profiles = {f"store-{number:03}": store for number in range(120)}
    chosen = replace(settings, profiles=profiles, default_profile="store-000")
    answer = make_app(settings=chosen).test_client().get("/store-1/", headers=BROWSER)
    assert "The 120 stores of this server" in answer.text
    assert answer.text.count("<li>") == 50


def test_names_of_stores_that_are_not_for_everybody_are_not_told(settings, data, make_app):
    store = str(data / "lab.aiida")
    profiles = {
        "free": ProfileSettings(store),
        "secret": ProfileSettings(store, readers=("alice",)),
    }
    chosen = replace(settings, profiles=profiles, default_profile="free")
    client = make_app(settings=chosen).test_client()
    for path in ("/docs/none", "/free/none", "/metrics/x", "/browse-x", "/secre/", "/secret/x/y"):
        answer = client.get(path, headers=BROWSER)
        assert answer.status_code in (401, 404), path
        assert "secret" not in answer.text


def test_checks_of_access_hold_for_names_too(several, make_app):
    def closed(function):
        def refuse(*arguments, **options):
            from flask import abort

            abort(403)

        return refuse

    client = make_app(settings=several, get_decorators=[closed]).test_client()
    answer = client.get("/nobody/", headers=BROWSER)
    assert (answer.status_code, answer.json["code"]) == (404, "unknown-route")
    assert "lab" not in answer.text


def test_without_paths_of_profiles_none_is_named(several, make_app):
    client = make_app(settings=replace(several, profile_paths=False)).test_client()
    answer = client.get("/lab/", headers=BROWSER)
    assert answer.status_code == 404
    assert "materials" not in answer.text
