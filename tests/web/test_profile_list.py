"""`/profiles` and the list on the plain page: there whatever the stores do."""

from __future__ import annotations

import html
import json
import re
import shutil
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from provender.settings import Cache, ProfileSettings, Settings, Stores
from provender.store import census
from provender.store.cache import CacheFolder
from provender.store.census import Census, Effort
from support import postgres
from support.waiting import wait_until

AGAIN = Effort(fresh_seconds=0.0)
"""Look again each time."""
PATIENT = Effort(patience=60.0)
"""Wait as long as a machine of any speed needs."""
BOTH = replace(AGAIN, patience=60.0)


@pytest.fixture
def listing(make_app):
    """A function that makes an application which takes this effort to list its stores."""

    def make(settings, effort):
        app = make_app(settings=settings)
        stores = app.extensions["provender"].stores
        stores.census = Census(stores.profiles, CacheFolder(settings.cache), effort)
        return app

    return make


@pytest.fixture
def configured(data, unpacked, lab_postgres, tmp_path):
    """Settings with a profile of every kind."""
    archives = tmp_path / "archives"
    archives.mkdir()
    for name in ("b.1", "A", "c"):
        shutil.copy(data / "lab.aiida", archives / f"{name}.aiida")
    return Settings(
        cache=Cache(folder=tmp_path / "cache"),
        archives=(archives,),
        profiles={
            "database": ProfileSettings(lab_postgres),
            "sqlite": ProfileSettings(str(unpacked / "sqlite_dos")),
        },
        default_profile="sqlite",
        explorer=False,
    )


def listed(client, **options):
    answer = client.get("/profiles", **options)
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json["data"]["profiles"]}


def found(one):
    return one["size"], one["nodes"], one["reachable"]


NOTHING = (None, None, False)


def test_every_store_is_listed_with_what_the_public_may_know(configured, listing, unpacked):
    client = listing(configured, PATIENT).test_client()
    answer = client.get("/profiles", base_url="https://example.org/below/")
    assert answer.headers["X-Total-Count"] == "5"
    assert answer.json["resource_type"] == "Profiles"
    profiles = answer.json["data"]["profiles"]
    assert [one["name"] for one in profiles] == ["A", "b.1", "c", "database", "sqlite"]
    assert {one["nodes"] for one in profiles} == {312}
    assert all(one["reachable"] for one in profiles)
    assert profiles[1] == {
        "name": "b.1",
        "kind": "core.sqlite_zip",
        "default": False,
        "url": "https://example.org/below/b.1/",
        "size": configured.archives[0].joinpath("b.1.aiida").stat().st_size,
        "nodes": 312,
        "last_mtime": profiles[0]["last_mtime"],
        "written_as": "main_0001",
        "aiida_version": "2.9.4",
        "reachable": True,
        "problem": None,
    }
    for place in (3, 4):
        assert (profiles[place]["written_as"], profiles[place]["aiida_version"]) == (None, None)
    assert profiles[3]["kind"] == "core.psql_dos"
    assert profiles[3]["size"] > 1_000_000
    assert profiles[4]["default"]
    assert profiles[4]["size"] == (unpacked / "sqlite_dos" / "database.sqlite").stat().st_size


def test_the_list_tells_when_a_node_last_changed(configured, listing):
    client = listing(configured, PATIENT).test_client()
    found = listed(client)
    assert len(found) > 1
    for name, one in found.items():
        (node,) = client.get(f"/{name}/api/v4/nodes?orderby=-mtime&limit=1").json["data"]["nodes"]
        assert one["last_mtime"] == node["mtime"]


def test_a_time_that_is_none_hides_no_other_result(configured, listing, unpacked, tmp_path):
    folder = tmp_path / "odd"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    with closing(sqlite3.connect(folder / "database.sqlite")) as connection, connection:
        connection.execute("UPDATE db_dbnode SET mtime = 'yesterday' WHERE id % 2 = 0")
    empty = tmp_path / "empty"
    shutil.copytree(unpacked / "sqlite_dos", empty)
    with closing(sqlite3.connect(empty / "database.sqlite")) as connection, connection:
        for table in ("link", "group_dbnodes", "comment", "log", "node"):
            connection.execute(f"DELETE FROM db_db{table}")
    profiles = {
        **configured.profiles,
        "odd": ProfileSettings(str(folder)),
        "empty": ProfileSettings(str(empty)),
    }
    one = listed(listing(replace(configured, profiles=profiles), PATIENT).test_client())
    assert (one["odd"]["nodes"], one["odd"]["last_mtime"]) == (312, None)
    assert (one["empty"]["nodes"], one["empty"]["last_mtime"]) == (0, None)
    assert one["empty"]["problem"] is None


