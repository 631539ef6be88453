"""Answers named by their snapshot: revalidated, kept, and never out of date."""

from __future__ import annotations

import gc
import json
import logging
import os
import shutil
import sqlite3
import threading
import tracemalloc
from contextlib import closing

import pytest

from provender.settings import Cache, Settings
from support import postgres

PATHS = [
    *("/api/v4/nodes?limit=3", "/api/v4/nodes/page/2?perpage=5", "/api/v4/nodes/cda14b00"),
    *("/api/v4/nodes/cda14b00/links/outgoing", "/api/v4/nodes/statistics", "/api/v4/users"),
    *("/api/v4/nodes/full_types_count", "/api/v4/nodes/cda14b00/contents/derived_properties"),
    *("/api/v4/nodes/cda14b00/download?download_format=cif", "/api/v2/computers"),
    *("/api/v4/calcjobs/78ccdb4c/output_files", "/api/v4/nodes/a8358adf/repo/list"),
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_of_a_store_has_an_etag(path, on_each):
    first, second = on_each.get(path), on_each.get(path)
    assert first.status == second.status == 200
    assert (first.body, first.headers["etag"]) == (second.body, second.headers["etag"])
    assert first.headers["etag"].startswith('"')
    for name in ("x-total-count", "link", "content-type", "cache-control", "content-disposition"):
        assert first.headers.get(name) == second.headers.get(name)
    assert first.headers["cache-control"] == "no-cache"
    same = on_each.get(path, headers={"If-None-Match": f'"x", {first.headers["etag"]}'})
    assert (same.status, same.body) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    other = on_each.get(path, headers={"If-None-Match": '"x"', "Origin": "https://a.example"})
    assert (other.status, other.body) == (200, first.body)
    assert "ETag" in other.headers["access-control-expose-headers"]
    head = on_each.get(path, method="HEAD")
    assert head.headers["etag"] == first.headers["etag"]
    assert head.headers["content-length"] == str(len(first.body))


def test_other_requests_have_other_etags(on_archive, on_private):
    paths = [*PATHS, "/api/v4/nodes?limit=4", "/api/v2/nodes?limit=3"]
    assert len({on_archive.get(path).headers["etag"] for path in paths}) == len(paths)
    path = "/api/v4/users"
    assert on_archive.get(path).headers["etag"] != on_private.get(path).headers["etag"]


def test_errors_have_none(on_each):
    for path in ("/api/v4/nodes/00000000", "/api/v4/nodes?foo=1", "/api/v4/nodes/page/9999"):
        answer = on_each.get(path, headers={"If-None-Match": "*"})
        assert answer.status >= 400
        assert "etag" not in answer.headers


def test_a_star_is_any_answer_but_no_error(on_each):
    for path in PATHS:
        first = on_each.get(path)
        for _ in ("made", "cached"):
            answer = on_each.get(path, headers={"If-None-Match": "*"})
            assert (answer.status, answer.body) == (304, b"")
            assert answer.headers["etag"] == first.headers["etag"]
    assert len(PATHS) > 3


@pytest.fixture(params=["postgres", "sqlite", "wal"])
def changing(request, serve, unpacked, tmp_path):
    """A served store, and a function that adds a user to it from another connection."""
    statement = (
        "INSERT INTO db_dbuser (id, email, first_name, last_name, institution) "
        "VALUES ({0}, 'x{0}@y.z', 'New', 'User', '')"
    )
    if request.param == "postgres":
        url = request.getfixturevalue("lab_copy")
        served = serve(url)
        yield served, lambda number: postgres.run(url, statement.format(number))
        served.app.extensions["provender"].stores.close()
        return
    import shutil

    folder = tmp_path / "sqlite_dos"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    with closing(sqlite3.connect(folder / "database.sqlite")) as writer:
        if request.param == "wal":
            writer.execute("PRAGMA journal_mode = WAL")
            writer.execute("BEGIN IMMEDIATE")
            writer.commit()

        def change(number):
            with closing(sqlite3.connect(folder / "database.sqlite", timeout=30)) as connection:
                connection.execute(statement.format(number))
                connection.commit()

        yield serve(folder), change


def test_a_commit_shows_in_the_next_answer(changing):
    served, change = changing
    before = served.get("/api/v4/users")
    number = len(before.rows())
    for added in range(1, 4):
        change(1000 + added)
        answer = served.get("/api/v4/users", headers={"If-None-Match": before.headers["etag"]})
        assert answer.status == 200
        assert answer.total == len(answer.rows()) == number + added
        assert served.get("/api/v4/users?limit=1").total == number + added


def test_nobody_gets_an_old_answer_while_others_write(changing):
    served, change = changing
    start = served.get("/api/v4/users?limit=1").total
    committed, stale = [0], []
    done = threading.Event()

    def ask():
        while not done.is_set():
            least = committed[0]
            found = served.get("/api/v4/users?limit=1").total
            if found < start + least:
                stale.append((found, start + least))

    workers = [threading.Thread(target=ask) for _ in range(4)]
    for worker in workers:
        worker.start()
    for number in range(30):
        change(2000 + number)
        committed[0] = number + 1
    done.set()
    for worker in workers:
        worker.join()
    assert stale == []
    assert served.get("/api/v4/users?limit=1").total == start + 30


def test_unchanged_numbers_are_not_counted_again(lab_copy, make_app):
    """A lock that a count would wait for does not hold up an answer that is known."""
    client = make_app(store=lab_copy, settings=Settings()).test_client()
    paths = ["/api/v4/nodes/statistics", "/api/v4/nodes/full_types_count", "/api/v4/nodes?limit=2"]
    before = [client.get(path).data for path in paths]
    with closing(postgres.connect(lab_copy)) as blocker:
        blocker.autocommit = False
        with blocker.cursor() as cursor:
            cursor.execute("LOCK TABLE db_dbnode IN ACCESS EXCLUSIVE MODE")
        assert [client.get(path).data for path in paths] == before
        blocker.rollback()


def test_the_matches_are_counted_once_for_all_pages(data, make_app, caplog):
    client = make_app(store=data / "lab.aiida").test_client()
    caplog.set_level(logging.DEBUG, "provender.store.database.snapshot")
    for query in ("limit=2", "limit=3&offset=4", "limit=2&orderby=-ctime", "perpage=7"):
        path = "nodes/page/2" if "perpage" in query else "nodes"
        assert client.get(f"/api/v4/{path}?id>5&{query}").status_code == 200
    assert sum("SELECT count(*)" in record.getMessage() for record in caplog.records) == 1


def test_data_that_may_lie_in_other_databases_is_never_named(lab_copy, make_app):
    postgres.run(
        lab_copy,
        "CREATE FOREIGN DATA WRAPPER somewhere",
        "CREATE SERVER other FOREIGN DATA WRAPPER somewhere",
        "CREATE FOREIGN TABLE more (id int) SERVER other",
    )
    client = make_app(store=lab_copy, settings=Settings()).test_client()
    for _ in range(2):
        answer = client.get("/api/v4/nodes?limit=2")
        assert answer.status_code == 200
        assert "ETag" not in answer.headers


def test_without_memory_everything_is_read_again(data, make_app):
    settings = Settings(cache=Cache(memory_bytes=0))
    client = make_app(store=data / "lab.aiida", settings=settings).test_client()
    first, second = (client.get("/api/v4/nodes?limit=2") for _ in range(2))
    assert json.loads(first.data) == json.loads(second.data)
    assert first.headers["ETag"] == second.headers["ETag"]


def test_kept_answers_take_little_more_memory_than_is_counted(data, make_app):
    app = make_app(store=data / "lab.aiida", settings=Settings())
    client, memory = app.test_client(), app.extensions["provender"].stores.memory

    def ask(offsets):
        for offset in offsets:
            assert client.get(f"/api/v4/nodes?limit=20&offset={offset}").status_code == 200

    ask(range(2000, 2600))  # what is cached for each question, whatever the data, is full then
    ask(range(40))
    tracemalloc.start()
    try:
        before, counted = tracemalloc.get_traced_memory()[0], memory.held_bytes
        ask(range(40, 240))
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert taken < 1.4 * (memory.held_bytes - counted)


def milliseconds(answer):
    parts = (part.split(";dur=") for part in answer.headers["server-timing"].split(", "))
    return {name: float(text) for name, text in parts}


def spans(answer):
    found = milliseconds(answer)
    assert all(taken >= 0 for taken in found.values()), found
    return sorted(found)


def test_the_time_of_an_answer_is_told_on_request(serve, data, on_archive):
    served = serve(data / "lab.aiida", name="timed", server_timing=True)
    whole = ["database", "parse", "plan", "render"]
    path = "/api/v4/nodes?limit=2"
    first, again = served.get(path), served.get(path)
    assert spans(first) == whole
    assert spans(again) == whole[:3]
    unchanged = served.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (unchanged.status, spans(unchanged)) == (304, whole[:3])
    body = b'{"path": ["user"]}'
    posted = served.get("/api/v4/querybuilder", method="POST", body=body)
    assert (posted.status, spans(posted)) == (200, whole)
    assert "server-timing" not in on_archive.get("/api/v4/nodes?limit=2").headers


def test_what_a_transaction_waits_for_at_its_beginning_is_counted_once(
    unpacked, tmp_path, make_app
):
    shutil.copytree(unpacked / "sqlite_dos", tmp_path / "profile")
    database = tmp_path / "profile" / "database.sqlite"
    client = make_app(store=database.parent, settings=Settings(server_timing=True)).test_client()
    assert client.get("/api/v4/nodes?limit=1").status_code == 200
    with closing(sqlite3.connect(database, check_same_thread=False)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        threading.Timer(0.3, writer.rollback).start()
        answer = client.get("/api/v4/nodes?limit=2")
    assert spans(answer) == ["database", "parse", "plan", "render"]
    assert milliseconds(answer)["database"] > 200


def rows(answer):
    return answer.json["data"]["computers"]


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_a_database_that_is_overwritten_in_place_is_read_anew(
    journal, unpacked, tmp_path, make_app
):
    """By a copy with the same counter of changes, size and time, as `cp -p` may leave it."""
    folder = tmp_path / "profile"
    shutil.copytree(unpacked / "sqlite_dos", folder)
    path = folder / "database.sqlite"
    with closing(sqlite3.connect(path)) as writer:
        writer.execute(f"PRAGMA journal_mode = {journal}")
    content, status = path.read_bytes(), path.stat()
    assert content.count(b"localhost") > 0
    client = make_app(store=folder).test_client()
    before = client.get("/api/v4/computers")
    again = client.get("/api/v4/computers", headers={"If-None-Match": before.headers["ETag"]})
    assert again.status_code == 304
    with path.open("r+b") as file:
        file.write(content.replace(b"localhost", b"localhosT"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    after = client.get("/api/v4/computers", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    first, second = ([row["hostname"] for row in rows(answer)] for answer in (before, after))
    assert second == [name.replace("localhost", "localhosT") for name in first]
    assert first != second
