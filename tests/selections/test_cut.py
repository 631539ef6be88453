"""Facets that are cut by time, and answers that are cut by rows, on every backend."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace

import pytest

import provender
from provender.settings import Limits
from support import growing, postgres
from support.waiting import wait_until

FACET = "attributes.many:array"
SHORT = Limits(statement_seconds=1.5)
# To count the members of the long lists takes seconds, those of the newest nodes 0.1 s.
LARGE, SMALL, MEMBERS = 10_000, 50_000, 2_000
MANY = json.dumps({"many": [place % 97 for place in range(MEMBERS)]})
FEW = '{"many": [1, 1, 2]}'
WITH_FEW = SMALL // 10
NEWEST = {
    "buckets": [
        {"value": 1, "count": 2 * WITH_FEW},
        {"value": 2, "count": WITH_FEW},
    ],
    "other": 0,
    "missing": SMALL - WITH_FEW,
    "truncated": "time",
}


def fill(store):
    """Add long lists, and behind them as many nodes as are counted at least, some with few."""
    some = f"CASE WHEN n.i % 10 = 0 THEN '{FEW}' ELSE '{{}}' END"
    attributes = f"CASE WHEN n.i < {LARGE} THEN '{MANY}' ELSE {some} END"
    growing.add_nodes(store, LARGE + SMALL, attributes=attributes)


@pytest.fixture(scope="module")
def on_archive_with_lists(tmp_path_factory, data):
    """The lab as an archive, with the lists."""
    folder = tmp_path_factory.mktemp("cut")
    path, database = folder / "cut.aiida", folder / "database.sqlite"
    with zipfile.ZipFile(data / "lab.aiida") as old, zipfile.ZipFile(path, "w") as new:
        database.write_bytes(old.read("db.sqlite3"))
        fill(folder)
        new.writestr("metadata.json", old.read("metadata.json"))
        new.write(database, "db.sqlite3")
    return path


@pytest.fixture(scope="module")
def on_sqlite_with_lists(tmp_path_factory, unpacked):
    """The lab as a SQLite profile, with the lists."""
    profile = growing.copied(unpacked, tmp_path_factory.mktemp("cut"))
    fill(profile)
    return profile


@pytest.fixture(scope="module")
def on_postgres_with_lists(cluster):
    """The lab in PostgreSQL, with the lists."""
    with growing.database(cluster) as url:
        fill(url)
        postgres.run(url, "ANALYZE db_dbnode")
        yield url


@pytest.fixture(scope="module", params=["archive", "postgres", "sqlite"])
def store(request):
    """Each store with the lists: what `create_app` is given."""
    return request.getfixturevalue(f"on_{request.param}_with_lists")


@pytest.fixture
def client(store, settings, make_app):
    """A client of each store, whose statements may take a short time only."""
    return make_app(store=store, settings=replace(settings, limits=SHORT)).test_client()


def without_addresses(facet):
    buckets = [{**bucket} for bucket in facet["buckets"]]
    for bucket in buckets:
        bucket.pop("url", None)
        bucket.pop("selection", None)
    return {**facet, "buckets": buckets}


def test_a_facet_that_takes_too_long_counts_the_newest_nodes_and_is_not_kept(client):
    query = {"facet": FACET}
    for answer in (
        client.get("/api/v4/nodes/facets", query_string=f"facet={FACET}"),
        client.get("/api/v4/nodes/facets", query_string=f"facet={FACET}"),
        client.post("/api/v4/nodes/facets", json=query),
    ):
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers
        assert without_addresses(answer.json["data"]["facets"][FACET]) == NEWEST


def test_all_facets_and_statistics_of_an_answer_are_those_of_the_same_nodes(client):
    asked = f"facet={FACET}&facet=label&stats=id"
    answer = client.get(f"/api/v4/nodes/facets?{asked}")
    assert answer.status_code == 200, answer.text
    label = answer.json["data"]["facets"]["label"]
    assert label["truncated"] == "time"
    assert without_addresses(label)["buckets"] == [{"value": "added", "count": SMALL}]
    assert answer.json["data"]["stats"]["id"]["count"] == SMALL


def test_what_is_counted_in_time_is_whole_and_kept(client):
    answer = client.get("/api/v4/nodes/facets?facet=label&size=1")
    assert answer.status_code == 200, answer.text
    label = answer.json["data"]["facets"]["label"]
    assert (label["truncated"], label["buckets"][0]["count"]) == (None, LARGE + SMALL)
    assert label["other"] == 312
    assert answer.headers["ETag"].startswith('"')
    assert "no-store" not in answer.headers.get("Cache-Control", "")


def test_python_says_that_time_was_short(store, settings):
    with provender.open(store, settings=replace(settings, limits=SHORT)) as opened:
        found = opened.facets("", FACET)["facets"][FACET]
    assert without_addresses(found) == NEWEST


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("keys?under=attributes&size=3", "keys"),
        (
            "facets?facet=label&size=2&facet=attributes.value&facet=attributes.process_label",
            "facets",
        ),
        ("facets/label?size=5", "buckets"),
        ("suggest?field=label&size=4", "suggest"),
    ],
)
def test_what_is_cut_by_rows_is_the_same_each_time_and_kept(
    path, part, on_each, make_app, settings
):
    first = on_each.get(f"/api/v4/nodes/{path}")
    again = make_app(store=on_each.store, settings=settings).test_client()
    second = again.get(f"/api/v4/nodes/{path}")
    assert (first.status, second.status_code) == (200, 200)
    assert plain(first.data) == plain(second.json["data"])
    assert len(first.data[part]) > 1
    wait_until(lambda: is_kept(on_each, path))  # the vacuum of PostgreSQL gives it a new name
    assert "no-store" not in first.headers.get("cache-control", "")


def is_kept(served, path):
    tag = served.get(f"/api/v4/nodes/{path}").headers["etag"]
    again = served.get(f"/api/v4/nodes/{path}", headers={"If-None-Match": tag})
    return again.status == 304


def plain(data):
    """Return data without the addresses of servers."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items() if key != "url"}
    return [plain(item) for item in data] if isinstance(data, list) else data


def test_keys_that_are_not_shown_are_told(on_each):
    told = on_each.get("/api/v4/nodes/keys?under=attributes&size=3").data
    assert (told["truncated"], len(told["keys"])) == ("rows", 3)
    whole = on_each.get("/api/v4/nodes/keys?under=attributes&size=1000").data
    assert (whole["truncated"], whole["keys"][:3]) == (None, told["keys"])
