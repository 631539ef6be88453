"""Archives of selections for AiiDA, on every backend, beside the rows of the store itself."""

from __future__ import annotations

import json
import random
import zipfile
from contextlib import closing

import pytest

from support.portable import CHANGEABLE, FIXED, Taken, get, keys_in, post, reached, rows_of, take

BACKENDS = ("archive", "postgres", "sqlite")
SELECTIONS = 10
"""Random selections on each backend."""


@pytest.fixture(scope="module")
def clients(on_archive, on_postgres, on_sqlite):
    """Test clients of the lab by the name of the backend; they tell addresses."""
    served = {"archive": on_archive, "postgres": on_postgres, "sqlite": on_sqlite}
    return {name: one.app.test_client() for name, one in served.items()}


@pytest.fixture(scope="module")
def lab(unpacked, tmp_path_factory):
    """All rows of the lab."""
    database = tmp_path_factory.mktemp("lab") / "lab.sqlite3"
    with zipfile.ZipFile(unpacked / "lab.aiida") as file:
        database.write_bytes(file.read("db.sqlite3"))
    return rows_of(database)


@pytest.fixture
def client(on_private):
    return on_private.app.test_client()


def chosen(lab, chance):
    uuids = [row[0] for row in lab["nodes"]]
    return chance.sample(uuids, chance.choice((1, 1, 2, 3, 5, 20)))


def of(uuids, **more):
    return {"where": {"uuid": {"in": sorted(uuids)}}, **more}


def check(taken, lab, expected):
    """Compare an archive with the rows of the store that belong to its nodes."""
    assert taken.uuids == expected
    rows = taken.rows
    for table in ("nodes", "comments", "logs"):
        assert rows[table] == [row for row in lab[table] if row[0] in expected]
    ends = [row for row in lab["links"] if {row[0], row[1]} <= expected]
    assert rows["links"] == ends
    trees = [json.loads(row[9]) for row in rows["nodes"]]
    assert set(taken.files) == {key for tree in trees for key in keys_in(tree)}
    assert all(key == sha256 for key, sha256 in taken.files.items())
    named = {row[10] for row in rows["nodes"]} - {None}
    assert rows["computers"] == [row for row in lab["computers"] if row[0] in named]
    people = {row[11] for row in rows["nodes"]} | {row[4] for row in rows["comments"]}
    people |= {row[6] for row in rows["groups"]}
    assert rows["users"] == [row for row in lab["users"] if row[0] in people]
    assert rows["authinfos"] == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_random_selections_with_random_rules(clients, lab, tmp_path, backend):
    chance = random.Random(7)  # noqa: S311 - for tests
    sizes = []
    for _ in range(SELECTIONS):
        uuids = chosen(lab, chance)
        rules = {name: chance.random() < 0.5 for name in CHANGEABLE}
        taken = take(clients[backend], of(uuids, **rules), tmp_path)
        check(taken, lab, reached(uuids, lab["links"], rules))
        sizes.append(len(taken.uuids))
        told = taken.metadata["creation_parameters"]
        assert told["graph_traversal_rules"] == {**dict.fromkeys(FIXED, True), **rules}
        assert sorted(told["entities_starting_set"]["node"]) == sorted(uuids)
    assert max(sizes) > 20


@pytest.mark.parametrize("rule", CHANGEABLE)
@pytest.mark.parametrize("backend", BACKENDS)
def test_every_rule_makes_a_difference(clients, lab, tmp_path, backend, rule):
    kind, _, direction = rule.rpartition("_")
    side = 1 if direction == "backward" else 0
    ends = sorted({row[side] for row in lab["links"] if row[3] == kind})
    quiet = dict.fromkeys(CHANGEABLE, False)
    differences = 0
    for uuid in random.Random(rule).sample(ends, 5):  # noqa: S311 - for tests
        asked = [{**quiet, rule: value} for value in (False, True)]
        found = [take(clients[backend], of([uuid], **some), tmp_path).uuids for some in asked]
        assert found == [reached([uuid], lab["links"], some) for some in asked]
        differences += found[0] != found[1]
    assert differences == 5


def test_equal_content_is_equal_on_every_backend(clients, tmp_path):
    bodies = [{"where": {"group": "processes"}}, {"where": {"node_type": {"like": "data.%"}}}, {}]
    for body in bodies:
        found = [take(client, body, tmp_path) for client in clients.values()]
        assert len(found[0].uuids) > 100
        for other in found[1:]:
            assert other.rows == found[0].rows
            assert other.names == found[0].names


@pytest.mark.parametrize("backend", BACKENDS)
def test_everything_is_there_if_all_is_chosen(clients, lab, tmp_path, backend):
    check(take(clients[backend], {}, tmp_path), lab, {row[0] for row in lab["nodes"]})


