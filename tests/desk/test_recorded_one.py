"""Summaries and trees of each process, and what `verdi process show` and `status` print."""

from __future__ import annotations

import itertools
import re

from support.desk import names
from support.desk.recorded import LOOPS, RELATIVE, UNLIKE, http

BRANCH = re.compile(
    r"(?P<space>[ │├└─]*)(?P<label>\S+)<(?P<pk>\d+)> (?P<state>\w+)( \[(?P<exit>\d+)\])?"
)
"""A line of `verdi process status`: what stands behind is the step of a work chain."""


def test_links_are_those_of_aiida(recorded):
    ours, theirs = {}, {}
    for uuid, process in recorded.processes:
        summary = recorded.get(f"processes/{uuid}/summary")
        for side in ("inputs", "outputs"):
            found = [[row["label"], row["link_type"], row["uuid"]] for row in summary[side]]
            ours[uuid, side] = sorted(found)
            data = [link for link in process[side] if not link[1].startswith("call_")]
            theirs[uuid, side] = sorted(data)
    assert ours == theirs


def test_properties_are_what_verdi_process_show_prints(recorded):
    ours, theirs = {}, {}
    for uuid, process in recorded.processes:
        if uuid in UNLIKE | RELATIVE | {names.NESTED}:  # AiiDA cannot nest `a` and `a__b`
            continue
        summary = recorded.get(f"processes/{uuid}/summary")
        shown = properties(process["printed"]["show"])
        state = (summary["process_state"] or "None").capitalize()
        state += f" [{summary['exit_status']}]" if summary["exit_status"] is not None else ""
        state += f" {summary['exit_message']}" if summary["exit_message"] else ""
        ours[uuid] = {
            "type": summary["process_label"] or "",
            "uuid": summary["uuid"],
            "label": summary["label"],
            "description": summary["description"],
            "state": state,
            "ctime": summary["ctime"],
            "mtime": summary["mtime"],
            "computer": summary["computer"] and summary["computer"]["label"],
        }
        state = shown.get("state", "None").partition(" <")[0]  # an exception stands in angles
        theirs[uuid] = {name: shown[name] for name in ("type", "uuid", "label", "description")}
        theirs[uuid] |= {"state": state, "computer": shown.get("computer", "").partition("] ")[2]}
        theirs[uuid] |= {name: http(shown[name]) for name in ("ctime", "mtime")}
        theirs[uuid]["computer"] = theirs[uuid]["computer"] or None
    assert ours == theirs


def properties(lines):
    """Return the table at the beginning of `verdi process show`."""
    rows = itertools.takewhile(bool, lines[2:])
    return {line.partition(" ")[0]: line.partition(" ")[2].strip() for line in rows}


def test_trees_are_what_verdi_process_status_prints(recorded):
    numbers = {uuid: process["pk"] for uuid, process in recorded.processes}
    ours, theirs = {}, {}
    for uuid, process in recorded.processes:
        if uuid in UNLIKE | LOOPS:
            continue
        summary = recorded.get(f"processes/{uuid}/summary?tree=1")
        ours[uuid] = list(branches(summary, numbers))
        matches = [BRANCH.match(line) for line in process["printed"]["status"]]
        theirs[uuid] = [
            (
                max(0, len(match["space"]) // 4 - 1),
                match["label"],
                int(match["pk"]),
                match["state"],
                match["exit"],
            )
            for match in matches
        ]
    assert ours == theirs
    assert len(ours) > 10


def branches(process, numbers, depth=0):
    """Yield depth, label, pk, state and exit status of a process and of all that it called."""
    state, status = process["process_state"], process["exit_status"]
    yield (
        depth,
        str(process["process_label"]),
        numbers[process["uuid"]],
        "None" if state is None else state.capitalize(),
        None if status is None else str(status),
    )
    for called in process["called"]:
        yield from branches(called, numbers, depth + 1)


def test_histories_are_made_of_what_aiida_has(recorded):
    ours, theirs = {}, {}
    for uuid, process in recorded.processes:
        events = recorded.get(f"processes/{uuid}/history")
        found = {kind: of_kind(events, kind) for kind in ("created", "log", "called", "output")}
        ours[uuid] = {
            "created": [event["time"] for event in found["created"]],
            "log": [[event["log_id"], event["time"], event["level"]] for event in found["log"]],
            "called": sorted(event["uuid"] for event in found["called"]),
            "output": sorted([event["label"], event["uuid"]] for event in found["output"]),
        }
        created = found["created"][0]["time"] if uuid in RELATIVE else http(process["ctime"])
        outputs = [[label, other] for label, kind, other in process["outputs"] if kind == "create"]
        theirs[uuid] = {
            "created": [created],
            "log": [[pk, http(time), level] for pk, time, level, *_ in process["logs"]],
            "called": sorted(process["called"]),
            "output": sorted(outputs),
        }
    assert ours == theirs


def of_kind(events, kind):
    return [event for event in events if event["event"] == kind]
