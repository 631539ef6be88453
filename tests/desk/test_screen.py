"""What one screen shows, in one request: link counts, parts of a node, files of a job."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import replace

import pytest

from provender.query.querystring.desk.screen import PARTS
from provender.settings import Limits
from support import badrows, postgres

STRUCTURE = "cda14b00-82b5-443f-b152-62a831206992"
CALCJOB = "78ccdb4c"


def get(served, path):
    return served.get(f"/api/v4{path}")


def ok(served, path):
    answer = get(served, path)
    assert answer.status == 200, answer.body
    return answer


@pytest.fixture
def statements(caplog):
    """A function that returns the statements that a request takes, each with its values."""

    def texts(served, path):
        caplog.clear()
        with caplog.at_level(logging.DEBUG, "provender.store.database.snapshot"):
            ok(served, path)
        return [
            record.getMessage() for record in caplog.records if record.name.endswith("snapshot")
        ]

    return texts


# How many links the nodes of a list have


LISTS = (
    ("/nodes?orderby=uuid", "nodes"),
    ("/nodes/page/2?perpage=7&orderby=uuid", "nodes"),
    ('/nodes?node_type=like="process.%25"&orderby=uuid&limit=9&offset=3', "nodes"),
    ("/processes?orderby=uuid", "processes"),
    ("/calcjobs?orderby=uuid&attributes=true", "calcjobs"),
    (f"/nodes/{STRUCTURE}/links/outgoing?orderby=uuid", "outgoing"),
    (f"/nodes/{CALCJOB}/links/incoming?orderby=uuid", "incoming"),
    (f"/nodes/{CALCJOB}/links/incoming/page?perpage=2", "incoming"),
)


@pytest.fixture(scope="module")
def links(on_postgres):
    """The numbers of links of each node by its uuid, counted one by one."""
    return {
        uuid: {
            side: ok(on_postgres, f"/nodes/{uuid}/links/{side}?limit=0").total
            for side in ("incoming", "outgoing")
        }
        for uuid in ok(on_postgres, "/nodes").column("uuid")
    }


@pytest.mark.parametrize(("path", "key"), LISTS)
def test_link_counts_of_a_list_are_those_of_the_lists_of_links(path, key, on_each, links):
    plain = ok(on_each, path).data[key]
    rows = ok(on_each, f"{path}&link_counts=1").data[key]
    assert rows
    assert [row.pop("link_counts") for row in rows] == [links[row["uuid"]] for row in rows]
    assert rows == plain


def test_link_counts_take_one_statement_for_a_page(on_each, statements):
    for path, _ in LISTS:
        taken = statements(on_each, f"{path}&link_counts=1&_=1")
        assert sum("counted" in statement for statement in taken) == 1


def test_a_walk_has_link_counts_on_every_page(on_each, links):
    path = f"/nodes/{STRUCTURE}/links/outgoing?limit=2&link_counts=1&cursor="
    cursor, found = "*", {}
    while cursor is not None:
        answer = ok(on_each, path + cursor)
        found |= {row["uuid"]: row["link_counts"] for row in answer.data["outgoing"]}
        cursor = answer.json["next"]
    assert len(found) == 6
    assert found == {uuid: links[uuid] for uuid in found}


def test_an_empty_page_has_no_link_counts(on_each):
    assert ok(on_each, '/nodes?label="no such label"&link_counts=1').data["nodes"] == []
    assert ok(on_each, "/nodes?limit=0&link_counts=1").data["nodes"] == []


def test_link_counts_are_off_by_default(on_each):
    path = f"/nodes/{STRUCTURE}/links/outgoing"
    assert ok(on_each, f"{path}?link_counts=false").data == ok(on_each, path).data


@pytest.mark.parametrize(
    "query", ["link_counts=2", "link_counts=yes", "link_counts>1", "link_counts=1&link_counts=1"]
)
def test_wrong_link_counts(query, on_private):
    answer = get(on_private, f"/nodes?{query}")
    assert answer.status == 400
    assert "link_counts" in answer.json["message"]


@pytest.mark.parametrize("path", ["/groups", "/computers", "/nodes/cda14b00/links/tree", "/users"])
def test_other_lists_know_no_link_counts(path, on_private):
    plain, asked = get(on_private, path), get(on_private, f"{path}?link_counts=1")
    assert asked.status == 400 or asked.data == plain.data


# A node with its parts

ALL = ",".join(PARTS)
# What the other stores say differently: an import gives ids anew.
IDS = ("id", "user_id", "dbcomputer_id", "time", "_aiida_hash")


def without_ids(value):
    if isinstance(value, dict):
        return {key: without_ids(item) for key, item in value.items() if key not in IDS}
    return [without_ids(item) for item in value] if isinstance(value, list) else value


def one(served, path):
    """Return the node of an answer, and its notes."""
    answer = ok(served, path)
    ((row,),) = answer.data.values()
    return row, answer.json.get("notes", [])


@pytest.fixture(scope="module")
def some(on_postgres):
    """The uuids of a node of each type, and of some others."""
    rows = ok(on_postgres, "/nodes?orderby=uuid").rows()
    by_type = {row["node_type"]: row["uuid"] for row in rows}
    return [*by_type.values(), *(row["uuid"] for row in rows[:5]), STRUCTURE]


def own(served, uuid, part):
    """Return a part as its own routes give it."""
    path = f"/nodes/{uuid}"
    if part == "links":
        sides = {
            side: ok(served, f"{path}/links/{side}?link_counts=1")
            for side in ("incoming", "outgoing")
        }
        rows = {side: answer.data[side] for side, answer in sides.items()}
        return {**rows, "totals": {side: answer.total for side, answer in sides.items()}}
    if part == "link_counts":
        return own(served, uuid, "links")["totals"]
    place = "repo/list" if part == "files" else f"contents/{part}"
    (found,) = ok(served, f"{path}/{place}").data.values()
    return found


@pytest.mark.parametrize(
    "part",
    [
        *("attributes", "extras", "comments", "links", "files"),
        *("derived_properties", "link_counts"),
    ],
)
def test_a_part_looks_as_on_its_own_route(part, on_each, some):
    assert len(some) > 15
    for uuid in some:
        plain, _ = one(on_each, f"/nodes/{uuid}")
        row, notes = one(
            on_each, f"/nodes/{uuid}?include={part}" + ",link_counts" * (part == "links")
        )
        assert notes == []
        assert row[part] == own(on_each, uuid, part)
        assert {name: row[name] for name in plain} == plain


def test_user_computer_and_groups(on_each, some):
    computers = {row["uuid"]: row for row in ok(on_each, "/computers").rows()}
    groups = {row["uuid"]: row for row in ok(on_each, "/groups").rows()}
    users = {row["id"]: row for row in ok(on_each, "/users").rows()}
    seen = set()
    for uuid in ok(on_each, "/nodes").column("uuid"):
        row, notes = one(on_each, f"/nodes/{uuid}?include=user,computer,groups")
        assert notes == []
        user = users[row["user_id"]]
        name = f"{user['first_name']} {user['last_name']}".strip()
        assert row["user"] == {"id": row["user_id"], "name": name or None}
        assert row["computer"] is None or row["computer"] == computers[row["computer"]["uuid"]]
        assert row["groups"] == [groups[group["uuid"]] for group in row["groups"]]
        seen |= {("computer", row["computer"] is None), ("groups", len(row["groups"]) > 1)}
    assert seen >= {("computer", True), ("computer", False), ("groups", False)}


def test_a_description_is_that_of_the_record(on_each):
    texts = set()
    for uuid in ok(on_each, "/nodes").column("uuid"):
        row, notes = one(on_each, f"/nodes/{uuid}?include=description")
        assert notes == []
        assert (
            row["description"] == ok(on_each, f"/nodes/{uuid}/record").data["record"]["description"]
        )
        texts.add(row["description"])
    assert len(texts) > 1


def test_all_parts_are_alike_on_every_backend(on_archive, on_postgres, on_sqlite, some):
    assert len(some) > 15
    for uuid in some:
        path = f"/nodes/{uuid}?include={ALL}"
        expected = ok(on_postgres, path)
        assert ok(on_archive, path).data == expected.data
        found = without_ids(ok(on_sqlite, path).data["nodes"])
        for row in (*found, *(rows := without_ids(expected.data["nodes"]))):
            for side in ("incoming", "outgoing"):
                row["links"][side].sort(key=lambda item: (item["uuid"], item["link_label"]))
            row["groups"].sort(key=lambda item: item["uuid"])
            row["comments"].sort(key=lambda item: item["message"])
        assert found == rows


def test_parts_take_a_bounded_number_of_statements(on_each, statements):
    taken = statements(on_each, f"/nodes/{STRUCTURE}?include={ALL}&_=1")
    selects = [text for text in taken if "db_db" in text]
    assert 10 < len(selects) <= 20


def test_processes_and_calcjobs_have_parts(on_each):
    for name in ("processes", "calcjobs"):
        row, notes = one(on_each, f"/{name}/{CALCJOB}?include={ALL}")
        assert notes == []
        assert row["computer"]["label"] == "localhost"
        assert row["attributes"]["process_label"] == "ArithmeticAddCalculation"
        assert set(PARTS) <= row.keys()


def test_parts_have_the_order_of_the_request_and_filters_of_attributes(on_each):
    path = f"/nodes/{CALCJOB}?include=user,attributes&attributes_filter=job_id,nope"
    answer = ok(on_each, path)
    row = answer.data["nodes"][0]
    assert list(row)[-2:] == ["user", "attributes"]
    assert row["attributes"] == {"job_id": "20488"}
    assert "x-provender-notes" not in answer.headers
    told = ok(on_each, path.replace("user,attributes", "user")).headers["x-provender-notes"]
    assert json.loads(told)[0]["code"] == "no-effect"


def test_parts_have_an_etag(on_each):
    path = f"/api/v4/nodes/{CALCJOB}?include={ALL}"
    etag = on_each.get(path).headers["etag"]
    assert on_each.get(path, headers={"If-None-Match": etag}).status == 304


def test_links_beyond_the_limit_are_told(serve, unpacked, settings):
    limits = replace(settings.limits, default=2)
    served = serve(unpacked / "lab.aiida", limits=limits)
    row, notes = one(served, f"/nodes/{STRUCTURE}?include=links")
    assert [len(row["links"][side]) for side in ("incoming", "outgoing")] == [0, 2]
    assert row["links"]["totals"] == {"incoming": 0, "outgoing": 6}
    (note,) = notes
    assert (note["code"], note["field"]) == ("part-cut", "links.outgoing")
    assert "2 of 6" in note["message"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("include=link", ["`link`", "Did you mean `links`?", "derived_properties"]),
        ("include=links,nothing", ["`nothing`", "Valid: attributes, extras"]),
        ('include=""', ["Valid: attributes"]),
        ("include=1", ["`1`", "Valid"]),
        ("include=links&include=user", ["include more than once"]),
        ("include>links", ["include"]),
        ("include=user&label=x", ["filters"]),
    ],
)
def test_wrong_parts_say_what_is_right(query, words, on_each):
    answer = get(on_each, f"/nodes/{STRUCTURE}?{query}")
    assert answer.status == 400
    said = answer.json["message"] + answer.json.get("hint", "")
    assert all(word in said for word in words), said


def test_parts_of_no_node(on_each):
    assert get(on_each, "/nodes/ffffff?include=user").status == 404
    assert get(on_each, "/nodes/a?include=links,user").status == 400
    assert get(on_each, f"/processes/{STRUCTURE}?include=user,links,groups").status == 404


def test_of_a_wrong_id_and_a_wrong_key_the_id_is_told(on_private):
    for query in ("limit=x", "include=nothing", "foo=", "include=links&limit=-1"):
        assert get(on_private, f"/nodes/zz!?{query}").status == 404


def test_lists_and_other_resources_have_no_parts(on_private):
    for path in ("/nodes", "/processes", "/groups/1", "/computers", "/users/1"):
        assert get(on_private, f"{path}?include=links").status in (400, 404)


# Parts that cannot be shown

BIG = "x" * 300_000
SMALL = Limits(answer_bytes=200_000)


@pytest.fixture(params=["archive", "postgres"])
def changed(request, serve, data, tmp_path, unpacked):
    """A function that serves the lab after SQL on it."""

    def make(*changes, **options):
        if request.param == "archive":
            return serve(badrows.archive(tmp_path, data / "lab.aiida", changes), **options)
        url = request.getfixturevalue("lab_copy")
        postgres.run(url, *changes)
        return serve(url, unpacked / "repo" / "container", **options)

    return make


def test_a_part_that_is_too_large_hides_no_other(changed):
    served = changed(
        f'UPDATE db_dbnode SET attributes = \'{{"a": "{BIG}"}}\' WHERE id = 5', limits=SMALL
    )
    assert get(served, f"/nodes/{STRUCTURE}/contents/attributes").status == 400
    row, notes = one(served, f"/nodes/{STRUCTURE}?include={ALL}")
    assert [note["field"] for note in notes] == ["attributes", "derived_properties"]
    assert {note["code"] for note in notes} == {"limit-exceeded"}
    assert row["attributes"] is row["derived_properties"] is None
    assert len(row["links"]["outgoing"]) == 6
    assert len(row["comments"]) == 3
    served.app.extensions["provender"].stores.close()


def test_parts_that_are_too_large_together(changed):
    half = "x" * 120_000
    both = ", ".join(f'{name} = \'{{"a": "{half}"}}\'' for name in ("attributes", "extras"))
    served = changed(f"UPDATE db_dbnode SET {both} WHERE id = 5", limits=SMALL)
    row, notes = one(served, f"/nodes/{STRUCTURE}?include=extras,attributes,user")
    assert row["extras"] == {"a": half}
    assert row["attributes"] is None
    assert row["user"]["name"] == "Ada Lovelace"
    assert [note["field"] for note in notes] == ["attributes"]
    served.app.extensions["provender"].stores.close()


def test_parts_of_bad_rows(serve, data, tmp_path):
    changes = [
        "UPDATE db_dbnode SET user_id = 99, dbcomputer_id = 98 WHERE id = 5",
        "UPDATE db_dbnode SET attributes = '[1', extras = x'00' WHERE id = 5",
        "UPDATE db_dbcomment SET content = x'ff' WHERE dbnode_id = 5",
        "UPDATE db_dbnode SET description = x'ff' WHERE id = 5",
    ]
    served = serve(badrows.archive(tmp_path, data / "lab.aiida", changes))
    row, notes = one(served, f"/nodes/{STRUCTURE}?include={ALL}")
    nulls = {name for name in PARTS if row[name] is None}
    damaged = {"attributes", "extras", "user", "computer", "derived_properties", "description"}
    assert nulls == damaged
    assert nulls < {note["field"] for note in notes}
    assert any("99" in note["message"] for note in notes)
    assert any("98" in note["message"] for note in notes)
    assert [comment["message"] for comment in row["comments"]] == [None] * 3
    assert row["links"]["totals"]["outgoing"] == 6


def test_a_missing_file_is_told_and_the_answer_not_kept(serve, unpacked, tmp_path):
    folder = shutil.copytree(unpacked / "sqlite_dos", tmp_path / "profile")
    served = serve(folder)
    (bands,) = ok(served, '/nodes?node_type=like="%kpoints%"&limit=1').column("uuid")
    path = f"/nodes/{bands}?include=derived_properties,files,user"
    whole, notes = one(served, path)
    assert (notes, bool(whole["derived_properties"])) == ([], True)
    served.app.extensions["provender"].stores.close()
    shutil.move(folder / "container", tmp_path / "away")
    served = serve(folder)
    answer = ok(served, path)
    assert "etag" not in answer.headers
    (note,) = answer.json["notes"]
    assert note["field"] == "derived_properties"
    row = answer.data["nodes"][0]
    assert row == {**whole, "derived_properties": None}
    shutil.move(tmp_path / "away", folder / "container")
    served.app.extensions["provender"].stores.close()
    assert one(serve(folder), path)[0] == whole
