"""The life of a process as events: facts alone, in their order, each with its source."""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime

import pytest

from desk.conftest import Place
from provender.settings import Limits
from support import badrows
from support.desk import names

PATH = "/api/v4/processes"
KEYS = ["event", "time", "local_time", "source"]
OF_NODE, OF_LOG = ["uuid", "label", "url"], ["log_id", "level", "message"]


def history(client, uuid):
    answer = client.get(f"{PATH}/{uuid}/history")
    assert answer.status_code == 200, answer.text
    return answer.json["data"]["history"]


def outline(found):
    return [(one["event"], one["local_time"] or one["time"], one["source"]) for one in found]


def of_day(time):
    return f"Sat, 21 Nov 2026 {time} GMT"


def test_a_job_was_created_submitted_begun_and_ended(each_desk):
    command = "detailed_job_info"
    assert outline(history(each_desk, names.JOB_MINUTES)) == [
        ("created", of_day("09:41:00"), "ctime"),
        ("submitted", "2026-11-21T10:41:01", command),
        ("started", "2026-11-21T10:41:05", command),
        ("ended", "2026-11-21T10:51:07", command),
        ("output", of_day("09:41:40"), "ctime"),
        ("changed", of_day("09:41:50"), "mtime"),
        ("checked", of_day("09:52:00"), "scheduler_lastchecktime"),
    ]


def test_a_time_without_a_zone_is_never_among_the_others(each_desk):
    found = history(each_desk, names.JOB_HOURS)
    local = [one for one in found if one["local_time"]]
    assert [one["event"] for one in local] == ["submitted", "started", "ended"]
    assert {one["time"] for one in local} == {None}
    assert found[0]["event"] == "created"
    assert found[1:4] == local


def test_an_upper_bound_is_no_event(each_desk):
    events = [one["event"] for one in history(each_desk, names.JOB_SUBMITTED)]
    assert events == ["created", "submitted", "started", "output", "changed", "checked"]


def test_a_work_chain_logged_and_called(each_desk):
    found = history(each_desk, names.TOP)
    assert outline(found) == [
        ("created", of_day("10:01:00"), "ctime"),
        ("log", of_day("10:01:10"), "log"),
        ("changed", of_day("10:01:50"), "mtime"),
        ("called", of_day("10:02:00"), "ctime"),
        ("called", of_day("10:03:00"), "ctime"),
        ("called", of_day("10:06:00"), "ctime"),
    ]
    assert [list(one) for one in found[:4]] == [
        [*KEYS, *OF_NODE],
        [*KEYS, *OF_LOG],
        KEYS,
        [*KEYS, *OF_NODE],
    ]
    called = found[3:]
    assert [one["label"] for one in called] == ["Good", "Middle", "Later"]
    assert called[0]["uuid"] == names.GOOD_CHILD
    assert called[0]["url"].endswith(f"/api/v4/processes/{names.GOOD_CHILD}")
    assert found[0]["url"].endswith(f"/api/v4/processes/{names.TOP}")
    assert found[1]["message"] == "[10061|Top|inspect]: exit 401"
    assert found[1]["level"] == "REPORT"


def test_an_output_is_named_by_its_label(each_desk):
    (output,) = [one for one in history(each_desk, names.JOB_STDERR) if one["event"] == "output"]
    assert output["label"] == "retrieved"
    assert output["uuid"] == names.retrieved_of(names.JOB_STDERR)
    assert output["url"].endswith(f"/api/v4/nodes/{output['uuid']}")


def test_what_a_workflow_returns_was_created_by_others(each_desk):
    assert [one["event"] for one in history(each_desk, names.NESTED)] == ["created", "changed"]


def test_events_of_a_copy_are_told_as_cached(each_desk):
    first, second, *_ = history(each_desk, names.CACHED)
    assert (first["event"], first["source"]) == ("checked", "cached")
    assert second["event"] == "created"


