"""The plain page of a server without the explorer."""

from __future__ import annotations

import html
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace

import pytest

from provender.cli.restapi import holdings
from provender.errors import ConfigurationError
from provender.settings import ProfileSettings
from support.server import serving

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
LONG = "a-name-of-a-profile-that-nobody-would-choose-and-that-has-no-room-in-a-line"
RULER = """<script>
  parent.document.title = `${document.documentElement.scrollWidth} of ${innerWidth}`;
</script>"""
"""What makes a page within a page tell how wide it is, and how wide its window."""


@pytest.fixture(scope="module")
def plainly(settings):
    return replace(settings, explorer=False)


@pytest.fixture(scope="module")
def plain(serve, unpacked):
    return serve(unpacked / "lab.aiida", name="plain", explorer=False)


def test_the_page_shows_what_is_served(on_each, make_app, plainly):
    answer = make_app(store=on_each.store, settings=plainly).test_client().get("/")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/html")
    text = answer.text
    assert "<dd>312</dd>" in text
    assert "<dd>381</dd>" in text


def test_its_links_work(plain):
    text = plain.get("/").body.decode()
    paths = [
        html.unescape(link).removeprefix(plain.root)
        for link in re.findall(r'href="([^"]*)"', text)
        if link.startswith(plain.root)
    ]
    assert len(paths) >= 5
    for path in paths:
        assert plain.get(path).status == 200


def test_nothing_of_the_request_becomes_markup(plain):
    client = plain.app.test_client()
    answer = client.get("/", headers={"Host": 'a"><script>alert(1)</script>'})
    assert "<script>" not in answer.text


@pytest.fixture(scope="module")
def lonely(unpacked, tmp_path_factory):
    """A store with one group and one member of it."""
    folder = tmp_path_factory.mktemp("lonely") / "sqlite_dos"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    with closing(sqlite3.connect(folder / "database.sqlite")) as connection, connection:
        for table in ("db_dbgroup_dbnodes", "db_dbgroup"):
            connection.execute(f"DELETE FROM {table} WHERE id > (SELECT min(id) FROM {table})")
    return folder


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; font-src 'self'; worker-src 'self' blob:; base-uri 'self'; "
    "form-action 'none'; frame-ancestors "
)


def test_the_page_may_load_what_the_server_has_and_nothing_else(plain):
    answer = plain.get("/")
    assert answer.headers["content-security-policy"] == f"{POLICY}'none'"
    text = answer.body.decode()
    assert re.findall(r"<style|<script|style=|\son\w+=", text) == []
    (style,) = re.findall(r'<link rel="stylesheet" href="(/assets/[^"]+)">', text)
    found = plain.get(style)
    assert (found.status, found.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert found.headers["x-content-type-options"] == "nosniff"


def test_a_setting_names_who_may_frame_the_pages(settings, data, make_app):
    sites = ("https://a.example", "https://b.example:8443")
    chosen = replace(settings, frame_ancestors=sites)
    client = make_app(store=data / "lab.aiida", settings=chosen).test_client()
    for path in ("/", "/lab/", "/docs"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy == f"{POLICY}{' '.join(sites)}", path


@pytest.mark.parametrize("site", ["'self'", "a.example; script-src *", "https://a.example/x"])
def test_who_may_frame_is_the_origin_of_a_site(site, settings, data, make_app):
    chosen = replace(settings, frame_ancestors=(site,))
    with pytest.raises(ConfigurationError, match="origin"):
        make_app(store=data / "lab.aiida", settings=chosen)


def test_one_is_not_called_many(lonely, make_app, plainly):
    app = make_app(store=lonely, settings=plainly)
    text = app.test_client().get("/").text
    assert "<dt>group</dt><dd>1</dd>" in text
    assert "<dt>group membership</dt><dd>1</dd>" in text
    assert "<dt>nodes</dt>" in text
    assert ", 1 group, " in holdings(app.extensions["provender"].stores)


@pytest.fixture
def ruled(unpacked, settings, make_app):
    """An application with a profile of a long name, whose page is shown in windows of any width."""
    profiles = {name: ProfileSettings(str(unpacked / "sqlite_dos")) for name in (LONG, "b")}
    app = make_app(settings=replace(settings, profiles=profiles), profile=LONG)
    page = app.view_functions["home"]

    def window(width):
        text = page().get_data(as_text=True) + RULER
        return f'<iframe width="{width}" style="border:0" srcdoc="{html.escape(text)}">'

    app.add_url_rule("/window/<int:width>", "window", window)
    return app


@pytest.mark.skipif(BROWSER is None, reason="widths are measured by a browser")
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_the_page_does_not_scroll_sideways(width, ruled, tmp_path):
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    options += ["--no-first-run", "--disable-component-update", "--disable-sync"]
    options += [f"--user-data-dir={tmp_path}", "--window-size=1400,800", "--hide-scrollbars"]
    with serving(ruled) as root:
        command = [BROWSER, *options, "--dump-dom", f"{root}/window/{width}"]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert f"<title>{width} of {width}</title>" in shown.stdout
