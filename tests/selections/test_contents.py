"""Contents by their SHA-256, and the nodes that name them, on every backend."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import threading
import zipfile
from contextlib import closing

import pytest

from provender.settings import Cache, Settings
from support import badrows, growing, postgres
from support.trees import files_of
from support.waiting import wait_until

PATH = "/api/v4/files"
BACKENDS = ("archive", "postgres", "sqlite")
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
EMPTY = hashlib.sha256(b"").hexdigest()
UNKNOWN = hashlib.sha256(b"nobody has this").hexdigest()


@pytest.fixture(scope="module")
def stored(data, tmp_path_factory):
    """The contents of the lab by key, and which node names each as which path, read otherwise."""
    folder = tmp_path_factory.mktemp("lab")
    with zipfile.ZipFile(data / "lab.aiida") as file:
        file.extract("db.sqlite3", folder)
        names = [name for name in file.namelist() if name.startswith("repo/")]
        contents = {name.removeprefix("repo/"): file.read(name) for name in names}
    with closing(sqlite3.connect(folder / "db.sqlite3")) as connection:
        rows = connection.execute("SELECT uuid, repository_metadata FROM db_dbnode").fetchall()
    naming = {}

    for uuid, tree in rows:
        for path, key in files_of(json.loads(tree or "{}")):
            naming.setdefault(key, set()).add((uuid, path))
    return contents, naming


class Kept:
    """A copy of the lab that a test may change, on one backend."""

    def __init__(self, store, container, client):
        self.store, self.container, self.client = store, container, client

    def change(self, *statements):
        growing.change(self.store, *statements)

    def put(self, content):
        """Put a content into the container; return its key."""
        key = hashlib.sha256(content).hexdigest()
        place = self.container / "loose" / key[:2] / key[2:]
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
        return key

    def get(self, key, end="", **options):
        return ask(self.client, key, end, **options)

    def uuids(self, key):
        answer = self.get(key, "/nodes")
        return {node["uuid"] for node in answer.json["data"]["nodes"]}


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request, unpacked, tmp_path, make_app):
    settings = Settings(cache=Cache(folder=tmp_path / "cache"))
    if request.param == "sqlite":
        store = growing.copied(unpacked, tmp_path)
        app = make_app(store=store, settings=settings)
        yield Kept(store, store / "container", app.test_client())
        return
    url = request.getfixturevalue("lab_copy")
    container = shutil.copytree(unpacked / "repo" / "container", tmp_path / "container")
    app = make_app(store=url, repository=container, settings=settings)
    yield Kept(url, container, app.test_client())


def ask(client, key, end="", method="GET", **options):
    """Return an answer; while the index is made, ask again."""

    def answered():
        with client.open(f"{PATH}/{key}{end}", method=method, **options) as answer:
            assert answer.data is not None
            is_preparing = answer.status_code == 503 and answer.json["code"] == "store-preparing"
            return None if is_preparing else answer

    return wait_until(answered)


def tree_of(key, path="new.txt"):
    return json.dumps({"o": {path: {"k": key}}})


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_content_that_a_node_names_is_there(backend, lab, stored):
    contents, naming = stored
    assert len(naming) > 60
    for key, named in naming.items():
        answer = ask(lab[backend], key)
        assert (answer.status_code, answer.data) == (200, contents[key])
        nodes = ask(lab[backend], key, "/nodes").json["data"]["nodes"]
        assert {(node["uuid"], file["path"]) for node in nodes for file in node["files"]} == named


def test_both_databases_of_the_same_ids_answer_the_same(lab, stored):
    for key in (EMPTY, *sorted(stored[1])[:20]):
        answers = [ask(lab[name], key, "/nodes?limit=3").json for name in ("archive", "postgres")]
        assert answers[0]["data"] == answers[1]["data"]
        assert answers[0]["next"] == answers[1]["next"]
        assert len(answers[0]["data"]["nodes"]) > 0


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("key", [UNKNOWN, "0" * 64, "0" * 63, "A" * 64, "x", "é" * 64])
def test_other_contents_are_not(backend, key, lab):
    for end in ("", "/nodes"):
        answer = ask(lab[backend], key, end)
        assert (answer.status_code, answer.json["code"]) == (404, "no-such-file")
    assert ask(lab[backend], key, method="HEAD").status_code == 404


def test_a_content_may_be_kept_for_ever_and_read_in_ranges(lab, stored):
    contents, _ = stored
    key = max(contents, key=lambda one: len(contents[one]))
    client, size = lab["postgres"], len(contents[key])
    head = ask(client, key, method="HEAD")
    assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(size))
    assert head.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert head.headers["ETag"] == f'"{key}"'
    part = ask(client, key, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.data) == (206, contents[key][10:20])
    assert ask(client, key, headers={"If-None-Match": f'"{key}"'}).status_code == 304
    assert ask(client, key, headers={"If-Match": '"x"'}).status_code == 412


def test_pages_of_nodes_follow_each_other(lab, stored):
    uuids, cursor = [], "*"
    while cursor is not None:
        quoted = cursor if cursor == "*" else f"%22{cursor}%22"
        answer = ask(lab["sqlite"], EMPTY, f"/nodes?limit=5&cursor={quoted}").json
        assert len(answer["data"]["nodes"]) <= 5
        uuids += [node["uuid"] for node in answer["data"]["nodes"]]
        cursor = answer["next"]
    expected = {uuid for uuid, _ in stored[1][EMPTY]}
    assert len(uuids) == len(expected) > 10
    assert set(uuids) == expected


def test_what_no_node_names_is_not_there_although_the_container_has_it(kept):
    key = kept.put(b"of another database")
    assert kept.get(key).status_code == 404
    assert kept.get(key, "/nodes").status_code == 404


def test_a_node_that_is_added_has_its_files_at_once(kept):
    first, second = kept.put(b"one"), kept.put(b"two")
    assert kept.get(first).status_code == 404
    growing.add_nodes(kept.store, 3, repository_metadata=f"'{tree_of(first)}'")
    assert kept.get(first).data == b"one"
    assert len(kept.uuids(first)) == 3
    assert kept.get(second).status_code == 404
    kept.change(
        f"UPDATE db_dbnode SET repository_metadata = '{tree_of(second)}', mtime = '2031-01-01' "
        f"WHERE uuid = '{JOB}'"
    )
    assert kept.get(second).data == b"two"
    assert kept.uuids(second) == {JOB}


def test_a_node_that_is_deleted_has_none(kept):
    key = kept.put(b"soon gone")
    growing.add_nodes(kept.store, 2, repository_metadata=f"'{tree_of(key)}'")
    assert len(kept.uuids(key)) == 2
    kept.change(f"DELETE FROM db_dbnode WHERE id = {growing.FIRST}")
    assert len(kept.uuids(key)) == 1
    assert kept.get(key).status_code == 200
    kept.change(f"DELETE FROM db_dbnode WHERE id > {growing.FIRST}")
    assert kept.get(key).status_code == 404
    assert kept.get(key, "/nodes").status_code == 404


def test_a_node_with_a_lower_id_may_come_late(kept):
    """A long transaction, such as an import, ends after others that began later."""
    key = kept.put(b"late")
    growing.add_nodes(kept.store, 5)
    assert kept.get(key).status_code == 404
    growing_first = f"SELECT min(id) FROM db_dbnode WHERE id >= {growing.FIRST}"
    kept.change(
        "INSERT INTO db_dbnode (id, uuid, node_type, label, description, ctime, mtime, attributes,"
        " extras, repository_metadata, user_id) SELECT id - 100, "
        "'11111111-1111-4111-8111-111111111111', node_type, label, description, '2020-01-01', "
        f"'2020-01-01', attributes, extras, '{tree_of(key)}', user_id FROM db_dbnode "
        f"WHERE id = ({growing_first})"
    )
    assert kept.get(key).data == b"late"
    assert kept.uuids(key) == {"11111111-1111-4111-8111-111111111111"}


def test_the_index_is_kept_and_brought_up_to_date_after_a_restart(kept, make_app):
    key = kept.put(b"while it was stopped")
    assert kept.get(key).status_code == 404
    growing.add_nodes(kept.store, 1, repository_metadata=f"'{tree_of(key)}'")
    context = kept.client.application.extensions["provender"]
    again = make_app(
        store=kept.store,
        repository=None if kept.container.parent == kept.store else kept.container,
        settings=context.settings,
    )
    assert ask(again.test_client(), key).data == b"while it was stopped"


@pytest.mark.parametrize("content", [b"", b"no database" * 999, None])
def test_an_index_that_is_damaged_or_gone_is_made_anew(content, kept, tmp_path):
    assert kept.get(EMPTY).status_code == 200
    (path,) = (tmp_path / "cache").glob("*/hashes.sqlite")
    if content is None:
        shutil.rmtree(path.parent)
    else:
        path.write_bytes(content)
    wait_until(lambda: kept.get(EMPTY).status_code == 200)
    assert kept.get(UNKNOWN).status_code == 404


def test_a_request_that_comes_while_the_index_is_made_is_told_how_far_it_is(kept):
    growing.add_nodes(kept.store, 60_000, repository_metadata=f"'{tree_of(EMPTY)}'")
    first = kept.client.get(f"{PATH}/{EMPTY}")
    assert (first.status_code, first.json["code"]) == (503, "store-preparing")
    assert int(first.headers["Retry-After"]) >= 1
    assert "reading the files of nodes" in first.json["message"]
    assert kept.client.get("/api/v4/nodes?limit=1").status_code == 200
    assert kept.get(EMPTY).status_code == 200
    page = kept.get(EMPTY, "/nodes?limit=1000").json
    assert len(page["data"]["nodes"]) == 1000
    assert page["next"] is not None


def test_many_clients_ask_at_the_same_time(kept):
    keys = [kept.put(str(number).encode()) for number in range(8)]
    for number, key in enumerate(keys):
        kept.change(
            f"UPDATE db_dbnode SET repository_metadata = '{tree_of(key)}', mtime = '2030-01-01' "
            f"WHERE id = (SELECT id FROM db_dbnode ORDER BY id LIMIT 1 OFFSET {number})"
        )
    outcomes = {}

    def run(key):
        answer = wait_until(lambda: (found := kept.get(key)).status_code != 503 and found)
        outcomes[key] = answer.status_code

    threads = [threading.Thread(target=run, args=(key,)) for key in (*keys, UNKNOWN)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {**dict.fromkeys(keys, 200), UNKNOWN: 404}


def test_a_content_that_is_missing_in_the_store_is_an_error_of_the_file(kept):
    key = hashlib.sha256(b"nowhere").hexdigest()
    growing.add_nodes(kept.store, 1, repository_metadata=f"'{tree_of(key)}'")
    answer = kept.get(key)
    assert (answer.status_code, answer.json["code"]) == (500, "corrupt-object")
    assert "`new.txt`" in answer.json["message"]
    assert len(kept.uuids(key)) == 1


def test_a_store_without_files_still_knows_who_names_what(lab_postgres, make_app, stored):
    client = make_app(store=lab_postgres).test_client()
    assert ask(client, EMPTY).json["code"] == "store-misconfigured"
    nodes = ask(client, EMPTY, "/nodes").json["data"]["nodes"]
    assert {node["uuid"] for node in nodes} == {uuid for uuid, _ in stored[1][EMPTY]}


@pytest.mark.parametrize("value", badrows.VALUES)
def test_any_value_in_any_column_hides_no_other_node(value, data, tmp_path, make_app):
    changes = [
        f"UPDATE db_dbnode SET {column} = {badrows.VALUES[value]} WHERE id % 9 = {number}"
        for number, column in enumerate(("uuid", "label", "repository_metadata", "mtime"))
    ]
    client = make_app(store=badrows.archive(tmp_path, data / "lab.aiida", changes)).test_client()
    assert ask(client, EMPTY).status_code == 200
    assert len(ask(client, EMPTY, "/nodes").json["data"]["nodes"]) > 5
    assert ask(client, UNKNOWN).status_code == 404


def test_what_cannot_be_asked_is_an_error(lab):
    for end in ("?x=1", "/nodes?x=1", "/nodes?limit=0", "/nodes?cursor=%22x%22", "/nodes?limit=x"):
        answer = ask(lab["archive"], EMPTY, end)
        assert answer.status_code == 400
        assert answer.json["message"]
    assert ask(lab["archive"], EMPTY, method="POST").status_code == 405


def test_a_database_that_is_away_is_no_answer(cluster, data, unpacked, make_app):
    url = postgres.create_database(cluster)
    postgres.restore(url, data / "lab.psql.sql.gz")
    container = unpacked / "repo" / "container"
    client = make_app(store=url, repository=container).test_client()
    assert ask(client, EMPTY).status_code == 200
    client.application.extensions["provender"].stores.close()
    postgres.drop_database(cluster, url)
    answer = ask(client, EMPTY)
    assert answer.status_code == 503
    assert answer.json["code"].startswith("store-")