def test_every_history_is_in_order(on_each):
    rows = on_each.get(f"{PATH}?limit=400").rows()
    assert len(rows) > 20
    for row in rows:
        found = on_each.get(f"{PATH}/{row['uuid']}/history").data["history"]
        timed = [parsedate_to_datetime(one["time"]) for one in found if one["time"]]
        assert timed == sorted(timed)
        events = [one["event"] for one in found]
        assert events.count("created") == events.count("changed") == 1
        assert found[0]["time"] == row["ctime"]
        logs = on_each.get(f"{PATH}/{row['uuid']}/report").data["logs"]
        assert events.count("log") == len(logs)


def test_it_is_alike_on_every_backend(desks):
    uuids = [uuid for name, uuid in vars(names).items() if name.isupper() and is_uuid(uuid)]
    assert len(uuids) > 50
    for uuid in uuids:
        archive, *others = [without_ids(history(client, uuid)) for client in desks.values()]
        assert others == [archive] * 2, uuid


def is_uuid(value):
    return isinstance(value, str) and value.startswith("de5")


def without_ids(found):
    return [{key: value for key, value in one.items() if key != "log_id"} for one in found]


@pytest.mark.parametrize(("most", "last"), [(1, "created"), (2, "log"), (5, "log"), (301, "log")])
def test_a_long_history_is_cut_off_with_a_note(desk_place, open_place, most, last):
    client = open_place(desk_place("archive"), limits=Limits(events=most))
    answer = client.get(f"{PATH}/{names.LOGGED}/history")
    found = answer.json["data"]["history"]
    assert (len(found), found[-1]["event"]) == (most, last)
    (note,) = answer.json["notes"]
    assert note["code"] == "more-events"
    whole = history(open_place(desk_place("archive")), names.LOGGED)
    assert len(whole) == names.LOGGED_ROWS + 2
    assert json.dumps(whole[:most]) == json.dumps(found)


def test_odd_attributes_hide_nothing_else(each_desk):
    for uuid in (names.ODD_ATTRIBUTES, names.NULL_ATTRIBUTES, names.STATELESS):
        assert [one["event"] for one in history(each_desk, uuid)] == ["created", "changed"]


def test_bad_rows_hide_nothing_else(desk_bad):
    found = history(desk_bad, names.CREATED)
    assert [(one["event"], one["time"]) for one in found] == [("created", None), ("changed", None)]
    rows = [one for one in history(desk_bad, names.FAILED_REPORT) if one["event"] == "log"]
    assert [(one["time"], one["level"]) for one in rows] == [(None, None)] * 7
    (row, *_) = [one for one in history(desk_bad, names.EXCEPTED) if one["event"] == "log"]
    assert row["message"] is None
    assert [one["event"] for one in history(desk_bad, names.TOP)].count("called") == 3


def test_a_job_of_another_clock_stays_where_it_is(tmp_path, desk_archive, open_place):
    """Local times far before the process and far behind it do not move."""
    poll = {
        "submission_time": {"date": "2026-11-21T21:00:00.000000", "timezone": None},
        "dispatch_time": {"date": "2026-11-21T20:59:00.000000", "timezone": "UTC"},
    }
    change = (
        "UPDATE db_dbnode SET attributes = json_set(attributes, '$.last_job_info', "
        f"json('{json.dumps(poll)}')) WHERE uuid = '{names.JOB_SUBMITTED}'"
    )
    client = open_place(Place(str(badrows.archive(tmp_path, desk_archive, [change]))))
    found = outline(history(client, names.JOB_SUBMITTED))
    assert found[1] == ("submitted", "2026-11-21T21:00:00.000000", "last_job_info")
    assert found[-1] == ("started", of_day("20:59:00"), "last_job_info")


@pytest.mark.parametrize("query", ["?limit=5", "?wait=1", "?tree=1", "?start=0", "?id=1"])
def test_it_takes_no_keys(desk, query):
    answer = desk.get(f"{PATH}/{names.TOP}/history{query}")
    assert answer.status_code == 400
    assert "This path takes no key" in answer.json["message"]


@pytest.mark.parametrize("wrong", ["999999", "ffffffff", "zz", names.retrieved_of(names.JOB_HOURS)])
def test_what_is_no_process_has_no_history(desk, wrong):
    assert desk.get(f"{PATH}/{wrong}/history").status_code == 404
