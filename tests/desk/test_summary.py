"""The summary of one process: its row, its links, its times, and what it called."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest

from desk.conftest import Place
from provender.settings import Limits
from support import badrows
from support.desk import contents, names

PATH = "/api/v4/processes"
KEYS = [
    *("uuid", "label", "description", "node_type", "process_type", "ctime", "mtime"),
    *("process_label", "process_state", "is_running", "exit_status", "exit_message", "paused"),
    *("user", "computer", "parent", "url", "inputs", "outputs", "times"),
]
TREE = ["called", "called_total", "is_complete"]
TIMES = [
    *("created", "submitted", "started", "last_seen", "ended"),
    *("wall_seconds", "cpu_seconds"),
]
CHECKED = {
    "value": "Sat, 21 Nov 2026 09:52:00 GMT",
    "zone": "UTC",
    "source": "scheduler_lastchecktime",
}
ODD = (names.ODD_ATTRIBUTES, names.NULL_ATTRIBUTES, names.LIST_ATTRIBUTES)


def summary(client, uuid, query=""):
    answer = client.get(f"{PATH}/{uuid}/summary{query}")
    assert answer.status_code == 200, answer.text
    return answer.json["data"]["summary"]


def local(text, source):
    return {"value": text, "zone": None, "source": source}


def recorded(data, name):
    """Return what AiiDA says of the processes of a store, by uuid."""
    return json.loads((data / "desk" / f"{name}.json").read_text())["processes"]


def http_date(text):
    utc = datetime.fromisoformat(text).astimezone(timezone.utc)
    return utc.strftime("%a, %d %b %Y %H:%M:%S GMT")


def links(found):
    return sorted([one["label"], one["link_type"], one["uuid"]] for one in found)


@pytest.fixture(scope="session", params=["lab", "desk", "materials"])
def told(request, data, desk, open_place):
    """A test client of a store, and what AiiDA says of its processes."""
    client = desk
    if request.param != "desk":
        client = open_place(Place(str(data / f"{request.param}.aiida")))
    return client, recorded(data, request.param)


def test_it_says_what_aiida_says(told):
    """Of every process; AiiDA fails at attributes that it has not written itself."""
    client, expected = told
    assert len(expected) > 10
    for uuid, node in expected.items():
        found = summary(client, uuid, "?tree=1&depth=1")
        assert list(found) == [*KEYS, *TREE]
        assert list(found["times"]) == TIMES
        for name in ("process_label", "exit_status", "exit_message", "process_state", "paused"):
            if uuid not in ODD:
                assert found[name] == node[name], (uuid, name)
        for name in ("label", "node_type", "process_type"):
            assert found[name] == node[name]
        assert found["user"]["name"] == node["user"]
        assert (found["computer"] and found["computer"]["label"]) == node["computer"]
        assert found["parent"] == node["caller"]
        assert sorted(one["uuid"] for one in found["called"]) == sorted(node["called"])
        given = [link for link in node["inputs"] if link[1].startswith("input")]
        assert links(found["inputs"]) == sorted(given)
        given = [link for link in node["outputs"] if link[1] in ("create", "return")]
        assert links(found["outputs"]) == sorted(given)
        ends = [http_date(row[1]) for row in node["logs"][-1:]]
        seen = found["times"]["last_seen"]
        if ends and seen["source"] == "log":
            assert seen["value"] == ends[0]
        if uuid not in (names.RECENT, names.LAST_WEEK):
            assert found["mtime"] == http_date(node["mtime"])
            assert found["times"]["created"]["value"] == http_date(node["ctime"])


def test_it_is_alike_on_every_backend(desks):
    def shown(client, uuid):
        found = summary(client, uuid, "?tree=1")
        return json.loads(json.dumps(found), object_hook=without_ids)

    uuids = [uuid for name, uuid in vars(names).items() if is_process(name, uuid)]
    assert len(uuids) > 50
    for uuid in uuids:
        archive, *others = [shown(client, uuid) for client in desks.values()]
        assert others == [archive] * 2, uuid


def is_process(name, value):
    return isinstance(value, str) and value.startswith("de5") and name.isupper()


def without_ids(record):
    """Return a part of an answer without the pk of a user, which each backend has its own of."""
    return {"name": record["name"]} if set(record) == {"id", "name"} else record


def test_labels_are_in_their_order_and_flat(each_desk):
    found = summary(each_desk, names.NESTED)
    assert [one["label"] for one in found["outputs"]] == sorted(contents.OUTPUTS)
    assert {one["label"]: one["uuid"] for one in found["inputs"]} == contents.INPUTS
    first = found["inputs"][0]
    assert first["url"].endswith(f"/api/v4/nodes/{first['uuid']}")
    assert each_desk.get(first["url"]).json["data"]["nodes"][0]["uuid"] == first["uuid"]


def test_a_process_without_anything_has_empty_parts(each_desk):
    found = summary(each_desk, names.QUIET, "?tree=1")
    assert (found["inputs"], found["outputs"], found["called"]) == ([], [], [])
    assert (found["called_total"], found["is_complete"]) == (0, True)
    created = found["times"].pop("created")
    assert (created["value"], created["source"]) == (found["ctime"], "ctime")
    assert set(found["times"].values()) == {None}


@pytest.mark.parametrize(
    ("uuid", "cpu", "wall", "ended"),
    [
        (names.JOB_MINUTES, 581.25, 602, "2026-11-21T10:51:07"),
        (names.JOB_HOURS, 7384, 7800, "2026-11-21T12:51:05"),
        (names.JOB_DAYS, 93784, 97200, "2026-11-22T13:41:05"),
    ],
)
def test_the_command_of_the_scheduler_tells_all(each_desk, uuid, cpu, wall, ended):
    found, source = summary(each_desk, uuid)["times"], "detailed_job_info"
    assert found["submitted"] == local("2026-11-21T10:41:01", source)
    assert found["started"] == local("2026-11-21T10:41:05", source)
    assert found["ended"] == local(ended, source)
    assert found["wall_seconds"] == {"value": wall, "source": source}
    assert found["cpu_seconds"] == {"value": cpu, "source": source}
    assert found["last_seen"] == CHECKED


def test_the_last_poll_tells_bounds(each_desk):
    found, source = summary(each_desk, names.JOB_SUBMITTED)["times"], "last_job_info"
    assert found["submitted"] == local("2026-11-21T10:46:58.000000", source)
    assert found["started"] == local("2026-11-21T10:47:03.000000", source)
    assert found["ended"] == {**CHECKED, "at_most": True}
    assert found["wall_seconds"] == {"value": 600, "source": source, "at_least": True}
    assert found["cpu_seconds"] is None


@pytest.mark.parametrize(
    ("uuid", "wall", "cpu"),
    [
        (names.JOB_NO_INFO, None, None),
        (names.JOB_TORN_INFO, None, None),
        (
            names.JOB_COMMAND_FAILED,
            {"value": 600, "source": "last_job_info", "at_least": True},
            None,
        ),
        (
            names.JOB_LEGACY,
            {"value": 330, "source": "last_jobinfo", "at_least": True},
            {"value": 321, "source": "last_jobinfo", "at_least": True},
        ),
    ],
)
def test_what_nobody_tells_is_null(each_desk, uuid, wall, cpu):
    found = summary(each_desk, uuid)["times"]
    assert (found["submitted"], found["started"]) == (None, None)
    assert (found["wall_seconds"], found["cpu_seconds"]) == (wall, cpu)
    assert found["ended"] == {**CHECKED, "at_most": True}


def test_a_job_that_the_scheduler_saw_running_has_no_end(each_desk):
    found = summary(each_desk, names.JOB_STILL_RUNNING)["times"]
    assert found["ended"] is None
    assert found["wall_seconds"]["at_least"] is True
    assert found["started"]["value"] == "2026-11-21T10:41:05"


@pytest.mark.parametrize("uuid", [names.WAITING, names.PAUSED, names.KILLED, names.RUNNING])
def test_a_process_that_has_not_ended_has_no_end(each_desk, uuid):
    assert summary(each_desk, uuid)["times"]["ended"] is None


def test_the_times_of_a_copy_are_told_as_cached(each_desk):
    found = summary(each_desk, names.CACHED)["times"]
    assert found["created"]["source"] == "ctime"
    assert found["ended"]["source"] == found["wall_seconds"]["source"] == "cached"
    assert found["ended"]["value"] == "Fri, 20 Nov 2026 09:00:00 GMT"


def test_the_end_of_the_log_is_when_it_was_last_seen(each_desk):
    found = summary(each_desk, names.LOGGED)["times"]
    assert found["last_seen"]["source"] == "log"
    assert found["last_seen"]["zone"] == "UTC"
    assert found["ended"] is None


def nested(found):
    return {one["uuid"]: nested(one["called"]) for one in found}


def test_the_tree_has_what_was_called_in_order(each_desk):
    found = summary(each_desk, names.TOP, "?tree=1")
    deep = {names.MIDDLE: {names.DEEP: {names.DEEP_JOB: {}}}}
    assert nested(found["called"]) == {names.GOOD_CHILD: {}, **deep, names.LATER_CHILD: {}}
    assert list(nested(found["called"])) == [names.GOOD_CHILD, names.MIDDLE, names.LATER_CHILD]
    assert (found["called_total"], found["is_complete"]) == (5, True)
    middle = found["called"][1]
    assert middle["exit_status"] == 402
    assert middle["parent"] == names.TOP
    assert middle["created"]["value"] == "Sat, 21 Nov 2026 10:03:00 GMT"
    ordered = summary(each_desk, names.ORDERED, "?tree=1")["called"]
    assert [one["uuid"] for one in ordered] == [names.FIRST_BY_TIME, names.SECOND_BY_TIME]


def test_a_tree_ends_at_a_depth(each_desk):
    answer = each_desk.get(f"{PATH}/{names.TOP}/summary?tree=1&depth=2")
    found = answer.json["data"]["summary"]
    assert (found["called_total"], found["is_complete"]) == (4, False)
    (deep,) = found["called"][1]["called"]
    assert (deep["uuid"], deep["called"]) == (names.DEEP, None)
    assert found["called"][0]["called"] == []
    (note,) = answer.json["notes"]
    assert note["code"] == "more-called"
    assert "below a depth of 2" in note["message"]
    for depth in (3, 4, 100):
        assert summary(each_desk, names.TOP, f"?tree=1&depth={depth}")["is_complete"] is (depth > 2)


@pytest.mark.parametrize(("most", "count"), [(1, 1), (3, 3), (4, 4), (5, 5), (6, 5)])
def test_a_tree_ends_at_a_number_of_processes(desk_place, open_place, most, count):
    client = open_place(desk_place("archive"), limits=Limits(called=most))
    answer = client.get(f"{PATH}/{names.TOP}/summary?tree=1")
    found = answer.json["data"]["summary"]
    assert found["called_total"] == count
    assert found["is_complete"] is (most > 4)
    assert ("notes" in answer.json) is (most <= 4)
    if most <= 4:
        assert f"more than {most} process" in answer.json["notes"][0]["message"]


def test_processes_that_call_each_other_are_shown_once(each_desk):
    found = summary(each_desk, names.LOOP, "?tree=1")
    assert nested(found["called"]) == {names.LOOP_BACK: {}}
    assert found["is_complete"] is True


COLUMNS = (
    "id, uuid, node_type, label, description, ctime, mtime, attributes, extras, "
    "repository_metadata, user_id"
)
CHAIN = f"""
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 130)
INSERT INTO db_dbnode ({COLUMNS})
SELECT 20000 + i, printf('dee%05d-0000-4000-8000-000000000000', i),
    'process.workflow.workchain.WorkChainNode.', '', '', ctime, mtime, '{{}}', '{{}}', '{{}}',
    user_id