@pytest.mark.parametrize("backend", BACKENDS)
def test_groups_that_are_named_are_taken_with_their_members(clients, lab, tmp_path, backend):
    taken = Taken(get(clients[backend], "group=processes").data, tmp_path)
    (group,) = (row for row in lab["groups"] if row[1] == "processes")
    assert taken.rows["groups"] == [group]
    members = [row for row in lab["members"] if row[1] == group[0]]
    assert taken.rows["members"] == members
    assert taken.metadata["creation_parameters"]["entities_starting_set"]["group"] == [group[0]]
    one = Taken(get(clients[backend], f'group=processes&uuid="{members[0][0]}"').data, tmp_path)
    assert one.rows["groups"] == [group]
    assert one.rows["members"] == [row for row in members if row[0] in one.uuids]
    check(one, lab, reached([members[0][0]], lab["links"], {}))


def test_addresses_are_made_up_unless_they_are_exposed(client, clients, lab, tmp_path):
    hidden, open_ = (take(one, {}, tmp_path) for one in (client, clients["archive"]))
    true = open_.rows["users"]
    assert len(true) > 1
    assert set(true) < set(lab["users"])
    made_up = hidden.rows["users"]
    assert sorted(row[1:] for row in made_up) == sorted(row[1:] for row in true)
    assert len({row[0] for row in made_up}) == len(true)
    assert all(row[0].endswith(".invalid") for row in made_up)
    assert not any(row[0].encode() in hidden.database for row in lab["users"])
    assert hidden.uuids == open_.uuids


@pytest.mark.parametrize("rule", sorted(FIXED))
def test_a_rule_that_is_fixed_is_refused(client, rule):
    for answer in (
        get(client, f"id=1&{rule}=false"),
        post(client, {"where": {"id": 1}, rule: False}),
    ):
        assert answer.status_code == 400
        assert answer.json["code"] == "bad-value"
        assert f"`{rule}` is always true" in answer.json["message"]
        assert "call_work_backward" in answer.json["hint"]
    assert get(client, f"id=1&{rule}=true&dry_run=1").status_code == 200


def test_wrong_questions_are_refused(client):
    for query in ("create_forwards=1", "create_backward=maybe", "nonsense=3", "dry_run=2"):
        assert get(client, query).status_code == 400
    assert get(client, "group=nobody").status_code == 404


def test_nothing_is_chosen(client, tmp_path):
    taken = Taken(get(client, 'label="nobody has this label"').data, tmp_path)
    assert taken.names == ["metadata.json", "db.sqlite3"]
    assert not any(taken.rows.values())


def test_the_size_is_told_before(client, tmp_path):
    answer = get(client, "group=processes")
    taken = Taken(answer.data, tmp_path)
    told = get(client, "group=processes&dry_run=1").json["data"]
    assert told == post(client, {"where": {"group": "processes"}, "dry_run": True}).json["data"]
    assert told["bytes"] == len(answer.data)
    assert told["nodes"], told["links"] == (len(taken.uuids), len(taken.rows["links"]))
    assert told["files"] == len(taken.files)
    with client.head("/api/v4/nodes/archive.aiida?group=processes") as head:
        assert (head.status_code, head.data) == (200, b"")
        assert int(head.headers["Content-Length"]) == told["bytes"]
        assert head.headers["ETag"] == answer.headers["ETag"]


def test_it_is_made_again_with_the_same_bytes_so_a_range_resumes_it(client):
    whole = get(client, "group=processes")
    etag, size = whole.headers["ETag"], len(whole.data)
    chance = random.Random(3)  # noqa: S311 - for tests
    assert whole.headers["Accept-Ranges"] == "bytes"
    for _ in range(20):
        start, stop = sorted(chance.sample(range(size), 2))
        headers = {"Range": f"bytes={start}-{stop - 1}", "If-Range": etag}
        part = get(client, "group=processes", headers=headers)
        assert part.status_code == 206
        assert part.data == whole.data[start:stop]
    other = get(client, "group=processes", headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (other.status_code, other.data) == (200, whole.data)
    known = get(client, "group=processes", headers={"If-None-Match": etag})
    assert known.status_code == 304


def test_the_first_two_members_are_those_that_aiida_looks_for(client, tmp_path):
    taken = Taken(get(client, "group=processes").data, tmp_path)
    assert taken.names[:2] == ["metadata.json", "db.sqlite3"]
    assert taken.names[2:] == sorted(taken.names[2:])
    assert taken.metadata["export_version"] == "main_0001"
    assert taken.metadata["key_format"] == "sha256"


def test_it_can_be_opened(client, tmp_path, make_app, settings):
    path = tmp_path / "taken.aiida"
    path.write_bytes(get(client, "group=processes").data)
    again = make_app(store=str(path), settings=settings).test_client()
    told = get(client, "group=processes&dry_run=1").json["data"]
    found = get(again, "dry_run=1").json["data"]
    assert {**found, "bytes": 0} == {**told, "bytes": 0}


def test_nothing_stays_in_the_cache(client, settings):
    assert get(client, "group=processes").status_code == 200
    assert get(client, "dry_run=1").status_code == 200
    assert get(client, "group=nobody").status_code == 404
    left = [path.name for path in settings.cache.folder.iterdir()]
    assert left
    assert not [name for name in left if name.startswith("export-")]


def test_closing_is_needed_only_once(client):
    with closing(client.get("/api/v4/nodes/archive.aiida?id=1")) as answer:
        assert answer.data[:2] == b"PK"
        answer.close()
