"""Bad values in a database: each is null with a note, and hides nothing else."""

from __future__ import annotations

import json
import logging
import re
import shutil
import sqlite3
import uuid
import zipfile
from contextlib import closing
from datetime import datetime

import hypothesis
import orjson
import pytest
from hypothesis import strategies as st

from provender.settings import Cache, Settings
from provender.translators.asking import ask
from support import badrows, postgres
from support.badrows import VALUES, strict

EXPOSED = ("users.email", "authinfo")
NODES = 312
SHOWN = {
    **dict.fromkeys(("label", "node_type", "process_type", "uuid"), str),
    "ctime": datetime,
    "mtime": datetime,
    "user_id": int,
    "attributes": dict,
    "extras": dict,
}
"""The columns of nodes that lists show, and what is stored in them."""
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")
# JSON whose numbers no double holds: it is sent as it is, and only some readers take it.
HUGE = ("1e999", "1e-99999999")


@pytest.fixture
def client_of(make_app, tmp_path):
    """A function: the changes of a database by SQL -> a client of an archive with that database."""

    def make(changes, data):
        path = badrows.archive(tmp_path, data / "lab.aiida", changes, uuid.uuid4().hex[:8])
        settings = Settings(cache=Cache(folder=tmp_path / "cache"), expose=EXPOSED)
        app = make_app(store=path, settings=settings)
        # On a busy machine it may be made ready later than a request would wait for it.
        app.extensions["provender"].stores.lease(progress=lambda *_: None).close()
        return app.test_client()

    return make


def checked(answer, *, is_huge=False):
    """Return an answer after checking what holds for each, whatever the rows."""
    is_known = answer.status_code in (501, 503) or answer.status_code < 500
    assert is_known or answer.json["code"] == "corrupt-object", answer.text[:500]
    assert answer.status_code != 503, answer.text
    if answer.is_json:
        body = strict(answer.text)
        if not is_huge:
            orjson.loads(answer.data)
        for note in body.get("notes", ()) if isinstance(body, dict) else ():
            assert note.keys() - {"uuid", "field"} == {"code", "message"}
            assert note["message"].isprintable()
        assert len(body.get("notes", ())) <= 2 * 21
    return answer


def values_by_kind(column):
    """Return SQL that gives each kind of bad value to a node of its own, and the kinds by id."""
    kinds = dict(enumerate(VALUES, 1))
    changes = [
        f"UPDATE db_dbnode SET {column} = {VALUES[kind]} WHERE id = {pk}"
        for pk, kind in kinds.items()
    ]
    return changes, kinds


def is_good(kind, column, stored):
    """Tell whether what SQLite has is a value of the column's type; written apart from the code."""
    expected = SHOWN[column]
    if stored is None:
        return column in ("process_type", "attributes", "extras")
    if expected is int:
        return isinstance(stored, int)
    if expected is dict:
        return kind in (*HUGE, "twice the same key", "nested a little") or "repository" in kind
    if not isinstance(stored, str):
        return False
    return expected is str or (bool(TIME.fullmatch(stored)) and not stored.startswith("0000"))


def stored_values(path, column):
    """Return the values of a column by id, text that is not UTF-8 as bytes."""

    def decode(text):
        try:
            return text.decode()
        except UnicodeDecodeError:
            return text

    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = decode
        return dict(connection.execute(f"SELECT id, {column} FROM db_dbnode"))


@pytest.mark.parametrize("column", SHOWN)
def test_a_bad_value_is_null_with_a_note_and_others_are_as_stored(
    column, client_of, data, tmp_path
):
    changes, kinds = values_by_kind(column)
    client = client_of(changes, data)
    path = f"/api/v4/nodes?limit=400&attributes=true&extras=true&id<={len(kinds)}"
    rows = {row["id"]: row for row in checked(client.get(path), is_huge=True).json["data"]["nodes"]}
    (database,) = tmp_path.glob("*.sqlite3")
    stored = stored_values(database, column)
    assert rows.keys() == kinds.keys()
    noted = {}
    for pk in kinds:  # one by one, since an answer has a bounded number of notes
        answer = checked(
            client.get(f"/api/v4/nodes?id={pk}&attributes=true&extras=true"), is_huge=True
        )
        noted[pk] = [note for note in answer.json.get("notes", ()) if note["field"] == column]
        assert json.loads(answer.headers.get("X-Provender-Notes", "[]")) == noted[pk]
    for pk, kind in kinds.items():
        value = rows[pk][column]
        if is_good(kind, column, stored[pk]):
            assert noted[pk] == [], kind
            assert value is not None or stored[pk] is None, kind
        else:
            assert value is None, kind
            assert [note["code"] for note in noted[pk]] == ["bad-value-stored"], kind
            assert f"`{column}` of id {pk} cannot be shown" in noted[pk][0]["message"]