def test_nothing_is_told_of_hosts_users_and_folders(configured, listing, tmp_path):
    hidden = ProfileSettings("postgresql://someone:secret@127.0.0.1:1/hidden_name")
    profiles = {**configured.profiles, "gone": hidden}
    client = listing(replace(configured, profiles=profiles), PATIENT).test_client()
    for path in ("/profiles", "/", "/gone/", "/gone/api/v4/nodes"):
        text = client.get(path).text
        for secret in (
            "someone",
            "secret",
            "hidden_name",
            "127.0.0.1",
            str(tmp_path),
            "sqlite_dos/",
        ):
            assert secret not in text, (path, secret)


def test_the_list_opens_no_store(configured, listing):
    app = listing(replace(configured, stores=Stores(open=1)), PATIENT)
    stores = app.extensions["provender"].stores
    client = app.test_client()
    assert client.get("/c/api/v4/users").status_code == 200
    before = stores.get("c")
    assert len(listed(client)) == 5
    assert stores.open_names == ("c",)
    assert stores.get("c") is before


def test_stores_that_are_away_damaged_or_foreign_are_listed_as_such(
    configured, listing, new_database
):
    folder = configured.archives[0]
    foreign = ProfileSettings(new_database())
    profiles = {**configured.profiles, "foreign": foreign}
    client = listing(replace(configured, profiles=profiles), BOTH).test_client()
    (folder / "A.aiida").write_bytes(b"no archive")
    (folder / "c.aiida").rename(folder / "moved")
    one = listed(client)
    assert found(one["A"]) == found(one["c"]) == found(one["foreign"]) == NOTHING
    assert one["b.1"]["nodes"] == 312
    (folder / "moved").rename(folder / "c.aiida")
    assert listed(client)["c"]["nodes"] == 312


def test_of_a_store_that_is_not_read_the_list_and_the_page_say_why(configured, listing, data):
    folder = configured.archives[0]
    shutil.copy(data / "edge" / "unknown_main_9999.aiida", folder / "old.aiida")
    gone = ProfileSettings("postgresql://me@127.0.0.1:1/x")
    settings = replace(configured, profiles={**configured.profiles, "gone": gone})
    client = listing(settings, PATIENT).test_client()
    (folder / "c.aiida").unlink()
    one = listed(client)
    told = {
        "message": "The store `old` has the schema version main_9999, newer than main_0002, "
        "the newest that this server knows.",
        "code": "unsupported-store",
        "hint": "It was written by a newer AiiDA; use a newer Provender.",
    }
    assert found(one["old"]) == NOTHING
    assert one["old"]["problem"] == told
    answer = client.get("/old/api/v4/nodes")
    assert (answer.status_code, answer.json) == (503, told)
    assert "Retry-After" not in answer.headers
    assert one["gone"]["problem"] == {
        "message": "The store `gone` cannot be reached.",
        "code": "store-unreachable",
        "hint": "Try again later.",
    }
    assert one["c"]["problem"]["message"] == "The store `c` cannot be opened."
    assert one["A"]["problem"] is None
    text = html.unescape(client.get("/").text)
    assert text.count(f"{told['message']} {told['hint']}") == 1
    page = html.unescape(client.get("/old/").text)
    assert page.count(told["hint"]) == 2  # above, and in the list
    assert re.search(r"\bnow\b", text) is None