FROM n, (SELECT * FROM db_dbnode LIMIT 1)
"""
LINKS = """
INSERT INTO db_dblink (input_id, output_id, label, type)
SELECT id, id + 1, 'CALL', 'call_work' FROM db_dbnode WHERE id > 20000 AND id < 20130
"""


def test_a_chain_that_is_too_deep_is_cut_off(tmp_path, data, open_place):
    """A hundred levels are as many as JSON can be nested here."""
    archive = badrows.archive(tmp_path, data / "lab.aiida", [CHAIN, LINKS])
    client = open_place(Place(str(archive)))
    answer = client.get(f"{PATH}/dee00001/summary?tree=1")
    found = answer.json["data"]["summary"]
    assert (found["called_total"], found["is_complete"]) == (100, False)
    whole = client.get(f"{PATH}/dee00040/summary?tree=1").json["data"]["summary"]
    assert (whole["called_total"], whole["is_complete"]) == (90, True)


def test_many_links_are_cut_off_with_a_note(tmp_path, data, open_place):
    process = "(SELECT id FROM db_dbnode WHERE node_type LIKE 'process.workflow.%' LIMIT 1)"
    change = f"""
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
    INSERT INTO db_dblink (input_id, output_id, label, type)
    SELECT {process}, 1, printf('made_%05d', i), 'return' FROM n
    """
    client = open_place(Place(str(badrows.archive(tmp_path, data / "lab.aiida", [change]))))
    rows = client.get(f'{PATH}?limit=1&orderby=id&node_type=like="process.workflow.%25"').json
    answer = client.get(f"{PATH}/{rows['data']['processes'][0]['uuid']}/summary")
    assert len(answer.json["data"]["summary"]["outputs"]) == 1000
    (note,) = answer.json["notes"]
    assert (note["code"], note["field"]) == ("more-links", "outputs")


@pytest.mark.parametrize(
    "uuid", [names.ODD_ATTRIBUTES, names.NULL_ATTRIBUTES, names.LIST_ATTRIBUTES]
)
def test_odd_attributes_hide_nothing_else(each_desk, uuid):
    found = summary(each_desk, uuid, "?tree=1")
    assert found["times"]["created"]["source"] == "ctime"
    assert found["times"]["ended"] is None
    assert found["process_state"] is None


@pytest.mark.parametrize(
    "uuid",
    [
        *(names.RUNNING, names.WAITING, names.CREATED, names.KILLED, names.TOP),
        *(names.EXCEPTED, names.FAILED_REPORT, names.NESTED),
    ],
)
def test_bad_rows_hide_nothing_else(desk_bad, uuid):
    answer = desk_bad.get(f"{PATH}/{uuid}/summary?tree=1")
    assert answer.status_code == 200
    assert answer.json["data"]["summary"]["uuid"] == uuid
    assert desk_bad.get(f"{PATH}/{uuid}/status").status_code == 200


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("?tree=yes", "`tree` takes true or false."),
        ("?tree=1&depth=0", "`depth` takes an integer from 1 to 100."),
        ("?tree=1&depth=101", "`depth` takes an integer from 1 to 100."),
        ("?tree=1&depth=-1", "`depth` takes an integer from 0, not a negative number."),
        ("?tree=1&depth=1.5", "`depth` takes an integer from 0"),
        ("?tree=1&depth=all", "`depth` takes an integer from 0"),
        ("?depth=2", "`depth` is that of the tree."),
        ("?wait=2", "This path takes no key `wait`."),
        ("?limit=2", "This path takes no key `limit`."),
    ],
)
def test_what_is_wrong_is_said(desk, query, text):
    answer = desk.get(f"{PATH}/{names.TOP}/summary{query}")
    assert answer.status_code == 400
    assert text in answer.json["message"]


def test_a_node_that_is_no_process_has_no_summary(each_desk):
    answer = each_desk.get(f"{PATH}/{names.retrieved_of(names.JOB_MINUTES)}/summary")
    assert (answer.status_code, answer.json["code"]) == (404, "no-such-entity")


def test_a_client_that_has_the_summary_gets_a_304(each_desk):
    path = f"{PATH}/{names.TOP}/summary"
    etag = each_desk.get(path).headers["ETag"]
    assert each_desk.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert each_desk.get(f"{path}?tree=1").headers["ETag"] != etag
