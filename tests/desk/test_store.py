"""The desk store really holds what its names say, on each backend."""

from __future__ import annotations

import pytest

from support.desk import contents, jobs, names

STATES = {
    names.RUNNING: "running",
    names.WAITING: "waiting",
    names.CREATED: "created",
    names.KILLED: "killed",
    names.PAUSED: "waiting",
    names.CACHED: "finished",
    names.EXCEPTED: "excepted",
    names.EXCEPTED_WITHOUT_LOG: "excepted",
    names.QUIET: "finished",
    names.KILLED_CHAIN: "killed",
}
FAILED = {
    names.RECENT: 11,
    names.FAILED_WARNING: 401,
    names.JOB_STDERR: 302,
    names.JOB_NO_FOLDER: 100,
    names.TOP: 401,
    names.DEEP_JOB: 302,
    names.ALONE: 410,
    names.LOOP: 420,
}
HOLDING = {
    names.KILLED: ("process_status", "Killed by the made-up user"),
    names.PAUSED: ("paused", True),
    names.EXCEPTED_WITHOUT_LOG: ("exception", "KeyError: 'made up'"),
    names.JOB_NO_INFO: ("detailed_job_info", None),
    names.JOB_LEGACY: ("last_jobinfo", jobs.LEGACY),
    names.JOB_SUBMITTED: ("last_job_info", jobs.TIMED_POLL),
    names.JOB_COMMAND_FAILED: ("detailed_job_info", jobs.REFUSED),
    names.JOB_MINUTES: ("scheduler_lastchecktime", "2026-11-21T09:52:00.123456+00:00"),
}
CPU = {
    names.JOB_MINUTES: "09:41.250",
    names.JOB_HOURS: "02:03:04",
    names.JOB_DAYS: "1-02:03:04",
}


def attributes(client, uuid):
    return client.get(f"/api/v4/nodes/{uuid}/contents/attributes").json["data"]["attributes"]


def logs(client, uuid):
    return client.get(f"/api/v4/processes/{uuid}/report").json["data"]["logs"]


def outputs(client, uuid):
    rows = client.get(f"/api/v4/nodes/{uuid}/links/outgoing").json["data"]["outgoing"]
    return {row["link_label"]: row["uuid"] for row in rows}


def stderr(client, uuid):
    path = f"/api/v4/nodes/{names.retrieved_of(uuid)}/repo/contents"
    return client.get(f"{path}?filename=_scheduler-stderr.txt")


def test_processes_are_in_their_states(each_desk):
    found = {uuid: attributes(each_desk, uuid)["process_state"] for uuid in STATES}
    assert found == STATES
    failed = {uuid: attributes(each_desk, uuid)["exit_status"] for uuid in FAILED}
    assert failed == FAILED
    assert attributes(each_desk, names.STATELESS) == {}


def test_attributes_say_how_it_went(each_desk):
    found = {uuid: attributes(each_desk, uuid)[name] for uuid, (name, _) in HOLDING.items()}
    assert found == {uuid: value for uuid, (_, value) in HOLDING.items()}
    tables = {uuid: attributes(each_desk, uuid)["detailed_job_info"]["stdout"] for uuid in CPU}
    for uuid, table in tables.items():
        names_of_columns, first, *steps = (line.split("|") for line in table.splitlines())
        assert dict(zip(names_of_columns, first, strict=True))["TotalCPU"] == CPU[uuid]
        assert len(steps) == 2


def test_a_cached_process_names_its_source(each_desk):
    path = f"/api/v4/nodes/{names.CACHED}/contents/extras"
    extras = each_desk.get(path).json["data"]["extras"]
    assert extras == {"_aiida_cached_from": names.CACHE_SOURCE}
    assert each_desk.get(f"/api/v4/nodes/{names.CACHE_SOURCE}").status_code == 200


@pytest.mark.parametrize("uuid", [names.LIST_ATTRIBUTES, names.NULL_ATTRIBUTES])
def test_attributes_that_are_no_object_are_shown_as_null(each_desk, uuid):
    assert attributes(each_desk, uuid) is None


def test_logs_are_as_their_names_say(each_desk):
    assert [logs(each_desk, uuid) for uuid in (names.QUIET, names.FAILED_MESSAGE)] == [[], []]
    assert [row["levelname"] for row in logs(each_desk, names.FAILED_REPORT)] == 7 * ["REPORT"]
    assert "Traceback" in logs(each_desk, names.EXCEPTED)[1]["message"]
    rows = logs(each_desk, names.LOGGED)
    assert len(rows) == names.LOGGED_ROWS
    assert {row["levelname"] for row in rows} == set(contents.LEVELS)
    assert sum(row["message"].count("\n") == 2 for row in rows) == names.LOGGED_ROWS // 10


def test_chains_call_what_their_names_say(each_desk):
    called = outputs(each_desk, names.TOP).values()
    assert set(called) == {names.GOOD_CHILD, names.MIDDLE, names.LATER_CHILD}
    assert list(outputs(each_desk, names.DEEP).values()) == [names.DEEP_JOB]
    assert list(outputs(each_desk, names.LOOP_BACK).values()) == [names.LOOP]
    assert outputs(each_desk, names.NESTED) == contents.OUTPUTS
    assert outputs(each_desk, names.TIDY) == contents.TIDY_OUTPUTS
    assert len(contents.TIDY_OUTPUTS) == 4
    assert outputs(each_desk, names.QUIET) == {}


def test_files_are_there_missing_or_damaged(each_desk):
    assert stderr(each_desk, names.JOB_STDERR).text.count("\n") == 80
    assert "retrieved" not in outputs(each_desk, names.JOB_NO_FOLDER)
    for uuid in (names.JOB_MISSING_FILE, names.JOB_DAMAGED_FILE):
        answer = stderr(each_desk, uuid)
        assert answer.status_code == 500
        assert answer.json["code"] == "corrupt-object"


def test_all_backends_hold_the_same(desks):
    path = "/api/v4/nodes?attributes=true&limit=400&id>10000&orderby=+id"
    found = [client.get(path).json["data"]["nodes"] for client in desks.values()]
    assert len(found[0]) > 70
    assert found[0] == found[1] == found[2]


def test_bad_rows_are_bad(desk_bad):
    for uuid, field in ((names.RUNNING, "label"), (names.CREATED, "ctime")):
        answer = desk_bad.get(f"/api/v4/processes/{uuid}").json
        assert answer["data"]["processes"][0][field] is None
        assert answer["notes"][0]["code"] == "bad-value-stored"
    assert attributes(desk_bad, names.WAITING) is None


def test_the_archive_is_small(desk_archive):
    assert desk_archive.stat().st_size < 400_000


def test_the_store_is_served_over_http(desk_served):
    assert desk_served.get(f"/api/v4/processes/{names.RUNNING}").status == 200
