"""Archives for AiiDA that cannot be made: told before the first byte, with the reason."""

from __future__ import annotations

import json
import random
from contextlib import closing
from dataclasses import replace

import pytest

from support import badrows
from support.portable import Taken, get, post

PROCESS = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
CHOSEN = f'uuid="{PROCESS}"'
OF_PROCESS = f"WHERE uuid = '{PROCESS}'"
REFUSED = {
    400: {"cannot-export", "limit-exceeded"},
    413: {"selection-too-large"},
    500: {"corrupt-object"},
}


@pytest.fixture
def changed(tmp_path, unpacked, make_app, settings):
    """A function that serves a copy of the lab after SQL, with other settings."""

    def make(*changes, name="bad", **limits):
        path = badrows.archive(tmp_path, unpacked / "lab.aiida", changes, name)
        chosen = replace(settings, limits=replace(settings.limits, **limits))
        return make_app(store=str(path), settings=chosen).test_client()

    return make


def left(settings):
    return [path for path in settings.cache.folder.iterdir() if path.name.startswith("export-")]


def test_too_many_nodes_are_told_with_their_number(changed, settings):
    client = changed(members=100)
    answer = get(client, "group=processes")
    assert (answer.status_code, answer.json["code"]) == (413, "selection-too-large")
    assert "279 nodes, more than 100 (`limits.members`)" in answer.json["message"]
    assert "call_work_backward=false" in answer.json["hint"]
    assert post(client, {}).status_code == 413
    assert get(client, "dry_run=1").status_code == 413
    assert get(client, "id=1&dry_run=1").status_code == 200
    assert left(settings) == []


def test_too_many_nodes_and_files_are_told_with_all_figures(changed):
    answer = get(changed(members=300), "group=processes")
    assert (answer.status_code, answer.json["code"]) == (413, "selection-too-large")
    told = "279 nodes and 90 files of 39,136 bytes, together more than 300 (`limits.members`)"
    assert told in answer.json["message"]


def test_a_database_that_is_too_large_is_told(changed, settings):
    answer = get(changed(members_text_bytes=200_000), "group=processes")
    assert (answer.status_code, answer.json["code"]) == (413, "selection-too-large")
    assert "larger than 200,000 bytes (`limits.members_text_bytes`)" in answer.json["message"]
    assert left(settings) == []


def test_a_file_that_the_store_lacks_is_named(changed, settings):
    tree = json.dumps({"o": {"out": {"o": {"lost.txt": {"k": "0" * 64}}}}})
    client = changed(f"UPDATE db_dbnode SET repository_metadata = '{tree}' {OF_PROCESS}")
    answer = get(client, CHOSEN)
    assert (answer.status_code, answer.json["code"]) == (500, "corrupt-object")
    assert f"`out/lost.txt` of the node {PROCESS}" in answer.json["message"]
    assert left(settings) == []


def test_a_process_that_runs_is_named(changed, settings):
    client = changed(
        f"UPDATE db_dbnode SET attributes = json_remove(attributes, '$.sealed') {OF_PROCESS}"
    )
    answer = get(client, CHOSEN)
    assert (answer.status_code, answer.json["code"]) == (400, "cannot-export")
    assert f"The process {PROCESS} has not ended" in answer.json["message"]
    assert left(settings) == []


def test_what_a_process_needs_to_go_on_is_left_out(changed, tmp_path):
    text = "json_set(attributes, '$.checkpoints', 'secret', '$.large', 9007199254740993)"
    client = changed(f"UPDATE db_dbnode SET attributes = {text} {OF_PROCESS}")
    taken = Taken(get(client, CHOSEN).data, tmp_path)
    (row,) = (row for row in taken.rows["nodes"] if row[0] == PROCESS)
    attributes = json.loads(row[7])
    assert "checkpoints" not in attributes
    assert attributes["large"] == 9007199254740993
    assert attributes["sealed"] is True
    assert b"secret" not in taken.database


@pytest.mark.parametrize(
    "column",
    [(table, column) for table in badrows.TABLES for column in badrows.TABLES[table]],
    ids=".".join,
)
def test_a_bad_value_is_refused_or_taken_as_it_is(changed, tmp_path, column):
    table, name = column
    kind = random.Random(".".join(column)).choice(sorted(badrows.VALUES))  # noqa: S311 - for tests
    number = f"SELECT max(id) FROM {table}"
    client = changed(f"UPDATE {table} SET {name} = {badrows.VALUES[kind]} WHERE id = ({number})")
    answer = get(client, "group=processes&id>0")
    everything = get(client, "")
    assert everything.status_code in {200, *REFUSED}, (kind, everything.data)
    for one in (answer, everything):
        if one.status_code == 200:
            assert Taken(one.data, tmp_path).names[1] == "db.sqlite3"
        else:
            assert one.json["code"] in {*REFUSED.get(one.status_code, ()), "no-such-entity"}, (
                kind,
                one.json,
            )


def test_a_client_that_leaves_gives_everything_back(changed, settings):
    client = changed(streams=1)
    with closing(client.get("/api/v4/nodes/archive.aiida")) as answer:
        assert next(answer.iter_encoded())[:2] == b"PK"
        assert len(left(settings)) == 1 + 1  # the folder and the claim on it
        refused = get(client)
        assert (refused.status_code, refused.json["code"]) == (503, "too-many-streams")
    assert left(settings) == []
    assert get(client).status_code == 200