@pytest.mark.parametrize("column", badrows.TABLES["db_dbnode"])
def test_no_bad_value_of_a_node_spoils_an_answer(column, client_of, data):
    changes, _ = values_by_kind(column)
    client = client_of(changes, data)
    paths = list(badrows.lists())
    assert len(paths) > 100
    for path in paths:
        answer = checked(client.get(path), is_huge=True)
        assert answer.status_code == 200, path
        if path.startswith("/api/v4/nodes?orderby") and "limit=400" in path:
            assert len(answer.json["data"]["nodes"]) == NODES
    for query in badrows.POSTED:
        checked(client.post("/api/v4/querybuilder", json=query), is_huge=True)
    for order in ("-id", "ctime", "label", "-process_type"):
        found = badrows.walk(client, f"/api/v4/nodes?orderby={order}")
        assert sorted(row["id"] for row in found) == sorted({row["id"] for row in found})
        assert len(found) == NODES or (order, column) == ("-ctime", "ctime")


@pytest.mark.parametrize("kind", VALUES)
def test_no_bad_value_spoils_what_is_asked_of_one_node(kind, client_of, data):
    pks = (8, 197)
    columns = badrows.TABLES["db_dbnode"][1:]
    client = client_of(
        [
            f"UPDATE db_dbnode SET {column} = {VALUES[kind]} WHERE id = {pk}"
            for pk in pks
            for column in columns
            if column != "node_type"  # so that the routes of the type are asked
        ],
        data,
    )
    names = {row["id"]: row["uuid"] for row in client.get("/api/v4/nodes").json["data"]["nodes"]}
    for pk in pks:
        paths = list(badrows.of_node(names[pk], pk))
        assert len(paths) > 30
        for path in paths:
            checked(client.get(path), is_huge=True)


@pytest.mark.parametrize("table", [name for name in badrows.TABLES if name != "db_dbnode"])
def test_no_bad_value_of_another_table_spoils_an_answer(table, client_of, data):
    kinds = list(VALUES)
    changes = [
        f"UPDATE {table} SET {column} = {VALUES[kinds[(shift + 5 * place) % len(kinds)]]} "
        f"WHERE id % {len(kinds)} = {shift} AND id > 1"
        for place, column in enumerate(badrows.TABLES[table])
        for shift in range(len(kinds))
    ]
    client = client_of(changes, data)
    paths = [*badrows.lists(), *badrows.of_node("c9eb27f2-2320-48f1-afd4-06c4fb2e7f52", 8)]
    assert len(paths) > 100
    for path in paths:
        checked(client.get(path), is_huge=True)
    for query in badrows.POSTED:
        answer = checked(client.post("/api/v4/querybuilder", json=query), is_huge=True)
        assert answer.status_code == 200


@pytest.mark.undescribed("/nodes")  # an id is described as an integer, and is one in every store
def test_ids_that_are_no_integers_hide_nothing(client_of, data):
    client = client_of(
        [
            "CREATE TABLE plain AS SELECT * FROM db_dbnode",
            "DROP TABLE db_dbnode",
            "ALTER TABLE plain RENAME TO db_dbnode",
            "UPDATE db_dbnode SET id = x'ff' WHERE id = 5",
            "UPDATE db_dbnode SET id = 4000000000000 WHERE id = 6",
            "UPDATE db_dbnode SET id = -7 WHERE id = 7",
            "UPDATE db_dbnode SET id = 'x' WHERE id = 8",
        ],
        data,
    )
    answer = checked(client.get("/api/v4/nodes?limit=400"))
    assert len(answer.json["data"]["nodes"]) == NODES
    assert {note["field"] for note in answer.json["notes"]} == {"id"}
    assert len(answer.json["notes"]) == 2
    whole = {row["uuid"] for row in answer.json["data"]["nodes"]}
    bad = {note["uuid"] for note in answer.json["notes"]}
    for order in ("ctime", "-label"):
        walked = {row["uuid"] for row in badrows.walk(client, f"/api/v4/nodes?orderby={order}")}
        assert whole - bad <= walked


