"""Lists of processes, and what `verdi process list` and the nodes themselves say in AiiDA."""

from __future__ import annotations

import pytest

from support.desk.recorded import RELATIVE, UNLIKE, http

SAME = {
    "": "running=1",
    "-X": "failed=1&state=finished",  # AiiDA leaves out what excepted or was killed
    "-S created": "state=created",
    "-S running": "state=Running",
    "-S waiting": "state=waiting",
    "-S finished": "state=FINISHED",
    "-S excepted": "state=excepted",
    "-S killed": "state=killed",
}
"""The options of `verdi process list`, and the keys that ask the same."""


def listed(recorded, query=""):
    return recorded.get(f"processes?limit=400&{query}")


@pytest.mark.parametrize("option", SAME)
def test_a_list_is_that_of_verdi(recorded, option):
    found = sorted(row["uuid"] for row in listed(recorded, SAME[option]))
    assert found == recorded.content["selections"][option]


def test_paused_processes_are_those_of_verdi(recorded):
    rows = listed(recorded, "include=summary")
    found = [row["uuid"] for row in rows if row["paused"]]
    assert found == recorded.content["selections"]["--paused"]


def test_failed_processes_are_those_that_aiida_calls_failed_excepted_or_killed(recorded):
    found = {row["uuid"] for row in listed(recorded, "failed=1")} - UNLIKE
    kinds = ("is_failed", "is_excepted", "is_killed")
    processes = dict(recorded.processes)
    expected = {
        uuid
        for uuid, process in processes.items()
        if uuid not in UNLIKE and any(process[kind] for kind in kinds)
    }
    assert found & processes.keys() == expected
    is_running = {row["uuid"] for row in listed(recorded, "running=1")} & processes.keys()
    assert is_running == {
        uuid
        for uuid, process in processes.items()
        if uuid not in UNLIKE and process["process_state"] and not process["is_terminated"]
    }


def test_roots_are_those_that_nobody_called(recorded):
    processes = dict(recorded.processes)
    found = {row["uuid"] for row in listed(recorded, "root=1")} & processes.keys()
    assert found == {uuid for uuid, process in processes.items() if process["caller"] is None}


def test_summaries_are_what_aiida_says(recorded):
    processes = dict(recorded.processes)
    names = ("process_label", "process_state", "exit_status", "exit_message", "paused")
    names = (*names, "node_type", "process_type", "label")
    ours, theirs = {}, {}
    for row in listed(recorded, "include=summary"):
        uuid = row["uuid"]
        if uuid in UNLIKE or uuid not in processes:
            continue
        process = processes[uuid]
        ours[uuid] = {name: row[name] for name in names} | {
            "user": row["user"]["name"],
            "computer": row["computer"] and row["computer"]["label"],
            "parent": row["parent"],
            "ctime": row["ctime"],
        }
        theirs[uuid] = {name: process[name] for name in names} | {
            "user": process["user"],
            "computer": process["computer"],
            "parent": process["caller"],
            "ctime": row["ctime"] if uuid in RELATIVE else http(process["ctime"]),
        }
    assert ours == theirs
    assert ours.keys() == processes.keys() - UNLIKE
