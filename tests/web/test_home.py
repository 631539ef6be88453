"""The page for people."""

from __future__ import annotations

import html
import re


def test_the_page_shows_what_is_served(on_each):
    answer = on_each.get("/")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    text = answer.body.decode()
    assert "<dd>312</dd>" in text
    assert "<dd>381</dd>" in text


def test_its_links_work(on_archive):
    text = on_archive.get("/").body.decode()
    paths = [
        html.unescape(link).removeprefix(on_archive.root)
        for link in re.findall(r'href="([^"]*)"', text)
        if link.startswith(on_archive.root)
    ]
    assert len(paths) >= 5
    for path in paths:
        assert on_archive.get(path).status == 200


def test_nothing_of_the_request_becomes_markup(on_archive):
    client = on_archive.app.test_client()
    answer = client.get("/", headers={"Host": 'a"><script>alert(1)</script>'})
    assert "<script>" not in answer.text