def test_notes_are_few_and_say_how_many_more_there_are(client_of, data):
    client = client_of(["UPDATE db_dbnode SET label = x'00', ctime = 5"], data)
    answer = checked(client.get("/api/v4/nodes?limit=400"))
    notes = answer.json["notes"]
    assert len(notes) == 21
    assert {note["code"] for note in notes[:20]} == {"bad-value-stored"}
    assert notes[20]["code"] == "more-bad-values"
    assert notes[20]["message"].startswith(f"{2 * NODES - 20} other values cannot be shown")
    header = json.loads(answer.headers["X-Provender-Notes"])
    assert header == notes[: len(header)]
    assert 0 < len(answer.headers["X-Provender-Notes"]) <= 2000
    assert "notes" not in client.get("/api/v4/nodes?limit=1&id=400").json


def test_the_older_dialect_notes_its_own_names(client_of, data):
    client = client_of(["UPDATE db_dbnode SET node_type = x'00' WHERE id = 3"], data)
    notes = checked(client.get("/api/v2/nodes?id=3")).json["notes"]
    assert [note["field"] for note in notes] == ["type"]
    client = client_of(["UPDATE db_dbcomputer SET label = x'00' WHERE id = 2"], data)
    notes = checked(client.get("/api/v2/computers")).json["notes"]
    assert [note["field"] for note in notes] == ["name"]


def test_a_posted_query_notes_its_tag_and_name(client_of, data):
    client = client_of(["""UPDATE db_dbnode SET attributes = '{"a": NaN}' WHERE id = 5"""], data)
    query = {
        "path": [{"entity_type": "", "tag": "n"}],
        "project": {"n": ["uuid", "attributes", "attributes.a"]},
        "order_by": [{"n": "id"}],
        "limit": 9,
    }
    answer = checked(client.post("/api/v4/querybuilder", json=query))
    rows = answer.json["data"]["n"]
    assert len(rows) == 9
    assert rows[4]["attributes"] is None
    assert [(note["field"], note["uuid"]) for note in answer.json["notes"]] == [
        ("attributes", rows[4]["uuid"])
    ]
    assert json.loads(answer.headers["X-Provender-Notes"]) == answer.json["notes"]


def test_an_answer_with_notes_has_an_etag_and_is_cached_with_them(client_of, data):
    client = client_of(["UPDATE db_dbnode SET label = x'00' WHERE id = 3"], data)
    first, second = (client.get("/api/v4/nodes?limit=5") for _ in range(2))
    assert first.data == second.data
    assert "notes" in second.json
    etag = first.headers["ETag"]
    again = client.get("/api/v4/nodes?limit=5", headers={"If-None-Match": etag})
    assert again.status_code == 304


def test_the_log_has_one_printable_line_for_a_request(client_of, data, caplog):
    client = client_of(
        ["UPDATE db_dbnode SET label = x'00'", "UPDATE db_dbnode SET uuid = 'a' || char(10) || id"],
        data,
    )
    with caplog.at_level(logging.WARNING, "provender"):
        client.get("/api/v4/nodes?limit=400")
    lines = [item.getMessage() for item in caplog.records if "cannot be shown" in item.getMessage()]
    assert len(lines) == 1
    assert lines[0].isprintable()
    assert len(lines[0]) < 1000
    assert f"{NODES} values cannot be shown" in lines[0]


def test_numbers_are_counted_without_what_has_no_name(client_of, data):
    client = client_of(
        [
            "UPDATE db_dbnode SET node_type = x'00' WHERE id = 3",
            "UPDATE db_dbnode SET ctime = '10000-01-01 00:00:00' WHERE id = 5",
        ],
        data,
    )
    body = checked(client.get("/api/v4/nodes/statistics")).json
    assert body["data"]["total"] == NODES
    assert sum(body["data"]["types"].values()) == NODES - 1
    assert sum(body["data"]["ctime_by_day"].values()) == NODES - 1
    assert {note["field"] for note in body["notes"]} == {"node_type", "ctime_by_day"}
    again = checked(client.get("/api/v4/nodes/statistics?user=1")).json
    assert again["notes"] == body["notes"]
    tree = checked(client.get("/api/v4/nodes/full_types_count")).json
    assert tree["data"]["counter"] == NODES - 1


