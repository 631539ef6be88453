"""The page of the explorer, and the files that it loads."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from werkzeug.test import create_environ, run_wsgi_app

import provender
from deploy.processes import ROOT
from provender.errors import ConfigurationError
from provender.settings import ProfileSettings
from provender.version import __version__
from provender.web.explorer import files
from provender.web.explorer.build import load
from support.browser import BROWSER as CHROMIUM
from support.browser import browsing
from support.command import unmeasured
from support.explorer import DEEP, base, loaded, told
from support.server import serving
from support.waiting import wait_until

PLAIN = "A provenance store of"


@pytest.fixture(scope="module")
def several(settings, data, unpacked, lab_postgres, build):
    """Settings with three profiles, `main` being the default one."""
    return replace(
        settings,
        profiles={
            "main": ProfileSettings(str(data / "materials.aiida")),
            "lab": ProfileSettings(lab_postgres, unpacked / "repo" / "container"),
            "Sqlite.v1": ProfileSettings(str(unpacked / "sqlite_dos")),
        },
        default_profile="main",
    )


@pytest.fixture(scope="module")
def client(several):
    app = provender.create_app(settings=several)
    yield app.test_client()
    app.extensions["provender"].stores.close()


def test_the_page_tells_its_script_where_everything_is(client):
    answer = client.get("/lab/")
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    assert base(answer.text) == "/lab/"
    assert told(answer.text) == {
        "version": __version__,
        "profile": "lab",
        "top": "",
        "root": "/lab",
        "page": "store",
        "api": "/lab/api/v4",
        "guarded": False,
        "login": None,
        "docs": True,
    }
    assert client.get(told(answer.text)["api"] + "/nodes?limit=1").status_code == 200
    assert "<noscript>" in answer.text
    for link in re.findall(r'<a href="([^"]*)"', answer.text):
        assert client.get(link).status_code == 200


def test_the_first_page_is_the_list_where_several_stores_are_served(client, make_app, data, build):
    shown = told(client.get("/").text)
    assert (shown["page"], shown["profile"], shown["root"]) == ("stores", None, "")
    shown = told(client.get("/browse/nodes").text)
    assert (shown["page"], shown["profile"]) == ("store", "main")
    alone = make_app(store=data / "lab.aiida").test_client()
    for path in ("/", "/lab/", "/browse"):
        shown = told(alone.get(path).text)
        assert (shown["page"], shown["profile"]) == ("store", "lab")


def test_without_paths_of_profiles_there_is_one_store(several, make_app):
    app = make_app(settings=replace(several, profile_paths=False)).test_client()
    shown = told(app.get("/").text)
    assert (shown["page"], shown["profile"]) == ("store", "main")
    assert app.get("/lab/browse").status_code == 404


@pytest.mark.parametrize("below", ["", "/lab", "/Sqlite.v1"])
@pytest.mark.parametrize("path", [*DEEP, "/browse/%00", "/browse/api/v4/nodes"])
def test_every_address_below_browse_is_the_page(path, below, client):
    answer = client.get(below + path)
    assert answer.status_code == 200
    assert base(answer.text) == f"{below}/"
    assert told(answer.text)["profile"] == (below[1:] or "main")
    assert answer.text == client.get(f"{below}/browse").text


def test_nothing_of_a_request_gets_into_the_page(client):
    answer = client.get(
        "/browse/x?y=%22%3E%3Cscript%3Ealert(1)", headers={"Host": 'a"><script>alert(1)</script>'}
    )
    assert "alert" not in answer.text


def test_the_page_below_a_mount_of_a_web_server(client):
    environ = create_environ("/lab/browse/a", "http://example.org/caf%C3%A9%20x/")
    chunks, status, _ = run_wsgi_app(client.application, environ)
    text = b"".join(chunks).decode()
    assert status == "200 OK"
    assert base(text) == "/caf%C3%A9%20x/lab/"
    shown = told(text)
    assert (shown["top"], shown["root"]) == ("/caf%C3%A9%20x", "/caf%C3%A9%20x/lab")
    assert shown["api"] == "/caf%C3%A9%20x/lab/api/v4"
    paths = loaded(text)
    assert paths
    assert all(path.startswith("/caf%C3%A9%20x/assets/explorer/") for path in paths)


def test_the_page_is_asked_for_again_only_when_it_changed(client):
    first = client.get("/lab/browse/nodes")
    assert first.headers["Cache-Control"] == "no-cache"
    etag = first.headers["ETag"]
    again = client.get("/lab/browse/groups", headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert client.get("/main/", headers={"If-None-Match": etag}).status_code == 200


def test_methods_of_the_page(client):
    for path in ("/", "/browse", "/browse/x/y", "/lab/browse/x"):
        head, get = client.head(path), client.get(path)
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["Content-Length"] == get.headers["Content-Length"]
        assert head.headers["ETag"] == get.headers["ETag"]
        allowed = client.options(path).headers["Allow"]
        assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS"}
        refused = client.post(path)
        assert (refused.status_code, refused.json["code"]) == (405, "method-not-allowed")


def test_the_page_may_load_what_the_server_has_and_nothing_else(several, make_app):
    settings = replace(several, frame_ancestors=("https://a.example",))
    answer = make_app(settings=settings).test_client().get("/browse/x")
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; font-src 'self'; worker-src 'self' blob:; base-uri 'self'; "
        "form-action 'none'; frame-ancestors https://a.example"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert re.findall(r"<style|style=|\son\w+=|<script(?![^>]*\bsrc=)", answer.text) == []


def test_files_are_kept_for_ever(client, build):
    assert build.names
    for name in sorted(build.names):
        path, kind = f"/assets/explorer/{name}", files.content_type(name)
        assert kind is not None, name
        plain = client.get(path)
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert plain.data == gzip.decompress(packed.data) == (build.folder / name).read_bytes()
        for answer in (plain, packed):
            assert answer.headers["Content-Type"] == kind
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Vary"] == "Accept-Encoding"
        etag = packed.headers["ETag"]
        assert etag != plain.headers["ETag"]
        again = {"Accept-Encoding": "gzip", "If-None-Match": etag}
        assert client.get(path, headers=again).status_code == 304
        head = client.head(path)
        assert (head.data, head.headers["Content-Length"]) == (b"", str(len(plain.data)))
        assert client.post(path).status_code == 405


def test_the_page_names_files_that_are_there(client, build):
    paths = loaded(client.get("/lab/").text)
    assert f"/assets/explorer/{build.script}" in paths
    assert {path.rpartition("/")[2] for path in paths} <= build.names
    for path in paths:
        assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    "name",
    ["nothing.js", "../manifest.json", "%2e%2e/manifest.json", "..%2Fmanifest.json", "a/b.js", ""],
)
def test_nothing_but_the_files_of_a_build_is_an_asset(name, client):
    assert client.get(f"/assets/explorer/{name}").status_code == 404
    assert client.get("/lab/assets/explorer/x.js").status_code == 404


def test_the_explorer_can_be_turned_off(several, make_app, build):
    app = make_app(settings=replace(several, explorer=False)).test_client()
    for path in ("/", "/lab/"):
        answer = app.get(path)
        assert answer.status_code == 200
        assert PLAIN in answer.text
        assert told(answer.text) is None
        assert "make explorer" not in answer.text
    for path in (
        *("/browse", "/browse/nodes", "/lab/browse", "/lab/browse/nodes"),
        f"/assets/explorer/{build.script}",
    ):
        answer = app.get(path)
        assert (answer.status_code, answer.json["code"]) == (404, "unknown-route")


def test_no_profile_is_called_browse(settings, data, make_app):
    profiles = {"browse": ProfileSettings(str(data / "lab.aiida"))}
    with pytest.raises(ConfigurationError) as caught:
        make_app(settings=replace(settings, profiles=profiles))
    assert "A profile cannot be called `browse`" in caught.value.reason


def test_checks_of_access_hold_for_every_page(several, make_app):
    def closed(function):
        def refuse(*arguments, **options):
            from flask import abort

            abort(403)

        return refuse

    app = make_app(settings=several, get_decorators=[closed]).test_client()
    for path in ("/", "/browse", "/lab/", "/lab/browse/x"):
        assert app.get(path).status_code == 403


MANIFEST = {
    "index.html": {
        "file": "assets/index-1.js",
        "css": ["assets/index-1.css"],
        "imports": ["_a.js", "_b.js"],
        "dynamicImports": ["late.ts"],
    },
    "_a.js": {"file": "assets/a-1.js", "imports": ["_b.js"], "css": ["assets/a-1.css"]},
    "_b.js": {"file": "assets/b-1.js", "imports": ["_a.js"]},
    "late.ts": {"file": "assets/late-1.js", "css": ["assets/late-1.css"]},
    "public/favicon.svg": {"file": "assets/favicon-1.svg"},
}
WRITTEN = [file for one in MANIFEST.values() for file in [one["file"], *one.get("css", [])]]


def written(folder, manifest, names=WRITTEN):
    (folder / "assets").mkdir(parents=True)
    for name in names:
        (folder / name).write_text(name)
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    (folder / "manifest.json").write_text(text)
    return folder


def test_a_build_is_what_its_manifest_says(tmp_path):
    found = load(written(tmp_path / "built", MANIFEST))
    assert found.script == "index-1.js"
    assert found.imports == ("a-1.js", "b-1.js")
    assert found.styles == ("index-1.css", "a-1.css")
    assert found.icon == "favicon-1.svg"
    assert found.names == {name.partition("/")[2] for name in WRITTEN}


@pytest.mark.parametrize(
    "manifest",
    [
        "{",
        "[]",
        {},
        {"index.html": {}},
        {"index.html": {"file": 1}},
        {"index.html": {"file": "../../secret.js"}},
        {"index.html": {"file": "assets/gone-1.js"}},
        {"index.html": {"file": "assets/index-1.js", "imports": ["nothing"]}},
    ],
)
def test_what_is_no_build_is_not_served(manifest, tmp_path, caplog):
    assert load(written(tmp_path / "built", manifest)) is None
    assert str(tmp_path) in caplog.text


def test_a_tree_without_a_build_says_so(tmp_path):
    """The source tree as it is before `make explorer`, in a process of its own."""
    source = tmp_path / "source"
    leaving = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src" / "provender", source / "provender", ignore=leaving)
    shutil.rmtree(source / "provender" / "web" / "static" / "explorer", ignore_errors=True)
    script = (
        "import provender\n"
        "client = provender.create_app(store='demo').test_client()\n"
        "page = client.get('/')\n"
        "print(provender.__file__, page.status_code, client.get('/browse/x').status_code)\n"
        "print(page.text)\n"
    )
    # A copy of the package is not what coverage looks at.
    environment = {**unmeasured(), "PYTHONPATH": str(source)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment
    )
    first, _, page = done.stdout.partition("\n")
    assert first == f"{source}/provender/__init__.py 200 404"
    assert PLAIN in page
    assert "The explorer was not built: `make explorer` does that." in page


@pytest.mark.skipif(CHROMIUM is None, reason="the page is shown by a browser")
def test_a_browser_runs_the_page_under_its_policy(several, make_app, tmp_path):
    app = make_app(settings=several)
    with serving(app) as root, browsing(tmp_path) as page:
        for path in ("/", "/lab/", "/lab/browse/nodes", "/browse/nodes/x%2Fy/%C3%A9"):
            page.load(root + path)
            wait_until(lambda: page.run("document.querySelector('#app *:not(noscript)') !== null"))
            assert page.run("violations") == []
            assert page.run("location.pathname") == path
        assert {url.startswith(root) for url in page.asked} == {True}
