"""States and logs of each process, and what AiiDA itself says of them."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime

from support.desk.recorded import LOOPS, RELATIVE, UNLIKE, digest, http

FRACTION = re.compile(r"(?<=:\d\d)(\.\d+)?\+00:00$")
"""What times of a job's report have more than answers."""


def test_states_are_those_of_aiida(recorded):
    ours, theirs = {}, {}
    plain = ("process_label", "process_state", "exit_status", "exit_message", "paused")
    for uuid, process in recorded.processes:
        status = recorded.get(f"processes/{uuid}/status")
        if uuid not in UNLIKE:
            ours[uuid] = status
            theirs[uuid] = {name: process[name] for name in plain} | {
                "uuid": uuid,
                "is_running": process["process_state"] in ("created", "running", "waiting"),
                "mtime": status["mtime"] if uuid in RELATIVE else http(process["mtime"]),
            }
    assert ours == theirs


def test_logs_are_those_of_aiida(recorded):
    ours, theirs = {}, {}
    keys = ("id", "time", "levelname", "loggername")
    for uuid, process in recorded.processes:
        rows = recorded.get(f"processes/{uuid}/logs")
        ours[uuid] = [[*(row[key] for key in keys), digest(row["message"])] for row in rows]
        theirs[uuid] = [[pk, http(time), *rest] for pk, time, *rest in process["logs"]]
    assert ours == theirs


def test_logs_are_what_verdi_process_report_prints(recorded):
    processes = {uuid: process for uuid, process in recorded.processes if uuid not in UNLIKE}
    chains = {uuid for uuid, process in processes.items() if "WorkChain" in process["node_type"]}
    ours, theirs = {}, {}
    for uuid, process in processes.items():
        report = process["printed"]["report"]
        if uuid in chains - LOOPS:
            rows = recorded.get(f"processes/{uuid}/logs?recursive=1&level=REPORT")
            rows = [row for row in rows if row["process"] in chains]  # AiiDA takes no others
            ours[uuid] = of_chain(rows) or ["No log messages recorded for this entry"]
            theirs[uuid] = report
        elif "calcjob" in process["node_type"] and isinstance(report, list):
            ours[uuid] = of_job(recorded.get(f"processes/{uuid}/logs"))
            (start,) = (number for number, line in enumerate(report) if "LOG MESSAGES" in line)
            theirs[uuid] = [FRACTION.sub("", line) for line in report[start:]]
        elif "function" in process["node_type"]:
            ours[uuid] = of_function(recorded.get(f"processes/{uuid}/logs")) or [""]
            theirs[uuid] = report
    assert ours == theirs
    assert len(ours) > 10


def of_chain(rows):
    """Return the lines of a report of these rows, of a work chain and those that it called."""
    found = [(str(row["id"]), row["levelname"]) for row in rows]
    left, right = (max(map(len, texts)) for texts in zip(*found, strict=True)) if found else (0, 0)
    lines = []
    for row, (pk, level) in zip(rows, found, strict=True):
        message = "  " * row["depth"] + row["message"]
        lines += f"{day(row)} [{pk:<{left}} | {level:>{right}}]: {message}".split("\n")
    return [line.rstrip() for line in lines]


def of_function(rows):
    texts = [f"{day(row)} [{row['id']}]: {row['message']}" for row in rows]
    return [line.rstrip() for text in texts for line in text.split("\n")]


def of_job(rows):
    """Return the last part of the report of a job."""
    lines = [f"*** {len(rows)} LOG MESSAGES{':' if rows else ''}"]
    for row in rows:
        lines += [f"+-> {row['levelname']} at {day(row)}"]
        lines += [f" | {line}" for line in row["message"].split("\n")]
    return lines


def day(row):
    return parsedate_to_datetime(row["time"]).strftime("%Y-%m-%d %H:%M:%S")
