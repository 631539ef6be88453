"""Why a process failed: the lines that tell it, from the first place that has some."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from support import badrows
from support.desk import names

PATH = "/api/v4/processes"
NONE = {"log_id": None, "filename": None}


def why(client, uuid):
    answer = client.get(f"{PATH}/{uuid}/traceback")
    assert answer.status_code == 200, answer.text
    return answer.json["data"]["traceback"]


def logged(rows, uuid, *levels):
    """Return the rows of the log of a process in the order of time."""
    found = [row for row in rows.logs if row["dbnode_id"] == names.id_of(uuid)]
    found.sort(key=lambda row: (row["time"], row["id"]))
    return [row for row in found if not levels or row["levelname"] in levels]


def lines_of(*rows):
    return [line for row in rows for line in row["message"].rstrip("\n").split("\n")]


def origin(kind, uuid, **more):
    return {"kind": kind, "source": kind, "process": uuid, **NONE, **more}


def test_an_excepted_process_shows_the_last_stack_of_its_log(each_desk, desk_rows):
    found = why(each_desk, names.EXCEPTED)
    _, stack, _ = logged(desk_rows, names.EXCEPTED)
    assert found == {
        "state": "excepted",
        "exit_status": None,
        "exit_message": None,
        "exception": "ValueError: a made-up reason",
        "lines": lines_of(stack),
        "origin": origin("log", names.EXCEPTED, log_id=stack["id"]),
        "called": [],
    }
    assert found["lines"][-1] == "ValueError: a made-up reason"
    assert len(found["lines"]) == 4


def test_without_a_stack_it_shows_the_exception(each_desk):
    found = why(each_desk, names.EXCEPTED_WITHOUT_LOG)
    assert found["lines"] == ["KeyError: 'made up'"]
    assert found["origin"] == origin("exception", names.EXCEPTED_WITHOUT_LOG)


def test_a_killed_process_shows_its_status(each_desk):
    found = why(each_desk, names.KILLED)
    assert (found["state"], found["lines"]) == ("killed", ["Killed by the made-up user"])
    assert found["origin"] == origin("status", names.KILLED)


def test_of_a_killed_process_without_a_status_nothing_is_known(each_desk):
    found = why(each_desk, names.KILLED_CHAIN)
    assert (found["lines"], found["called"]) == ([], [])
    assert found["origin"] == origin("none", names.KILLED_CHAIN)


def test_the_first_failed_process_that_was_called_tells_the_reason(each_desk):
    found = why(each_desk, names.TOP)
    assert found["lines"] == ["made-up: out of memory"]
    assert found["origin"] == {
        "kind": "called",
        "source": "stderr",
        "process": names.DEEP_JOB,
        "log_id": None,
        "filename": "_scheduler-stderr.txt",
    }
    chain = [(one["uuid"], one["process_label"], one["exit_status"]) for one in found["called"]]
    assert chain == [
        (names.MIDDLE, "Middle", 402),
        (names.DEEP, "Deep", 403),
        (names.DEEP_JOB, "MadeUpCalculation", 302),
    ]
    assert (found["exit_status"], found["exit_message"]) == (401, "A step of Top failed.")


def test_the_first_is_the_one_that_was_created_first(each_desk):
    found = why(each_desk, names.ORDERED)
    assert [one["uuid"] for one in found["called"]] == [names.FIRST_BY_TIME]
    assert found["lines"] == ["First."]
    assert found["origin"]["source"] == "message"


def test_what_was_called_may_have_been_excepted(each_desk):
    found = why(each_desk, names.AFTER_EXCEPTION)
    assert found["lines"][-1] == "ValueError: made up below"
    assert found["origin"]["kind"] == "called"
    assert found["origin"]["source"] == "log"
    assert found["called"][0]["process_state"] == "excepted"
    assert why(each_desk, names.EXCEPTED_CHILD)["lines"] == found["lines"]


def test_a_chain_that_failed_without_a_failed_child_tells_itself(each_desk, desk_rows):
    found = why(each_desk, names.ALONE)
    (report,) = logged(desk_rows, names.ALONE)
    assert found["lines"] == lines_of(report)
    assert found["lines"][2] == ""
    assert found["origin"] == origin("report", names.ALONE, log_id=report["id"])
    assert found["called"] == []


def test_warnings_and_errors_come_before_reports(each_desk, desk_rows):
    found = why(each_desk, names.FAILED_WARNING)
    rows = logged(desk_rows, names.FAILED_WARNING, "WARNING", "ERROR", "CRITICAL")
    assert found["lines"] == lines_of(*rows)
    assert len(rows) == 2
    assert found["origin"] == origin("log", names.FAILED_WARNING, log_id=rows[-1]["id"])


def test_the_last_five_reports_are_shown(each_desk, desk_rows):
    found = why(each_desk, names.FAILED_REPORT)
    rows = logged(desk_rows, names.FAILED_REPORT, "REPORT")
    assert len(rows) == 7
    assert found["lines"] == lines_of(*rows[-5:])
    assert found["origin"] == origin("report", names.FAILED_REPORT, log_id=rows[-1]["id"])


def test_the_message_is_what_is_left(each_desk):
    found = why(each_desk, names.FAILED_MESSAGE)
    assert found["lines"] == ["Only a message."]
    assert found["origin"] == origin("message", names.FAILED_MESSAGE)


def test_a_failure_without_any_text_has_no_lines(each_desk):
    found = why(each_desk, names.FAILED_NOTHING)
    assert (found["exit_status"], found["exit_message"], found["lines"]) == (404, None, [])
    assert found["origin"] == origin("none", names.FAILED_NOTHING)


def test_a_job_shows_the_end_of_its_standard_error(each_desk):
    found = why(each_desk, names.JOB_STDERR)
    assert found["lines"] == [f"error {number}" for number in range(31, 81)]
    name = "_scheduler-stderr.txt"
    assert found["origin"] == origin("stderr", names.JOB_STDERR, filename=name)


def test_with_an_empty_standard_error_it_shows_the_end_of_its_output(each_desk):
    found = why(each_desk, names.JOB_OUTPUT)
    assert found["lines"][-1] == "no convergence"
    assert len(found["lines"]) == 50
    assert found["origin"] == origin("output", names.JOB_OUTPUT, filename="out.txt")


def test_with_empty_files_it_shows_its_reports(each_desk):
    found = why(each_desk, names.JOB_SILENT)
    assert found["lines"] == ["[10027|MadeUpCalculation|parse]: nothing was printed"]
    assert found["origin"]["kind"] == "report"


def test_a_job_without_a_retrieved_folder_has_its_message(each_desk):
    found = why(each_desk, names.JOB_NO_FOLDER)
    assert found["lines"] == ["Not retrieved."]
    assert found["origin"]["kind"] == "message"


@pytest.mark.parametrize("uuid", [names.JOB_MISSING_FILE, names.JOB_DAMAGED_FILE])
def test_a_file_that_cannot_be_read_is_noted_and_the_next_place_told(each_desk, uuid):
    answer = each_desk.get(f"{PATH}/{uuid}/traceback")
    found = answer.json["data"]["traceback"]
    assert found["origin"] == origin("output", uuid, filename="out.txt")
    assert len(found["lines"]) == 2
    (note,) = answer.json["notes"]
    assert (note["code"], note["field"]) == ("unreadable-file", "stderr")
    assert "_scheduler-stderr.txt" in note["message"]


def test_of_long_lines_the_end_is_shown(each_desk):
    found = why(each_desk, names.JOB_LONG_LINES)
    assert found["lines"][-1] == "last line"
    assert sum(map(len, found["lines"])) <= 64_000
    assert found["origin"]["kind"] == "stderr"


@pytest.mark.parametrize("ending", ["", "\n", "\n\n", "\nlast line\n"])
def test_of_a_long_text_the_end_is_shown(desk_place, open_place, tmp_path, ending):
    text = "first line\n" + "é" * 50_000 + ending
    change = (
        "UPDATE db_dbnode SET attributes = json_set(attributes, '$.exception', "
        f"'{text}') WHERE uuid = '{names.EXCEPTED_WITHOUT_LOG}'"
    )
    place = desk_place("archive")
    store = badrows.archive(tmp_path, place.store, [change])
    found = why(open_place(replace(place, store=str(store))), names.EXCEPTED_WITHOUT_LOG)
    assert found["exception"] == text
    expected = "last line" if "last" in ending else "é" * 32_000
    assert found["lines"] == [expected]


def test_a_process_that_succeeded_has_no_lines_whatever_it_logged(each_desk):
    for uuid in (names.RECOVERED, names.QUIET, names.LOGGED, names.JOB_MINUTES):
        found = why(each_desk, uuid)
        assert (found["exit_status"], found["lines"], found["origin"]) == (0, [], None)
        assert found["called"] == []


def test_a_process_that_runs_has_no_lines(each_desk):
    for uuid in (names.RUNNING, names.WAITING, names.CREATED, names.PAUSED):
        found = why(each_desk, uuid)
        assert (found["lines"], found["origin"]) == ([], None)
        assert found["state"] in ("running", "waiting", "created")


def test_chains_that_call_each_other_end(each_desk):
    found = why(each_desk, names.LOOP)
    assert [one["uuid"] for one in found["called"]] == [names.LOOP_BACK]
    assert found["lines"] == ["Back."]


def test_odd_attributes_are_no_failure(each_desk):
    for uuid in (names.STATELESS, names.NULL_ATTRIBUTES, names.LIST_ATTRIBUTES):
        found = why(each_desk, uuid)
        assert (found["state"], found["lines"], found["origin"]) == (None, [], None)
    answer = each_desk.get(f"{PATH}/{names.ODD_ATTRIBUTES}/traceback")
    assert answer.json["data"]["traceback"]["origin"] is None
    assert {note["field"] for note in answer.json["notes"]} >= {"process_state", "exit_status"}


def test_all_backends_give_the_same(desks, desk_rows):
    processes = [row["uuid"] for row in desk_rows.nodes if row["node_type"].startswith("process.")]
    assert len(processes) > 50
    for uuid in processes:
        found = [client.get(f"{PATH}/{uuid}/traceback") for client in desks.values()]
        assert len({json.dumps(answer.json["data"]) for answer in found}) == 1, uuid
        codes = [[note["code"] for note in answer.json.get("notes", [])] for answer in found]
        assert codes[1:] == codes[:-1]


def test_the_processes_of_the_lab(on_each, on_postgres):
    rows = on_each.get("/api/v4/processes?attributes=true&limit=400").rows()
    failed = 0
    for row in rows:
        found = on_each.get(f"{PATH}/{row['uuid']}/traceback").data["traceback"]
        attributes = row["attributes"]
        is_failed = attributes["process_state"] != "finished" or attributes["exit_status"] != 0
        assert (found["origin"] is not None) == bool(found["lines"]) == is_failed
        assert found["exit_message"] == attributes.get("exit_message")
        expected = on_postgres.get(f"{PATH}/{row['uuid']}/traceback").data["traceback"]
        for one in (found, expected):
            (one["origin"] or {}).pop("log_id", None)
        assert found == expected
        failed += is_failed
    assert failed >= 4


def test_what_files_do_not_decide_is_named_by_the_snapshot(each_desk):
    for uuid in (names.KILLED, names.JOB_STDERR, names.QUIET):
        answer = each_desk.get(f"{PATH}/{uuid}/traceback")
        known = {"If-None-Match": answer.headers["ETag"]}
        again = each_desk.get(f"{PATH}/{uuid}/traceback", headers=known)
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("folder", [None, "gone"])
def test_without_a_repository_the_other_places_are_told(desk_place, open_place, tmp_path, folder):
    repository = folder and str(tmp_path / folder)
    client = open_place(replace(desk_place("postgres"), repository=repository))
    answer = client.get(f"{PATH}/{names.JOB_SILENT}/traceback")
    found = answer.json["data"]["traceback"]
    assert found["origin"]["kind"] == "report"
    assert [note["field"] for note in answer.json["notes"]] == ["stderr", "output"]


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        (f"{names.TOP}/traceback?lines=3", 400, "profile"),
        (f"{names.retrieved_of(names.JOB_STDERR)}/traceback", 404, "ProcessNode"),
        ("xyz/traceback", 404, "uuid"),
        ("99999999/traceback", 404, "99999999"),
        ("de5/traceback", 400, "longer"),
        (f"{names.TOP}/tracebacks", 404, "URL"),
    ],
)
def test_what_is_wrong_is_said(desk, path, status, told):
    answer = desk.get(f"{PATH}/{path}")
    assert answer.status_code == status
    assert told in answer.json["message"] + answer.json.get("hint", "")


def test_bad_rows_are_shown_with_notes(desk_bad):
    answer = desk_bad.get(f"{PATH}/{names.EXCEPTED}/traceback")
    assert answer.json["data"]["traceback"]["lines"] == ["ValueError: a made-up reason"]
    answer = desk_bad.get(f"{PATH}/{names.TOP}/traceback")
    assert answer.json["data"]["traceback"]["lines"] == ["made-up: out of memory"]
    answer = desk_bad.get(f"{PATH}/{names.FAILED_REPORT}/traceback")
    assert answer.json["data"]["traceback"]["lines"] == ["It reported."]
    answer = desk_bad.get(f"{PATH}/{names.WAITING}/traceback")
    assert answer.json["data"]["traceback"]["origin"] is None
