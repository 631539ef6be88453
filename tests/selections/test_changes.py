"""What changed since a cursor: the form of questions and answers, on every backend."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
from contextlib import closing
from itertools import permutations
from urllib.parse import urlsplit

import pytest

import provender
from provender.errors import BadRequest, CursorOutdated
from provender.python.selecting import read
from provender.query.following import MOST_OTHERS, Known, Place, read_place
from provender.query.querystring.request import ListRequest
from provender.settings import Limits
from provender.translators.asking import registry
from provender.translators.following.changes import ChangesOf
from provender.translators.following.nodes import Steps
from provender.translators.inquiry import answer
from provender.web.routes.views import NODES
from support import growing
from support.followers import PATH, Follower

ALL = 312
SAME = ("archive", "postgres")
"""The stores of the same ids."""


@pytest.fixture(params=(*SAME, "sqlite"))
def client(request, lab):
    return lab[request.param]


def written(*parts):
    text = json.dumps(parts)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parts(cursor):
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


@pytest.fixture(scope="module")
def stored(data, tmp_path_factory):
    """Each node of the lab, read by other means: uuid and time of change in the order of ids."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.unpack_archive(data / "lab.aiida", folder, "zip")
    with closing(sqlite3.connect(folder / "db.sqlite3")) as connection:
        rows = connection.execute("SELECT uuid, mtime FROM db_dbnode ORDER BY id").fetchall()
    return [(uuid, f"{mtime.replace(' ', 'T')}+00:00") for uuid, mtime in rows]


@pytest.mark.parametrize("limit", [7, ALL - 1, ALL, 1000])
@pytest.mark.parametrize("backend", [*SAME, "sqlite"])
def test_everything_is_told_once_and_then_nothing(limit, backend, lab, stored):
    follower = Follower(lab[backend], limit=limit)
    found = follower.poll()
    assert sorted(found) == sorted(stored)
    assert found == stored or backend == "sqlite"  # it has other ids
    assert len(stored) == ALL
    assert {one["kind"] for one in follower.told} == {"created"}
    assert follower.poll() == follower.poll() == []


def test_both_backends_tell_the_same(lab):
    bodies = {
        name: [Follower(lab[name], limit=9, query=query).ask().json for query in ("", "&id>300")]
        for name in SAME
    }
    assert bodies["archive"][0]["data"] == bodies["postgres"][0]["data"]
    assert bodies["archive"][1]["data"] == bodies["postgres"][1]["data"]
    assert len(bodies["archive"][1]["data"]["changes"]) == 9


def test_a_posted_selection_is_the_same(client):
    where = {"node_type": {"startswith": "data.core.upf."}}
    posted = Follower(client, limit=1, body={"where": where})
    plain = Follower(client, limit=1, query="&node_type=like=%22data.core.upf.%25%22")
    query = {
        "path": [{"entity_type": "", "tag": "n"}],
        "filters": {"n": {"node_type": {"like": "data.core.upf.%"}}},
        "project": {"n": ["id"]},
    }
    asked = Follower(client, limit=2, body=query)
    assert posted.poll() == plain.poll() == asked.poll()
    assert posted.poll() == []


def test_relations_choose(client):
    query = "&group=processes&full_type=%22process.calculation.calcjob.CalcJobNode.%25%7C%25%22"
    found = Follower(client, query=query).poll()
    listed = client.get(f"/api/v4/nodes?limit=400{query}").json["data"]["nodes"]
    assert {uuid for uuid, _ in found} == {node["uuid"] for node in listed}
    assert found


def test_without_a_cursor_it_begins_now(client):
    follower = Follower(client, since=None)
    assert follower.poll() == []
    assert not follower.has_more
    assert follower.poll() == []


def test_there_always_is_a_next_cursor_and_a_link_while_there_is_more(client):
    query = "ctime>2000-01-01"
    first = client.get(f"{PATH}?since=*&limit=200&{query}")
    assert first.json["has_more"] is True
    url = first.headers["Link"].removeprefix("<").removesuffix('>; rel="next"')
    assert f"since={first.json['next']}" in url
    parsed = urlsplit(url)
    second = client.get(f"{parsed.path}?{parsed.query}")
    assert len(first.json["data"]["changes"]) == 200
    assert len(second.json["data"]["changes"]) == ALL - 200
    assert second.json["has_more"] is False
    assert "Link" not in second.headers
    third = client.get(f"{PATH}?since={second.json['next']}&{query}")
    assert third.json["data"] == {"changes": []}
    assert third.json["next"] == second.json["next"]


