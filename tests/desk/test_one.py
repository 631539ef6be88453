"""The state of one process: a cheap poll."""

from __future__ import annotations

import pytest

KEYS = [
    *("uuid", "process_label", "process_state", "is_running"),
    *("exit_status", "exit_message", "paused", "mtime"),
]
PATH = "/api/v4/processes"


def uuids(served):
    return served.get(f"{PATH}?limit=400&orderby=uuid").column("uuid")


def status(served, uuid, query="", **headers):
    return served.get(f"{PATH}/{uuid}/status{query}", headers=headers)


def test_every_process_has_a_state(on_each):
    rows = served_rows(on_each)
    assert len(rows) > 20
    for row in rows:
        found = status(on_each, row["uuid"]).data["status"]
        assert list(found) == KEYS
        attributes = row["attributes"]
        assert found["uuid"] == row["uuid"]
        assert found["mtime"] == row["mtime"]
        for name in ("process_label", "process_state", "exit_status", "exit_message"):
            assert found[name] == attributes.get(name)


def served_rows(served):
    return served.get(f"{PATH}?limit=400&attributes=true").rows()


def test_the_state_is_alike_on_every_backend(on_archive, on_postgres, on_sqlite):
    found = [
        [status(served, uuid).data for uuid in uuids(served)]
        for served in (on_archive, on_postgres, on_sqlite)
    ]
    assert len(found[0]) > 20
    assert found[0] == found[1] == found[2]


def test_an_id_may_be_a_pk_or_the_beginning_of_a_uuid(on_lab):
    row = on_lab.get(f"{PATH}?limit=1").rows()[0]
    whole = status(on_lab, row["uuid"])
    assert status(on_lab, row["id"]).data == whole.data
    assert status(on_lab, row["uuid"][:12]).data == whole.data
    assert whole.json["id"] == row["uuid"]


def test_a_client_that_has_the_state_gets_a_304(on_each):
    uuid = uuids(on_each)[0]
    etag = status(on_each, uuid).headers["etag"]
    for known in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        again = status(on_each, uuid, **{"If-None-Match": known})
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == "no-cache"
    assert status(on_each, uuid, **{"If-None-Match": '"x"'}).status == 200
    assert status(on_each, uuid, **{"If-Match": '"x"'}).status == 412


def test_other_processes_have_other_etags(on_archive):
    found = {status(on_archive, uuid).headers["etag"] for uuid in uuids(on_archive)}
    assert len(found) == len(uuids(on_archive))


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("?wait=-1", "`wait` takes seconds from 0 to 25, not a negative number."),
        ("?wait=26", "`wait` takes seconds from 0 to 25, not more."),
        ("?wait=1e400", "`wait` takes seconds from 0 to 25, not more."),
        ("?wait=soon", "`wait` takes seconds from 0 to 25, not"),
        ('?wait="5"', "`wait` takes seconds from 0 to 25, not a string"),
        ("?wait=true", "`wait` takes seconds from 0 to 25, not"),
        ("?wait=1,2", "takes one value, not a list"),
        ("?wait=", "The query string format is invalid."),
        ("?wait>5", "wait"),
        ("?wait=1&wait=2", "You cannot specify wait more than once"),
        ("?wat=5", "This path takes no key `wat`."),
        ("?limit=5", "This path takes no key `limit`."),
        ("?id=5", "This path takes no key `id`."),
    ],
)
def test_what_is_wrong_is_said(on_archive, query, text):
    answer = status(on_archive, uuids(on_archive)[0], query)
    assert answer.status == 400
    assert text in answer.json["message"]


def test_an_unknown_key_hears_which_keys_there_are(on_archive):
    answer = status(on_archive, uuids(on_archive)[0], "?wat=5")
    assert "Did you mean `wait`?" in answer.json["hint"]


@pytest.mark.parametrize("path", ["/nodes", "/computers", "/processes"])
def test_other_routes_take_wait_for_the_name_of_a_field(on_archive, path):
    assert on_archive.get(f"/api/v4{path}?wait=5").status == 400


@pytest.mark.parametrize("wrong", ["999999", "ffffffff", "zz", "' OR 1=1"])
def test_unknown_ids_are_a_404(on_archive, wrong):
    assert status(on_archive, wrong).status == 404


def test_a_node_that_is_no_process_has_no_state(on_each):
    data = on_each.get('/api/v4/nodes?limit=1&node_type=like="data.%25"').rows()[0]["uuid"]
    answer = status(on_each, data)
    assert (answer.status, answer.json["code"]) == (404, "no-such-entity")


def test_a_process_that_has_ended_is_answered_at_once(on_each):
    assert status(on_each, uuids(on_each)[0], "?wait=25").status == 200
    etag = status(on_each, uuids(on_each)[0]).headers["etag"]
    assert status(on_each, uuids(on_each)[0], "?wait=25", **{"If-None-Match": etag}).status == 304
