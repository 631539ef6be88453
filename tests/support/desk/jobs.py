"""Jobs of the desk store: those that say what the scheduler saw, and those that failed."""

from __future__ import annotations

import json
from datetime import timedelta

from support.desk import names
from support.desk.rows import BEGIN, Rows

STDERR, STDOUT = "_scheduler-stderr.txt", "_scheduler-stdout.txt"
DAMAGED = b"a text that the store does not hold as it was\n"
"""A file whose stored bytes are not those of its key."""

SACCT = {
    "AllocCPUS": "4",
    "Account": "made-up",
    "CPUTimeRAW": "99999",
    "Elapsed": "00:10:02",
    "End": "2026-11-21T10:51:07",
    "ExitCode": "0:0",
    "JobID": "7001",
    "JobName": "aiida-7001",
    "Start": "2026-11-21T10:41:05",
    "State": "COMPLETED",
    "Submit": "2026-11-21T10:41:01",
    "TotalCPU": "09:41.250",
}
"""Columns of `sacct --parsable` of a cluster whose clock is an hour ahead of UTC."""


def table(*rows):
    """Return what `sacct --parsable` prints: each line ends with a bar."""
    return "".join("|".join(line) + "|\n" for line in ([*SACCT], *(row.values() for row in rows)))


def sacct(**columns):
    """Return the `detailed_job_info` of a job with its two steps, which come after its own row."""
    whole = {**SACCT, **columns}
    batch = {**whole, "JobID": "7001.batch", "TotalCPU": "00:01.000", "Elapsed": "00:00:01"}
    extern = {**batch, "JobID": "7001.extern", "TotalCPU": "00:00:00"}
    return {"retval": 0, "stdout": table(whole, batch, extern), "stderr": ""}


def poll(**more):
    """Return the `last_job_info` of a poll while the job ran."""
    known = {
        "job_id": "7001",
        "title": "aiida-7001",
        "job_state": "running",
        "queue_name": "normal",
    }
    return {**known, "wallclock_time_seconds": 600, **more}


def at(minute, second=0):
    """Return a time of the cluster's clock as a poll stores it: without a zone."""
    return {"date": f"2026-11-21T10:{minute:02d}:{second:02d}.000000", "timezone": None}


REFUSED = {"retval": 1, "stdout": "", "stderr": "made-up: accounting storage is disabled\n"}
LEGACY = json.dumps({"job_id": "7001", "cpu_time": 321, "wallclock_time_seconds": 330})
TIMED_POLL = poll(submission_time=at(46, 58), dispatch_time=at(47, 3))


def finished(rows: Rows):
    """Add jobs that finished well, each with another kind of job info."""

    def job(uuid, **attributes):
        checked = {"scheduler_lastchecktime": "2026-11-21T09:52:00.123456+00:00"}
        retrieved = {"out.txt": b"3\n", STDOUT: b"", STDERR: b""}
        rows.job(uuid, retrieved=retrieved, attributes={**checked, **attributes})

    job(names.JOB_MINUTES, detailed_job_info=sacct(), last_job_info=poll())
    job(
        names.JOB_HOURS,
        detailed_job_info=sacct(TotalCPU="02:03:04", Elapsed="02:10:00", End="2026-11-21T12:51:05"),
        last_job_info=poll(submission_time=at(40, 59), dispatch_time=at(41, 5)),
    )
    long = {"TotalCPU": "1-02:03:04", "Elapsed": "1-03:00:00", "End": "2026-11-22T13:41:05"}
    job(names.JOB_DAYS, detailed_job_info=sacct(**long), last_job_info=poll())
    job(names.JOB_NO_INFO, detailed_job_info=None)
    job(names.JOB_COMMAND_FAILED, detailed_job_info=REFUSED, last_job_info=poll())
    job(names.JOB_LEGACY, last_jobinfo=LEGACY)
    job(names.JOB_SUBMITTED, detailed_job_info=None, last_job_info=TIMED_POLL)
    torn = {"retval": 0, "stdout": "JobID|TotalCPU\n7001|no time|more|\n\x1b[0m", "stderr": ""}
    job(names.JOB_TORN_INFO, detailed_job_info=torn, last_job_info="not an object")
    ongoing = {"End": "Unknown", "State": "RUNNING", "TotalCPU": "00:00:00"}
    job(names.JOB_STILL_RUNNING, detailed_job_info=sacct(**ongoing), last_job_info=poll())


def lines(count, text):
    """Return so many numbered lines."""
    return "".join(f"{text} {number}\n" for number in range(1, count + 1)).encode()


def failed(rows: Rows):
    """Add jobs that failed, by what their retrieved files tell."""
    files = {"out.txt": lines(3, "step"), STDOUT: lines(1000, "line"), STDERR: lines(80, "error")}
    rows.job(names.JOB_STDERR, exit_status=302, message="It stopped.", retrieved=files)
    rows.log(names.JOB_STDERR, "REPORT", "[10025|MadeUpCalculation|parse]: it stopped")
    told = {"out.txt": lines(60, "output") + b"no convergence", STDOUT: b"", STDERR: b""}
    rows.job(names.JOB_OUTPUT, exit_status=303, message="No convergence.", retrieved=told)
    empty = dict.fromkeys(("out.txt", STDOUT, STDERR), b"")
    rows.job(names.JOB_SILENT, exit_status=304, message="Nothing was printed.", retrieved=empty)
    rows.log(names.JOB_SILENT, "REPORT", "[10027|MadeUpCalculation|parse]: nothing was printed")
    rows.job(names.JOB_NO_FOLDER, exit_status=100, message="Not retrieved.", retrieved=None)
    lost = {"out.txt": lines(2, "step"), STDOUT: None, STDERR: None}
    rows.job(names.JOB_MISSING_FILE, exit_status=305, message="Files lost.", retrieved=lost)
    spoilt = {"out.txt": lines(2, "good line"), STDOUT: b"", STDERR: DAMAGED}
    rows.job(names.JOB_DAMAGED_FILE, exit_status=306, message="Spoilt.", retrieved=spoilt)
    long = b"a" * 100_000 + b"\n" + b"\xff\xfe" + b"b" * 100_000 + b"\nlast line"
    long_lines = {"out.txt": b"", STDOUT: b"", STDERR: long}
    rows.job(names.JOB_LONG_LINES, exit_status=307, message="Long.", retrieved=long_lines)


def unfinished(rows: Rows):
    """Add jobs that wait, were killed, or took the result of another one."""
    queued = {"scheduler_state": "queued", "last_job_info": poll(job_state="queued")}
    status = "Monitoring scheduler: job state QUEUED"
    waiting = {"process_status": status, **queued}
    rows.job(names.WAITING, "waiting", attributes=waiting, caller=names.RUNNING)
    rows.job(names.CREATED, "created", caller=names.RUNNING)
    rows.job(names.KILLED, "killed", attributes={"process_status": "Killed by the made-up user"})
    rows.log(names.KILLED, "REPORT", "[10004|MadeUpCalculation|kill]: the job is being killed")
    paused = {"process_status": "Paused by the made-up user", "paused": True, **queued}
    rows.job(names.PAUSED, "waiting", attributes=paused)
    earlier = (BEGIN - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S+00:00")
    rows.job(
        names.CACHED,
        attributes={"scheduler_lastchecktime": earlier, "last_job_info": poll()},
        extras={"_aiida_cached_from": names.CACHE_SOURCE},
        retrieved={"out.txt": b"3\n"},
    )
