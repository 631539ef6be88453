"""The tables and the comparison of `make test-peer`; AiiDA is not needed for these."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from peer.comparing import Comparison, differences
from peer.expected import ALLOWED, FAILURES, POSTGRES, SQLITE
from peer.forwarding import Answer
from peer.task import Storage

PAGE = Path(__file__).parents[2] / "docs" / "deviations.md"
LINK = '<http://localhost/api/v4/nodes/page/2?id%3E3>; rel="next"'
THEIR_LINK = "<http:/localhost/api/v4/nodes/page/2?id>3>; rel=next, "


def answer(body=None, status=200, **headers):
    kind = {"content-type": "application/json"}
    return Answer(status, headers=kind | headers, body=json.dumps(body).encode())


@pytest.mark.parametrize("row", [*FAILURES, *ALLOWED], ids=lambda row: row.reason)
def test_the_deviations_page_says_what_a_row_quotes(row):
    assert row.quote in re.sub(r"\s+", " ", PAGE.read_text())


def test_links_are_compared_by_their_targets():
    assert list(differences(answer(link=LINK), answer(link=THEIR_LINK))) == []
    moved = LINK.replace("page/2", "page/3")
    assert len(list(differences(answer(link=moved), answer(link=THEIR_LINK)))) == 1


@pytest.mark.parametrize(
    ("ours", "theirs", "place"),
    [
        ({"data": [1]}, {"data": [True]}, "/data/0"),
        ({"data": [1]}, {"data": [1.0]}, "/data/0"),
        ({"data": [1, 2]}, {"data": [1]}, "/data"),
        ({"data": None}, {}, "/data"),
    ],
)
def test_a_difference_has_its_place(ours, theirs, place):
    assert [found[0] for found in differences(answer(ours), answer(theirs))] == [place]


def test_a_status_and_a_missing_header_differ():
    found = differences(answer(status=404), answer(status=500, **{"x-total-count": "1"}))
    assert [each[0] for each in found] == ["status", "x-total-count"]


@pytest.mark.parametrize(("storage", "unexpected"), [(SQLITE, 0), (POSTGRES, 1)])
def test_booleans_are_numbers_on_sqlite_only(storage, unexpected):
    comparison = Comparison(storage)
    bodies = [{"data": {"nodes": [{"extras": {"done": value}}]}} for value in (False, 0)]
    comparison.add("GET /api/v4/nodes", *map(answer, bodies))
    assert len(comparison.unexpected) == unexpected
    assert comparison.allowed == 1 - unexpected


def test_rows_that_nothing_needs_are_named():
    comparison = Comparison(POSTGRES)
    comparison.add("GET /api/v4/server", answer({"data": 1}), answer({"data": 1}))
    assert comparison.equal == 1
    assert len(comparison.unused()) == sum(POSTGRES in row.storages for row in ALLOWED)


@pytest.mark.parametrize(
    ("url", "host", "named"),
    [
        ("postgresql://postgres:@/lab?host=/tmp/socket", "/tmp/socket", ""),  # noqa: S108 - not opened
        ("postgresql://tester:secret@db.example.org:5433/lab", "db.example.org", "db.example.org"),
    ],
)
def test_settings_of_a_database_come_from_its_url(url, host, named):
    storage = Storage.read(POSTGRES, url)
    assert storage.host == host
    assert storage.settings()["database_hostname"] == named
    assert storage.settings()["database_name"] == "lab"