def test_profiles_of_aiida_that_are_not_read_say_why(listing, tmp_path, data):
    archive = {"backend": "core.sqlite_zip", "config": {"filepath": str(data / "lab.aiida")}}
    profiles = {"lab": {"storage": archive}, "cloud": {"storage": {"backend": "acme.cloud"}}}
    config = {"profiles": profiles, "default_profile": "lab"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    settings = Settings(aiida_config=tmp_path, cache=Cache(folder=tmp_path / "cache"))
    one = listed(listing(settings, PATIENT).test_client())
    assert one["cloud"]["problem"] == {
        "message": "The storage backend `acme.cloud` is not supported.",
        "code": "unsupported-store",
    }
    assert one["lab"]["reachable"]


def test_a_cache_that_cannot_be_used_is_told_in_the_log_only(listing, data, tmp_path, caplog):
    (tmp_path / "cache").touch()
    settings = Settings(
        profiles={"lab": ProfileSettings(str(data / "lab.aiida"))},
        cache=Cache(folder=tmp_path / "cache"),
    )
    client = listing(settings, PATIENT).test_client()
    assert listed(client)["lab"]["problem"]["message"] == "The store `lab` cannot be opened."
    for path in ("/api/v4/nodes", "/ready"):
        answer = client.get(path)
        assert (answer.status_code, answer.json["code"]) == (503, "store-misconfigured")
        assert str(tmp_path) not in answer.text
        assert "Retry-After" not in answer.headers
    assert "`cache.folder` cannot be used" in caplog.text


def test_counts_follow_what_is_written(configured, listing, data, lab_copy):
    profiles = {**configured.profiles, "database": ProfileSettings(lab_copy)}
    client = listing(replace(configured, profiles=profiles), BOTH).test_client()
    assert listed(client)["c"]["nodes"] == 312
    shutil.copy(data / "materials.aiida", configured.archives[0] / "c.aiida")
    postgres.run(
        lab_copy,
        "TRUNCATE db_dblink, db_dbgroup_dbnodes, db_dbcomment, db_dblog",
        "DELETE FROM db_dbnode WHERE id > 100",
    )
    one = listed(client)
    assert one["c"]["nodes"] == 151
    assert one["database"]["nodes"] < 312


def test_of_many_nodes_the_estimate_of_the_database_is_taken(configured, listing):
    client = listing(configured, replace(BOTH, most_counted=100)).test_client()
    assert listed(client)["database"]["nodes"] == 312


def test_a_large_archive_is_counted_once_somebody_opened_it(configured, listing):
    client = listing(configured, replace(BOTH, largest_extracted=1000)).test_client()
    one = listed(client)["c"]
    assert (one["nodes"], one["reachable"], one["size"] > 0) == (None, True, True)
    assert client.get("/c/api/v4/users").status_code == 200
    assert listed(client)["c"]["nodes"] == 312


def test_a_store_that_hangs_is_not_waited_for_and_gathers_no_threads(
    configured, listing, own_postgres
):
    profiles = {**configured.profiles, "hung": ProfileSettings(own_postgres.url)}
    client = listing(replace(configured, profiles=profiles), AGAIN).test_client()
    wait_until(lambda: listed(client)["hung"]["nodes"] == 312)
    with own_postgres.hanging():
        for _ in range(8):
            one = listed(client)
            assert found(one["hung"]) == NOTHING
            names = [thread.name for thread in threading.enumerate()]
            assert names.count("census") <= census.THREADS
        wait_until(lambda: listed(client)["A"]["nodes"] == 312)
    wait_until(lambda: listed(client)["hung"]["nodes"] == 312)


def test_what_was_found_is_kept_for_a_while(configured, listing, lab_postgres):
    mark = "&" if "?" in lab_postgres else "?"
    store = f"{lab_postgres}{mark}application_name=census"
    sql = (
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'census' "
        "AND datname = current_database()"
    )
    profiles = {"database": ProfileSettings(store), **configured.profiles}
    profiles["database"] = ProfileSettings(store)
    client = listing(replace(configured, profiles=profiles), PATIENT).test_client()
    first = listed(client)
    shutil.rmtree(configured.archives[0])
    assert listed(client) == first
    with closing(postgres.connect(lab_postgres)) as connection, connection.cursor() as cursor:

        def left():
            cursor.execute(sql)
            return cursor.fetchone()[0]

        wait_until(lambda: left() == 0)


def test_methods_and_slashes(configured, make_app):
    client = make_app(settings=configured).test_client()
    head = client.head("/profiles", headers={"Origin": "https://x.example"})
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Access-Control-Allow-Origin"] == "https://x.example"
    assert client.get("/profiles/").status_code == 200
    allowed = client.options("/profiles").headers["Allow"]
    assert set(allowed.split(", ")) == {"GET", "HEAD", "OPTIONS"}
    refused = client.post("/profiles")
    assert (refused.status_code, refused.json["code"]) == (405, "method-not-allowed")


def test_checks_of_access_hold_for_the_list_too(configured, make_app):
    def closed(function):
        def refuse(*arguments, **options):
            from flask import abort

            abort(401)

        return refuse

    client = make_app(settings=configured, get_decorators=[closed]).test_client()
    assert client.get("/profiles").status_code == 401
    assert client.get("/sqlite/api/v4/users").status_code == 401
    assert "b.1" not in client.get("/").text


def links(text):
    return [html.unescape(link) for link in re.findall(r'href="([^"]*)"', text)]


def test_the_page_lists_the_stores_with_a_link_to_each(configured, make_app):
    client = make_app(settings=configured).test_client()
    text = client.get("/").text
    assert "All 5 stores" in text
    for name in ("A", "b.1", "c", "database", "sqlite"):
        assert f"http://localhost/{name}/" in links(text)
        page = client.get(f"/{name}/")
        assert page.status_code == 200
        assert "<dd>312</dd>" in page.text
        assert f"<title>{name} " in page.text
        assert "http://localhost/A/" in links(page.text)
        assert f"http://localhost/{name}/api/v4/" in links(page.text)
        assert "http://localhost/profiles" in links(page.text)


def test_the_page_shows_what_is_known_and_waits_for_nothing(configured, listing):
    app = listing(configured, PATIENT)
    stores, client = app.extensions["provender"].stores, app.test_client()
    assert "312 nodes" not in client.get("/").text
    stores.census.take()
    text = client.get("/").text
    assert text.count("312 nodes") == 5
    assert stores.open_names == ("sqlite",)


def test_a_single_store_has_no_list_on_its_page(make_app, data):
    app = make_app(store=data / "lab.aiida", settings=Settings(explorer=False))
    assert "/profiles" not in app.test_client().get("/").text