def test_a_client_that_has_the_answer_is_told_so(client):
    follower = Follower(client)
    follower.poll()
    answer = follower.ask()
    assert answer.headers["Cache-Control"] == "no-cache"
    path = f"{PATH}?limit=1000&since={follower.since}"
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(path).headers["ETag"] == answer.headers["ETag"]


@pytest.mark.parametrize(
    ("query", "body", "words"),
    [
        ("?since=", None, ""),
        ("?since=x", None, "malformed"),
        ("?since=5", None, "malformed"),
        ("?since=%22%22", None, "Expected a value"),
        ("?since=**", None, "malformed"),
        ("?since=%C3%A9", None, "malformed"),
        ("?since=" + "A" * 3000, None, "malformed"),
        ("?since=W10", None, "malformed"),
        ("?since=" + written("a", "b", [1, 2], None), None, "malformed"),
        ("?since=*&since=*", None, "since"),
        ("?limit=0", None, "at least 1"),
        ("?limit=1001", None, "1000"),
        ("?limit=x", None, "integer"),
        ("?colour=1", None, "colour"),
        ("?orderby=id", None, "orderby"),
        ("?cursor=*", None, "cursor"),
        ("?offset=1", None, "offset"),
        ("?id=%22x%22", None, "id"),
        ("", {"since": 5}, "At `/since`"),
        ("", {"since": None}, "At `/since`"),
        ("", {"since": ["*"]}, "At `/since`"),
        ("", {"since": "x"}, "malformed"),
        ("", {"limit": "x"}, "At `/limit`"),
        ("", {"where": 7}, "At `/where`"),
        ("", {"cursor": "*"}, "no key `cursor`"),
    ],
)
def test_what_cannot_be_asked_is_an_error(query, body, words, lab):
    assert len(lab) == 3
    for client in lab.values():
        answer = client.get(PATH + query) if body is None else client.post(PATH, json=body)
        assert answer.status_code == 400
        assert words in answer.json["message"] + answer.json.get("hint", "")


def test_a_group_that_is_not_there_is_an_error_whatever_is_new(client):
    for since in ("*", client.get(PATH).json["next"], None):
        answer = Follower(client, since, query="&group=nowhere").ask()
        assert answer.status_code == (404 if since in ("*", None) else 400)


@pytest.mark.parametrize(
    "change",
    [
        {2: [-1, 2]},
        {2: [1]},
        {2: [1, 2.0]},
        {2: [True, 2]},
        {2: [1, 2, 3, 0]},
        {2: [1, 2**63]},
        {2: [1, 2, *[1] * (MOST_OTHERS + 1)]},
        {2: [2**62, 2, 2**62]},
        {2: {}},
        {2: "12"},
        {3: [5, 5]},
        {3: [1], 4: 5},
        {3: [0, 5], 4: 5},
        {3: [5, 5], 4: "5"},
        {3: [5, 5], 4: 2**64},
        {4: 5},
        {1: None},
        {0: 7},
    ],
)
def test_a_cursor_that_was_changed_is_malformed(change, client):
    cursor = client.get(PATH).json["next"]
    changed = parts(cursor)
    assert Follower(client, written(*changed)).ask().status_code == 200
    for place, value in change.items():
        changed[place] = value
    answer = Follower(client, written(*changed)).ask()
    assert (answer.status_code, answer.json["code"]) == (400, "bad-value")


def test_a_cursor_belongs_to_its_filters(client):
    cursor = client.get(f"{PATH}?since=*&limit=3").json["next"]
    for query in ("&label=%22x%22", "&group=processes"):
        answer = client.get(f"{PATH}?since={cursor}{query}")
        assert (answer.status_code, answer.json["code"]) == (400, "conflicting-parameters")
    assert client.get(f"{PATH}?since={cursor}&limit=2").status_code == 200


def test_a_cursor_of_another_store_is_refused(lab):
    pairs = list(permutations(lab, 2))
    assert len(pairs) == 6
    for one, other in pairs:
        cursor = lab[one].get(PATH).json["next"]
        answer = Follower(lab[other], cursor).ask()
        assert (answer.status_code, answer.json["code"]) == (410, "cursor-outdated")
        assert "since=*" in answer.json["hint"]


@pytest.mark.parametrize("place", [2, 3])
@pytest.mark.parametrize("backend", SAME)
def test_a_cursor_of_a_later_state_is_refused(place, backend, lab):
    client = lab[backend]
    cursor = parts(client.get(f"{PATH}?since=*&limit=3").json["next"])
    cursor[place] = [2**40, 5]
    cursor[3] = cursor[3] if place == 3 else None
    cursor[4] = cursor[4] if place == 3 else None
    answer = Follower(client, written(*cursor)).ask()
    assert (answer.status_code, answer.json["code"]) == (410, "cursor-outdated")
    assert "later state" in answer.json["message"]


