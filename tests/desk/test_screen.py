"""What one screen shows, in one request: link counts, parts of a node, files of a job."""

from __future__ import annotations

import logging

import pytest

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