def test_entries_of_a_repository_that_are_neither_files_nor_folders(client_of, data):
    tree = VALUES["repository of lists"]
    changes = [f"UPDATE db_dbnode SET repository_metadata = {tree} WHERE id = 8"]
    client = client_of(changes, data)
    path = "/api/v4/nodes/c9eb27f2-2320-48f1-afd4-06c4fb2e7f52/repo/list"
    body = checked(client.get(path)).json
    assert body["data"]["repo_list"] == [{"name": name, "type": "FILE"} for name in "abc"]
    assert [note["field"] for note in body["notes"]] == ["repository_metadata"] * 3
    with_metadata = checked(client.get(f"{path}?metadata=true")).json["data"]["repo_list"]
    assert [(item["size"], item["sha256"]) for item in with_metadata] == [(None, None)] * 3


def test_some_attributes_are_as_stored_though_a_number_is_huge(client_of, data):
    client = client_of(
        [
            """UPDATE db_dbnode SET attributes = '{"a": 1e999, "b": [1.50 , {}], "c": "x"}'
            WHERE id = 8"""
        ],
        data,
    )
    path = "/api/v4/nodes/c9eb27f2-2320-48f1-afd4-06c4fb2e7f52/contents/attributes"
    answer = client.get(f"{path}?attributes_filter=a,b")
    assert '{"a": 1e999, "b": [1.50 , {}]}' in answer.text
    assert strict(answer.text)["data"]["attributes"]["b"] == [1.5, {}]


def test_asking_from_python_gives_none_for_bad_values(data, tmp_path):
    changes = ["UPDATE db_dbnode SET label = x'00', ctime = 5, attributes = 'x' WHERE id = 3"]
    path = badrows.archive(tmp_path, data / "lab.aiida", changes)
    query = {
        "path": [{"entity_type": "", "tag": "n"}],
        "project": {"n": ["id", "label", "ctime", "attributes"]},
        "order_by": [{"n": "id"}],
    }
    bad = {"id": 3, "label": None, "ctime": None, "attributes": None}
    with ask(path, settings=Settings(cache=Cache(folder=tmp_path / "cache"))) as store:
        rows, streamed = store.rows(query), list(store.stream(query))
        assert store.count(query) == NODES
    assert rows == streamed
    assert [row["n"] for row in rows if row["n"]["id"] == 3] == [bad]
    assert len(rows) == NODES
    assert rows[0]["n"]["ctime"].year == 2026


# PostgreSQL


@pytest.fixture
def on_bad_postgres(lab_copy, make_app, unpacked):
    postgres.run(
        lab_copy,
        *(
            f"UPDATE db_dbnode SET {column} = {value} WHERE id = {pk}"
            for column in ("ctime", "mtime")
            for pk, value in enumerate(badrows.TIMES.values(), 3)
        ),
        *(
            f"UPDATE db_dbnode SET {column} = {value} WHERE id = {pk}"
            for column in ("attributes", "extras", "repository_metadata")
            for pk, value in enumerate(badrows.DOCUMENTS.values(), 20)
            if (column, value) != ("repository_metadata", "NULL")
        ),
        "UPDATE db_dbcomment SET ctime = 'infinity', mtime = '10000-01-01'",
        "UPDATE db_dblog SET time = '0044-03-15 BC'",
        "UPDATE db_dbgroup SET time = '-infinity'",
    )
    repository = unpacked / "repo" / "container"
    settings = Settings(expose=EXPOSED)
    return make_app(store=lab_copy, repository=repository, settings=settings).test_client()


