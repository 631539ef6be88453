"""Posted queries: recorded answers of the peer, on every backend."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import timezone

import pytest

import provender
from provender.errors import BadRequest, CannotConvert
from provender.settings import Limits, Settings
from provender.translators.asking import Asked
from support.compare_golden import differences

WITHOUT_ARCHIVES = {"qb-031", "qb-049", "qb-050", "qb-051", "qb-202"}
"""They ask for authinfos or ids of links, which archives do not keep."""


def post(served, query, **options):
    return served.get(
        "/api/v4/querybuilder", method="POST", body=json.dumps(query).encode(), **options
    )


@pytest.fixture(scope="session")
def records(data):
    with (data / "golden" / "querybuilder.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def on_same_ids(serve, unpacked, tmp_path_factory):
    """A SQLite profile with the ids of the lab: the archive's database beside a container."""
    folder = tmp_path_factory.mktemp("same_ids")
    with zipfile.ZipFile(unpacked / "lab.aiida") as archive:
        (folder / "database.sqlite").write_bytes(archive.read("db.sqlite3"))
    shutil.copytree(unpacked / "repo" / "container", folder / "container")
    config = json.loads((folder / "container" / "config.json").read_text())
    with closing(sqlite3.connect(folder / "database.sqlite")) as connection, connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('main_0001')")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS db_dbsetting "
            "(id INTEGER PRIMARY KEY, key VARCHAR, val JSON, description TEXT, time DATETIME)"
        )
        connection.execute(
            "INSERT INTO db_dbsetting (key, val, description, time) "
            "VALUES ('repository|uuid', ?, '', '2026-11-20 00:00:00.000000')",
            (json.dumps(config["container_id"]),),
        )
    return serve(folder, name="same ids", expose=("users.email", "authinfo"))


@pytest.fixture(params=["archive", "postgres", "same_ids"])
def on_ids(request):
    return request.getfixturevalue(f"on_{request.param}")


def plain(value):
    """Return a value of the Python entry point as the recordings write it."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        instant = value if value.tzinfo is None else value.astimezone(timezone.utc)
        return instant.isoformat(timespec="microseconds")
    return value


def faults(served, record):
    """Return how the answers to a recorded query differ from it."""
    asked = Asked(served.app.extensions["provender"].stores, Settings())
    if record.get("error"):
        try:
            return [f"accepted: {asked.rows(record['query'])}"]
        except BadRequest as error:
            return [] if error.place or "cast" in error.message else [f"no place: {error.message}"]
    try:
        rows = plain(asked.rows(record["query"]))
        found = list(differences(record["rows"], rows))
        if asked.count(record["query"]) != record["count"]:
            found.append("count")
    except BadRequest as error:
        return [f"refused: {error.message}"]
    if "rest" in record:
        answer = post(served, record["query"])
        expected = json.loads(json.dumps(record["rest"]["body"]).replace("{root}", served.root))
        found += differences(expected, answer.json)
        found += [] if answer.status == record["rest"]["status"] else [f"status {answer.status}"]
        total = record["rest"]["headers"]["X-Total-Count"]
        found += [] if answer.headers["x-total-count"] == total else ["total"]
    return found


def test_a_store_is_asked_from_python(data):
    query = {"path": ["user"], "order_by": {"user_1": "id"}, "project": {"user_1": "last_name"}}
    with provender.ask(data / "lab.aiida") as store:
        assert store.rows(query)[0] == {"user_1": {"last_name": "Lovelace"}}
        assert store.count(query) == len(store.rows(query))
        with pytest.raises(BadRequest, match="At `/path/0`"):
            store.rows({"path": [1]})
    few = Settings(limits=Limits(posted_rows=2))
    with provender.ask(data / "lab.aiida", settings=few) as store:
        assert store.count({"path": ["data.Data."]}) > 3
        assert store.count({"path": ["data.Data."], "limit": 3}) == 3
        assert (
            store.count({"path": ["data.Data."], "offset": 3})
            == store.count({"path": ["data.Data."]}) - 3
        )
        with pytest.raises(BadRequest, match=r"limits\.posted_rows"):
            store.rows({"path": ["data.Data."]})
    small = Settings(limits=Limits(joins=0))
    with (
        provender.ask(data / "lab.aiida", settings=small) as store,
        pytest.raises(BadRequest, match=r"limits\.joins"),
    ):
        store.count({"path": ["user", "group.core"]})


@pytest.fixture(params=["archive", "sqlite", "postgres"])
def a_store(request):
    return request.getfixturevalue(f"on_{request.param}").store


NODES = {
    "path": [{"entity_type": "", "tag": "n"}],
    "project": {"n": ["id", "uuid", "ctime", "attributes"]},
    "order_by": {"n": ["id"]},
}


def test_a_stream_gives_the_rows_of_a_list(a_store):
    with provender.ask(a_store) as store:
        rows = list(store.stream(NODES))
        assert rows == store.rows(NODES)
        assert len(rows) == store.count(NODES) == 312
        assert list(store.stream(NODES | {"limit": 2, "offset": 5})) == rows[5:7]
        assert list(store.stream(NODES | {"limit": 0})) == []


def test_a_stream_has_no_bound_and_can_be_left(a_store):
    few = Settings(limits=Limits(posted_rows=2))
    with provender.ask(a_store, settings=few) as store:
        stream = store.stream(NODES)
        assert next(stream)["n"]["id"] > 0
        stream.close()
        assert len(list(store.stream(NODES))) == 312
        with pytest.raises(BadRequest, match="At `/path/0`"):
            next(store.stream({"path": [1]}))


def test_a_cast_that_fails_in_a_stream_is_named(a_store):
    casts = NODES | {"project": {"n": [{"attributes.process_label": {"cast": "f"}}]}}
    with provender.ask(a_store) as store, pytest.raises(CannotConvert, match="by `f`"):
        list(store.stream(casts))


def test_every_recorded_query_holds(on_ids, records):
    asked = records
    if on_ids.name != "postgres":
        asked = [record for record in records if record["id"] not in WITHOUT_ARCHIVES]
    wrong = {r["id"]: found for r in asked if (found := faults(on_ids, r))}
    assert wrong == {}
    assert len(asked) >= 317


def test_a_query_that_one_store_answers_is_refused_by_one_that_opens_less():
    path = [{"entity_type": "user", "tag": "user"}]
    query = {"path": path, "project": {"user": ["email"]}, "limit": 1}
    for _ in range(2):
        with provender.ask("demo", settings=Settings(expose=("users.email",))) as open_store:
            assert open_store.rows(query)
        with (
            provender.ask("demo", settings=Settings()) as closed_store,
            pytest.raises(BadRequest, match="Unknown column `email`"),
        ):
            closed_store.rows(query)


def test_texts_that_differ_in_the_type_of_a_number_are_different_queries():
    query = {"path": [{"entity_type": "", "tag": "n"}], "project": {"n": ["id"]}}
    with provender.ask("demo", settings=Settings()) as store:
        for value in (1, 1.0):
            assert store.count(query | {"filters": {"n": {"id": {"==": value}}}}) == 1
        with pytest.raises(BadRequest, match="not a boolean"):
            store.count(query | {"filters": {"n": {"id": {"==": True}}}})
