"""The page `/docs` and what it loads: complete without the internet, and under its policy."""

from __future__ import annotations

import gzip
import json
import re

import pytest
from flask import abort

from provender.settings import Settings
from provender.web.dialects import DIALECTS
from provender.web.operations.assets import FILES
from support.browser import BROWSER, browsing

BROWSING = pytest.mark.skipif(BROWSER is None, reason="the page is shown by a browser")
OPEN = ".opblock.is-open"
# What a person does with the list of nodes: fill in a filter, choose the other ones, ask.
FILL = """(() => {
  const row = document.querySelector('.opblock.is-open tr[data-param-name="label"] input');
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(row, '"a&b"');
  row.dispatchEvent(new Event("change", {bubbles: true}));
  row.dispatchEvent(new Event("input", {bubbles: true}));
  const more = document.querySelector('.opblock.is-open tr[data-param-name="filters"] select');
  Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set.call(more, "some");
  more.dispatchEvent(new Event("change", {bubbles: true}));
})()"""

# The page takes what is typed after a while.
TAKEN = """
JSON.stringify(ui.specSelectors.parameterValues(["/nodes", "get"])).includes("a&b")
"""


def assets(page):
    return re.findall(r'(?:src|href)="([^"]*/assets/[^"]*)"', page)


def test_the_page_may_load_what_the_server_has_and_nothing_else(on_archive):
    answer = on_archive.get("/docs")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = answer.headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; font-src 'self'; worker-src 'self' blob:; base-uri 'self'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    text = answer.body.decode()
    assert "<style" not in text
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert on_archive.get("/docs/").status == 200


def test_what_the_page_loads_is_kept_for_ever(on_archive):
    paths = assets(on_archive.get("/docs").body.decode())
    assert {path.split("/", 3)[3] for path in paths} == set(FILES) - {"home.css"}
    for path in sorted(paths):
        plain = on_archive.get(path)
        packed = on_archive.get(path, headers={"Accept-Encoding": "gzip"})
        assert gzip.decompress(packed.body) == plain.body
        for answer in (plain, packed):
            assert answer.headers["content-type"] == FILES[path.split("/", 3)[3]]
            assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["vary"] == "Accept-Encoding"
        etag = packed.headers["etag"]
        assert etag != plain.headers["etag"]
        again = {"Accept-Encoding": "gzip", "If-None-Match": etag}
        assert on_archive.get(path, headers=again).status == 304
    assert len(paths) == 4


def test_only_what_is_listed_is_an_asset(on_archive):
    path = next(one for one in assets(on_archive.get("/docs").body.decode()) if "docs.js" in one)
    digest = path.split("/")[2]
    for name in ("swagger/LICENSE", "nothing.js", "../templates/docs.html", "%2e%2e/app.py", ""):
        assert on_archive.get(f"/assets/{digest}/{name}").status == 404
    assert on_archive.get("/assets/0123456789abcdef0123/docs.js").status == 404
    assert on_archive.get("/assets").json["code"] == "unknown-route"
    assert on_archive.get(path, method="POST").status == 405


def test_each_dialect_has_its_page(on_archive):
    for dialect in DIALECTS:
        text = on_archive.get(f"/docs?dialect={dialect.name}").body.decode()
        assert f'data-description="{dialect.prefix}/openapi.json"' in text
        assert text.count("aria-current") == 1
    assert len(DIALECTS) == 2
    unknown = on_archive.get('/docs?dialect="><script>').body.decode()
    assert f'data-description="{DIALECTS[0].prefix}/openapi.json"' in unknown
    assert "<script>" not in unknown


def test_the_page_of_a_profile_shows_that_profile(data, make_app):
    settings = Settings(archives=(data,), default_profile="lab", profile_paths=True)
    client = make_app(settings=settings).test_client()
    page = client.get("/materials/docs", headers={"Host": "elsewhere"}).text
    assert f'data-description="/materials{DIALECTS[0].prefix}/openapi.json"' in page
    assert 'href="/assets/' in page
    assert '<a href="/materials/">materials</a>' in page
    assert client.get("/nowhere/docs").status_code == 404


def test_behind_a_prefix_its_paths_have_it(data, make_app):
    client = make_app(store=data / "lab.aiida").test_client()
    page = client.get("/docs", base_url="http://localhost/physics").text
    assert 'src="/physics/assets/' in page
    assert f'data-description="/physics{DIALECTS[0].prefix}/openapi.json"' in page


def test_the_page_is_guarded_and_what_it_loads_is_not(data, make_app):
    def closed(view):
        del view
        return lambda **_: abort(401, "Who are you?")

    path = assets(make_app(store=data / "lab.aiida").test_client().get("/docs").text)[0]
    client = make_app(store=data / "lab.aiida", get_decorators=[closed]).test_client()
    assert client.get("/docs").status_code == 401
    assert client.get(path).status_code == 200


@BROWSING
@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda one: one.name)
def test_a_browser_shows_it_asking_nobody_else(on_archive, dialect, tmp_path):
    with browsing(tmp_path) as page:
        page.load(f"{on_archive.root}/docs?dialect={dialect.name}")
        page.wait("document.querySelectorAll('.opblock-tag').length > 5")
        title = page.run("document.querySelector('.info .title').innerText")
        assert dialect.name in title
        assert page.run("violations") == []
        assert page.errors == []
        elsewhere = [
            url for url in page.asked if not url.startswith((on_archive.root, "data:", "blob:"))
        ]
        assert elsewhere == []
        assert len(page.asked) >= 6


@BROWSING
def test_a_request_can_be_tried_on_the_page(on_archive, tmp_path):
    with browsing(tmp_path) as page:
        page.load(f"{on_archive.root}/docs#/nodes/getNodes")
        page.wait(f"document.querySelector('{OPEN} .try-out__btn') !== null")
        page.run(f"document.querySelector('{OPEN} .try-out__btn').click()")
        page.wait(f"document.querySelector('{OPEN} .execute') !== null")
        page.run(FILL)
        page.wait(TAKEN)
        page.run(f"document.querySelector('{OPEN} .execute').click()")
        page.wait(
            f"document.querySelector('{OPEN} .live-responses-table .microlight, "
            f"{OPEN} .live-responses-table .highlight-code') !== null"
        )
        status = page.run(
            f"document.querySelector('{OPEN} .live-responses-table tbody .response-col_status')"
            ".innerText"
        )
        tried = next(url for url in page.asked if f"{DIALECTS[0].prefix}/nodes?" in url)
        answer = json.loads(page.run(f"fetch({json.dumps(tried)}).then(one => one.text())"))
        assert page.run("violations") == []
        assert page.errors == []
    assert status.startswith("200")
    expected = {'label="a&b"', "id>=1", "id=in=1,2,3", 'label=like="%a%"', "limit=1"}
    assert expected <= set(re.split(r'&(?!b")', answer["query_string"]))
