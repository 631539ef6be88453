"""Why processes failed, and which failed for AiiDA itself."""

from __future__ import annotations

from support.desk import names
from support.desk.recorded import LOOPS, UNLIKE

KINDS = ("is_failed", "is_excepted", "is_killed")
NOTHING = {names.FAILED_NOTHING, names.KILLED_CHAIN}
"""Failed processes of which nothing tells why."""


def failed(process):
    return any(process[kind] is True for kind in KINDS)


def chain(uuid, processes):
    """Return the first failed process that was called, the first one that it called, and so on."""
    called = [processes[other] | {"uuid": other} for other in processes[uuid]["called"]]
    wrong = sorted(filter(failed, called), key=lambda process: (process["ctime"], process["pk"]))
    return [wrong[0]["uuid"], *chain(wrong[0]["uuid"], processes)] if wrong else []


def test_each_failed_process_tells_why_and_no_other(recorded):
    ours, theirs = {}, {}
    silent = set()
    for uuid, process in recorded.processes:
        if uuid in UNLIKE:
            continue
        found = recorded.get(f"processes/{uuid}/traceback")
        keys = ("exit_status", "exit_message", "exception")
        ours[uuid] = {key: found[key] for key in keys} | {
            "state": found["state"],
            "failed": found["origin"] is not None,
        }
        theirs[uuid] = {key: process[key] for key in keys} | {
            "state": process["process_state"],
            "failed": failed(process),
        }
        if failed(process) and not found["lines"]:
            silent.add(uuid)
            assert found["origin"]["kind"] == "none"
        assert failed(process) or found["lines"] == []
    assert ours == theirs
    assert silent == NOTHING & ours.keys()


def test_the_first_failed_process_that_was_called_is_that_of_aiida(recorded):
    processes = dict(recorded.processes)
    ours, theirs = {}, {}
    for uuid, process in processes.items():
        if process["process_state"] == "finished" and failed(process) and uuid not in LOOPS:
            found = recorded.get(f"processes/{uuid}/traceback")
            ours[uuid] = [called["uuid"] for called in found["called"]]
            theirs[uuid] = chain(uuid, processes)
    assert ours == theirs