def test_what_postgresql_takes_and_python_does_not(on_bad_postgres):
    rows = {
        row["id"]: row
        for row in checked(on_bad_postgres.get("/api/v4/nodes?limit=400")).json["data"]["nodes"]
    }
    assert len(rows) == NODES
    shown = {kind: rows[pk]["ctime"] for pk, kind in enumerate(badrows.TIMES, 3)}
    assert shown == dict.fromkeys(badrows.TIMES) | {
        "with microseconds": "Fri, 20 Nov 2026 10:00:00 GMT"
    }
    whole = checked(on_bad_postgres.get("/api/v4/nodes?id=3")).json
    assert [(note["field"], note["uuid"]) for note in whole["notes"]] == [
        (name, whole["data"]["nodes"][0]["uuid"]) for name in ("ctime", "mtime")
    ]
    for pk, kind in enumerate(badrows.DOCUMENTS, 20):
        answer = checked(
            on_bad_postgres.get(f"/api/v4/nodes?id={pk}&attributes=true"), is_huge=True
        )
        noted = [note["message"] for note in answer.json.get("notes", ())]
        is_bad = kind in ("5001 digits", "nested") or kind.startswith("json")
        assert bool(noted) is is_bad, kind


def test_no_bad_value_of_postgresql_spoils_an_answer(on_bad_postgres):
    client = on_bad_postgres
    names = {row["id"]: row["uuid"] for row in client.get("/api/v4/nodes").json["data"]["nodes"]}
    paths = [*badrows.lists()]
    for pk in (3, 4, 21, 24, 25, 26, 27, 28, 29):
        paths += badrows.of_node(names[pk], pk)
    assert len(paths) > 400
    for path in paths:
        checked(client.get(path), is_huge=True)
    for query in badrows.POSTED:
        checked(client.post("/api/v4/querybuilder", json=query), is_huge=True)
    for order in ("ctime", "-ctime", "mtime"):
        assert len(badrows.walk(client, f"/api/v4/nodes?orderby={order}")) == NODES


# Any value in any cell

CELLS = st.tuples(
    st.sampled_from([(table, name) for table, names in badrows.TABLES.items() for name in names]),
    st.integers(1, 40),
    st.sampled_from(list(VALUES.values()))
    | st.binary(max_size=20).map(lambda raw: f"x'{raw.hex()}'")
    | st.binary(max_size=20).map(lambda raw: f"CAST(x'{raw.hex()}' AS TEXT)")
    | st.text(max_size=12).map(
        lambda text: f"CAST(x'{text.encode('utf-8', 'replace').hex()}' AS TEXT)"
    ),
)


@pytest.fixture
def corrupted(data, tmp_path, make_app):
    """A function that puts values into cells of a database, and a client that asks it."""
    badrows.archive(tmp_path, data / "lab.aiida", [], "plain")
    good, path = tmp_path / "plain.sqlite3", tmp_path / "unpacked"
    with zipfile.ZipFile(tmp_path / "plain.aiida") as archive:
        archive.extractall(path)
    settings = Settings(cache=Cache(folder=tmp_path / "cache"), expose=EXPOSED)
    made = []

    def corrupt(cells):
        for app in made:
            app.extensions["provender"].stores.close()
        copy = tmp_path / f"store{len(made) % 2}"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(path, copy)
        with closing(sqlite3.connect(copy / "db.sqlite3")) as target:
            with closing(sqlite3.connect(good)) as source:
                source.backup(target)
            for (table, name), pk, value in cells:
                target.execute(f"UPDATE {table} SET {name} = {value} WHERE id = {pk}")
            target.commit()
        made[:] = [make_app(store=copy, settings=settings)]
        return made[0].test_client()

    return corrupt


def test_no_values_in_any_cells_spoil_an_answer(corrupted, fuzz_count):
    paths = [*badrows.lists(), *badrows.of_node("c9eb27f2-2320-48f1-afd4-06c4fb2e7f52", 8)]
    listed = []

    @hypothesis.settings(max_examples=max(10, fuzz_count // 10))
    @hypothesis.given(
        st.lists(CELLS, min_size=1, max_size=12),
        st.lists(st.sampled_from(paths), min_size=8, max_size=20, unique=True),
        st.sampled_from(badrows.POSTED),
    )
    def answers(cells, asked, query):
        client = corrupted(cells)
        for path in asked:
            checked(client.get(path), is_huge=True)
        checked(client.post("/api/v4/querybuilder", json=query), is_huge=True)
        rows = client.get("/api/v4/nodes?limit=400").json["data"]["nodes"]
        assert len(rows) == NODES
        listed.append(rows)

    answers()
    assert len(listed) >= 10