def test_a_sqlite_that_changed_is_told_anew(changed):
    client = changed()
    follower, now = Follower(client), Follower(client, None)
    assert len(follower.poll()) == ALL
    assert now.poll() == follower.poll() == []
    growing.add_nodes(changed.folder, 3)
    for one in (follower, now):
        answer = one.ask()
        assert (answer.status_code, answer.json["code"]) == (410, "cursor-outdated")
        assert "SQLite" in answer.json["message"]
    again = Follower(client)
    assert len(again.poll()) == ALL + 3
    assert again.poll() == []


def test_a_sqlite_that_changes_during_the_pages_is_told_anew_after_them(changed):
    client = changed()
    follower = Follower(client, limit=100)
    found = follower.page()
    growing.change(changed.folder, "UPDATE db_dbnode SET label = 'x'")
    found += follower.poll()
    assert len(set(found)) == ALL
    assert follower.ask().status_code == 410


def test_a_sqlite_that_was_replaced_is_another_store(changed):
    client = changed()
    follower = Follower(client, limit=100)
    follower.page()
    path = changed.folder / "database.sqlite"
    shutil.copy(path, path.with_name("new"))
    path.with_name("new").replace(path)
    assert follower.ask().status_code == 410


def test_an_unpacked_archive_is_told_like_a_profile(data, tmp_path, make_app, stored):
    shutil.unpack_archive(data / "lab.aiida", tmp_path, "zip")
    client = make_app(store=tmp_path).test_client()
    follower = Follower(client)
    assert follower.poll() == stored
    assert follower.poll() == []


def test_an_archive_that_was_replaced_is_another_one(data, tmp_path, make_app):
    path = tmp_path / "lab.aiida"
    shutil.copy(data / "lab.aiida", path)
    client = make_app(store=path).test_client()
    follower = Follower(client, limit=200)
    follower.page()
    shutil.copy(data / "materials.aiida", tmp_path / "new")
    (tmp_path / "new").replace(path)
    answer = follower.ask()
    assert (answer.status_code, answer.json["code"]) == (410, "cursor-outdated")
    again = Follower(client)
    assert len(again.poll()) == len(client.get("/api/v4/nodes?limit=400").json["data"]["nodes"])


def test_nodes_are_looked_at_in_steps(data, stored):
    """A page may have few nodes, or none: the next one goes on."""
    stores, *_ = registry(data / "lab.aiida", None, None, None)
    with closing(stores):
        chosen = read("id>300", Limits(), ()).selection
        request = ListRequest(NODES, chosen.parameters, 1000, 0, where=chosen.where)
        since, found, sizes = "*", [], []
        while True:
            steps = Steps(first=3, most=20, page=50)
            page = answer(ChangesOf(chosen, request, since, steps), stores.get())
            found += [record["uuid"] for record in page.records]
            sizes.append(len(page.records))
            since = page.following
            if not page.has_more:
                break
    assert found == [uuid for uuid, _ in stored[300:]]
    assert len(sizes) > 4
    assert sizes[0] == 0


def test_python_follows(data, stored):
    with provender.open(data / "lab.aiida") as store:
        first = store.changes(since="*", limit=300)
        rest = store.changes(since=first["next"])
        told = [(one["uuid"], one["mtime"]) for one in first["changes"] + rest["changes"]]
        assert told == stored
        assert (first["has_more"], rest["has_more"]) == (True, False)
        assert store.changes(since=rest["next"])["changes"] == []
        assert store.changes()["next"] == rest["next"]
        assert store.changes({"label": "x"}, "*")["changes"] == []
        for limit in (0, 1001, -1):
            with pytest.raises(BadRequest, match="limit"):
                store.changes(limit=limit)
        with pytest.raises(BadRequest, match="malformed"):
            store.changes(since="?")
    with provender.open(data / "materials.aiida") as store, pytest.raises(CursorOutdated):
        store.changes(since=rest["next"])


def test_a_cursor_says_what_it_was_written_of():
    places = [
        Place("a", "b", Known(0)),
        Place("a", "b", Known(7, 5, (7, 9, 2**40))),
        Place("a", "b", Known(7, 5, (9, 12)), Known(10, 6, (12,)), -3),
    ]
    for place in places:
        assert read_place(place.written(), "a") == place
    full = Known(2**40, 2**40, tuple(range(2**40, 2**40 + 3 * MOST_OTHERS, 3)))
    assert len(Place("a" * 16, "b" * 16, full).written()) < 1500
