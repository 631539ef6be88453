"""What schedulers told of a job: whatever is stored, nothing fails and nothing is guessed."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import hypothesis.strategies as st
import pytest
from hypothesis import given

from provender.translators.processes import jobinfo
from provender.translators.processes.jobinfo import Record
from provender.translators.processes.times import COLUMNS, times_of

NOTHING = Record()
# As slurm prints it for `sacct --format=... --parsable`, shortened; the clock is not UTC.
NAMES = (
    "AllocCPUS|Account|CPUTime|CPUTimeRAW|Elapsed|Eligible|End|ExitCode|JobID|JobName|NCPUS|"
    "Start|State|Submit|SystemCPU|Timelimit|TotalCPU|UserCPU|"
)
ROW = (
    "16|lab|00:11:44|704|00:00:44|2015-06-04T13:00:05|2015-06-04T13:19:26|0:0|336045|aiida-28266|16|"
    "2015-06-04T13:18:42|COMPLETED|2015-06-04T13:00:05|00:01.312|01:00:00|05:43.119|05:41.807|"
)
BATCH = (
    "16|lab|00:11:44|704|00:00:44|2015-06-04T13:18:42|2015-06-04T13:19:26|0:0|336045.batch|batch|16|"
    "2015-06-04T13:18:42|COMPLETED|2015-06-04T13:18:42|00:01.312||05:40.000|05:39.000|"
)
TABLE = f"{NAMES}\n{ROW}\n{BATCH}\n"
OLD_TEXT = (
    "Detailed jobinfo obtained with command 'sacct --format=JobID --parsable --jobs=336045'\n"
    "Return Code: 0\n"
    "-------------------------------------------------------------\n"
    f"stdout:\n{TABLE}"
    "-------------------------------------------------------------\nstderr:\n\n"
)
POLL = {
    "job_id": "336045",
    "job_state": "running",
    "wallclock_time_seconds": 22,
    "submission_time": {"date": "2015-06-04T13:18:42.000000", "timezone": None},
}
LONG_AGO = datetime(2015, 6, 4, 10, 58, 44, tzinfo=timezone.utc)
CHECK = "2015-06-04T11:20:00.123456+00:00"


def changed(**columns):
    """Return the table with other values in its first row."""
    row = dict(zip(NAMES.split("|"), ROW.split("|"), strict=True)) | columns
    return f"{NAMES}\n{'|'.join(row.values())}\n{BATCH}\n"


def test_the_first_row_is_that_of_the_job():
    found = jobinfo.table(TABLE)
    assert found.is_final
    assert found.submitted.text == "2015-06-04T13:00:05"
    assert found.started.text == "2015-06-04T13:18:42"
    assert found.ended.text == "2015-06-04T13:19:26"
    assert (found.wall_seconds, found.cpu_seconds) == (44, 343.119)
    assert {found.submitted.zone, found.started.instant, found.ended.zone} == {None}


def test_what_a_shell_says_before_the_table_does_no_harm():
    assert jobinfo.table(f"Welcome | to | the cluster\n\n{TABLE}") == jobinfo.table(TABLE)
    assert jobinfo.table(TABLE.replace("\n", "\r\n")) == jobinfo.table(TABLE)
    assert jobinfo.table(TABLE.rstrip("\n")) == jobinfo.table(TABLE)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("09:41.250", 581.25),
        ("00:00.000", 0),
        ("00:00:44", 44),
        ("02:03:04", 7384),
        ("1-02:03:04", 93784),
        ("12-00:00:00", 1036800),
        ("365-23:59:59", 31622399),
        ("02:03:04.5", 7384.5),
        ("00:07", 7),
        ("1234567-00:00:00", 106666588800),
        ("99999999999999-00:00:00", None),
        ("", None),
        ("0", None),
        ("704", None),
        ("INVALID", None),
        ("Unknown", None),
        ("-1:00:00", None),
        ("1-2", None),
        ("00:00:44 ", None),
        ("\u0660\u0660:\u0660\u0660:\u0664\u0664", None),
        ("00:00:4" + "4" * 5000, None),
        (44, None),
        (None, None),
        (["00:00:44"], None),
    ],
)
def test_durations(text, number):
    found = jobinfo.duration(text)
    assert found == number
    assert type(found) is type(number)


@pytest.mark.parametrize("text", ["Unknown", "None", "", "N/A", "2015-13-04T13:19:26"])
def test_a_job_that_has_not_ended_has_no_end(text):
    found = jobinfo.table(changed(End=text, State="RUNNING", TotalCPU="00:00:00"))
    assert (found.ended, found.is_final) == (None, False)
    assert found.started.text == "2015-06-04T13:18:42"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n",
        "slurm_load: error: Unable to contact slurm controller",
        NAMES,
        f"{NAMES}\n",
        f"{NAMES}\n{BATCH}\n",  # a step without its job
        f"{NAMES}\n{ROW}more|\n",
        f"{NAMES}\n{ROW[:-40]}\n",
        f"{ROW}\n{NAMES}\n",
        "JobID|TotalCPU\n7001|no time|more|\n\x1b[0m",
        "|" * 100_000,
        "x\n" * 100_000 + TABLE,
        "Job: 336045\nEnd: 2015-06-04T13:19:26",  # of another scheduler
        7,
        None,
        [TABLE],
        {"stdout": TABLE},
        b"JobID|",
    ],
)
def test_what_is_no_table_tells_nothing(text):
    assert jobinfo.table(text) == NOTHING


def test_a_table_of_other_columns_tells_what_it_has():
    found = jobinfo.table("JobID|Elapsed|\n1|00:00:05|\n")
    assert found == Record(wall_seconds=5)


@pytest.mark.parametrize(
    "info",
    [
        None,
        "text",
        [],
        7,
        {},
        {"stdout": None, "retval": 0},
        {"stdout": TABLE, "retval": 1},
        {"stdout": TABLE, "retval": "0"},
        {"stdout": TABLE, "retval": [0]},
        {"retval": 0, "stdout": "", "stderr": TABLE},
    ],
)
def test_a_command_that_failed_tells_nothing(info):
    assert jobinfo.accounted(info) == NOTHING


def test_a_command_that_worked_tells_its_table():
    assert jobinfo.accounted({"retval": 0, "stdout": TABLE, "stderr": ""}) == jobinfo.table(TABLE)
    assert jobinfo.accounted({"retval": None, "stdout": TABLE}) == jobinfo.table(TABLE)


def test_a_poll_is_never_final():
    found = jobinfo.polled(POLL | {"cpu_time": 7, "job_state": "done"})
    assert not found.is_final
    assert (found.wall_seconds, found.cpu_seconds) == (22, 7)
    assert found.submitted.text == "2015-06-04T13:18:42.000000"
    assert found.submitted.zone is None
    assert (found.started, found.ended) == (None, None)
    assert jobinfo.polled(json.dumps(POLL)) == jobinfo.polled(POLL)


def test_the_text_of_old_versions_holds_both():
    poll, command = jobinfo.legacy(json.dumps(POLL | {"cpu_time": 5, "detailedJobinfo": OLD_TEXT}))
    assert (poll.cpu_seconds, poll.wall_seconds) == (5, 22)
    assert command == jobinfo.table(TABLE)
    assert jobinfo.legacy(json.dumps(POLL)) == (jobinfo.polled(POLL), NOTHING)


@pytest.mark.parametrize("info", [None, "", "no JSON", "[1]", "7", 7, [POLL], '"text"', "[" * 9999])
def test_what_is_no_poll_tells_nothing(info):
    assert jobinfo.polled(info) == NOTHING
    assert jobinfo.legacy(info) == (NOTHING, NOTHING)


@pytest.mark.parametrize(
    ("value", "zone", "instant"),
    [
        ("2015-06-04T13:18:42", None, None),
        ("2015-06-04 13:18:42", None, None),
        ("2015-06-04T13:18:42.123456789", None, None),
        ({"date": "2015-06-04T13:18:42.000000", "timezone": None}, None, None),
        ({"date": "2015-06-04T13:18:42.000000"}, None, None),
        ({"date": "2015-06-04T13:18:42", "timezone": 7}, None, None),
        ({"date": "2015-06-04T13:18:42", "timezone": "Europe/Zurich"}, "Europe/Zurich", None),
        ({"date": "2015-06-04T13:18:42", "timezone": "x" * 1000}, None, None),
        ({"date": "2015-06-04T13:18:42", "timezone": "\ud800"}, None, None),
        ({"date": "2015-06-04T13:18:42.000000", "timezone": "UTC"}, "UTC", "13:18:42"),
        ("2015-06-04T13:18:42Z", "UTC", "13:18:42"),
        ("2015-06-04T13:18:42.5+00:00", "UTC", "13:18:42"),
        ("2015-06-04T13:18:42+02:00", "UTC", "11:18:42"),
        ("2015-06-04T13:18:42-0530", "UTC", "18:48:42"),
    ],
)
def test_times_keep_their_text_and_their_zone(value, zone, instant):
    found = jobinfo.moment(value)
    assert found.text == (value["date"] if isinstance(value, dict) else value)
    assert found.local.isoformat().startswith("2015-06-04T13:18:42")
    assert found.zone == zone
    told = found.instant and found.instant.astimezone(timezone.utc).strftime("%H:%M:%S")
    assert told == instant


@pytest.mark.parametrize(
    "value",
    [
        *(None, 7, 1433423922.5, True, "", "now", "Unknown", "2015-06-04", "13:18:42"),
        *("2015-02-30T13:18:42", "0000-01-01T00:00:00", "2015-06-04T25:18:42"),
        *("2015-06-04T13:18:42+99:99", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"),
        *("\u0662\u0660\u0661\u0665-06-04T13:18:42", "Thu Jun  4 13:18:42 2015", "2" * 100_000),
        *({}, {"date": None}, {"date": 7}, {"timezone": "UTC"}, [], ["2015-06-04T13:18:42"]),
    ],
)
def test_what_is_no_time_is_none(value):
    assert jobinfo.moment(value) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *((0, 0), (22, 22), (22.0, 22), (1.5, 1.5), (2**53 - 1, 2**53 - 1)),
        *((2**53, None), (10**400, None), (-1, None), (float("inf"), None), (float("nan"), None)),
        *((True, None), ("22", None), (None, None), ([22], None), ({}, None)),
    ],
)
def test_numbers_of_seconds(value, number):
    assert jobinfo.seconds(value) == number


def times(ctime=LONG_AGO, origin=None, **attributes):
    """Return the times of a process with these attributes, as an answer shows them."""
    texts = []
    for column in COLUMNS[1:-1]:
        value = attributes.get(column.path[0])
        texts.append(None if value is None else json.dumps(value))
    values = [ctime, *texts, origin and json.dumps(origin)]
    return times_of(values, attributes.get("process_state")).record()


def test_without_anything_there_is_the_time_of_creation():
    found = times()
    assert found.pop("created") == {
        "value": "Thu, 04 Jun 2015 10:58:44 GMT",
        "zone": "UTC",
        "source": "ctime",
    }
    assert set(found.values()) == {None}
    assert set(times(None).values()) == {None}


def test_the_command_of_the_scheduler_is_believed_first():
    command = {"retval": 0, "stdout": TABLE, "stderr": ""}
    found = times(detailed_job_info=command, last_job_info=POLL, scheduler_state="done")
    source = {"source": "detailed_job_info"}
    assert found["submitted"] == {"value": "2015-06-04T13:00:05", "zone": None, **source}
    assert found["started"] == {"value": "2015-06-04T13:18:42", "zone": None, **source}
    assert found["ended"] == {"value": "2015-06-04T13:19:26", "zone": None, **source}
    assert found["wall_seconds"] == {"value": 44, **source}
    assert found["cpu_seconds"] == {"value": 343.119, **source}


def test_a_poll_gives_bounds():
    found = times(
        last_job_info=POLL,
        scheduler_lastchecktime=CHECK,
        scheduler_state="done",
        detailed_job_info={},
    )
    poll = {"source": "last_job_info"}
    assert found["submitted"] == {"value": "2015-06-04T13:18:42.000000", "zone": None, **poll}
    assert found["wall_seconds"] == {"value": 22, **poll, "at_least": True}
    assert found["cpu_seconds"] is None
    check = {"value": "Thu, 04 Jun 2015 11:20:00 GMT", "zone": "UTC"}
    check["source"] = "scheduler_lastchecktime"
    assert found["last_seen"] == check
    assert found["ended"] == {**check, "at_most": True}


@pytest.mark.parametrize(
    "attributes",
    [
        {"scheduler_state": "running"},
        {"process_state": "killed", "scheduler_state": "queued"},
        {"process_state": "excepted"},
        {"scheduler_state": ["done"]},
        {},
    ],
)
def test_a_job_that_is_not_over_has_not_ended(attributes):
    assert times(scheduler_lastchecktime=CHECK, **attributes)["ended"] is None


def test_a_job_that_ran_when_the_scheduler_was_asked_has_not_ended():
    info = {"retval": 0, "stdout": changed(End="Unknown", TotalCPU="00:00:00")}
    found = times(detailed_job_info=info, scheduler_lastchecktime=CHECK, scheduler_state="done")
    assert found["ended"] is None
    assert found["wall_seconds"]["at_least"] is True
    assert found["cpu_seconds"]["at_least"] is True


def test_old_versions_are_named():
    old = json.dumps(POLL | {"cpu_time": 5})
    found = times(last_jobinfo=old)
    assert found["cpu_seconds"] == {"value": 5, "source": "last_jobinfo", "at_least": True}
    assert found["submitted"]["source"] == "last_jobinfo"
    found = times(last_jobinfo=json.dumps(POLL | {"detailedJobinfo": OLD_TEXT}))
    assert found["cpu_seconds"] == {"value": 343.119, "source": "last_jobinfo"}


@pytest.mark.parametrize(
    ("ctime", "origin", "is_copied"),
    [
        (datetime(2015, 6, 4, 10, 58, 44, tzinfo=timezone.utc), None, False),
        (datetime(2015, 6, 4, 11, 19, 59, tzinfo=timezone.utc), None, False),
        (datetime(2015, 6, 4, 11, 20, 1, tzinfo=timezone.utc), None, True),
        (datetime(2015, 6, 4, 10, 58, 44, tzinfo=timezone.utc), "a uuid", True),
        (datetime(2015, 6, 4, 10, 58, 44, tzinfo=timezone.utc), 7, False),
        (None, None, False),
        (None, "a uuid", True),
    ],
)
def test_times_of_another_process_are_told_as_cached(ctime, origin, is_copied):
    found = times(
        ctime,
        origin,
        last_job_info=POLL,
        scheduler_lastchecktime=CHECK,
        scheduler_state="done",
    )
    sources = {found[name]["source"] for name in ("submitted", "ended", "wall_seconds")}
    assert (sources == {"cached"}) is is_copied
    assert found["ended"]["at_most"] is True
    assert ctime is None or found["created"]["source"] == "ctime"


def test_a_time_without_a_zone_is_a_copy_if_it_is_earlier_in_every_zone():
    """Half a day: no clock is further behind UTC."""
    late = datetime(2015, 6, 5, 1, 18, 41, tzinfo=timezone.utc)
    assert times(late, last_job_info=POLL)["submitted"]["source"] == "last_job_info"
    later = datetime(2015, 6, 5, 1, 18, 43, tzinfo=timezone.utc)
    assert times(later, last_job_info=POLL)["submitted"]["source"] == "cached"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
    max_leaves=8,
)
DATES = JSON | st.fixed_dictionaries({"date": JSON, "timezone": JSON})
POLLS = JSON | st.fixed_dictionaries(
    {
        "submission_time": DATES,
        "dispatch_time": DATES,
        "wallclock_time_seconds": JSON,
        "cpu_time": JSON,
        "detailedJobinfo": JSON,
    }
)
COMMANDS = JSON | st.fixed_dictionaries(
    {"retval": st.just(0), "stdout": st.text() | st.text("JobID|End\n-:.T0").map(NAMES.__add__)}
)


@given(POLLS, COMMANDS, POLLS, DATES, JSON, JSON)
def test_nothing_that_is_stored_is_an_error(poll, command, old, check, state, origin):
    texts = [json.dumps(value) for value in (poll, command, old, check, state, origin)]
    found = times_of([LONG_AGO, *texts], "finished").record()
    assert set(found) == {
        *("created", "submitted", "started", "last_seen", "ended"),
        *("wall_seconds", "cpu_seconds"),
    }
    assert times_of([None, *texts[:2], json.dumps(texts[2]), *texts[3:]], None).record()
