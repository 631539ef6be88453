"""Attributes of processes, from version to version: states, seals, names. Floor: store.

Source: AiiDA's migrations of archives (0.3 to 0.4, 0.5 to 0.7).
"""

from __future__ import annotations

from typing import Any

from provender.store.legacy.steps.node import Node, Surroundings
from provender.store.legacy.steps.types import CALCULATION_JOB

PROCESS = "process."
JOB_ATTRIBUTES = {
    "custom_environment_variables": "environment_variables",
    "jobresource_params": "resources",
    "parser": "parser_name",
}
# The states that a job of AiiDA 0.x ended in.
ENDED: dict[str, dict[str, Any]] = {
    "FINISHED": {"process_state": "finished", "exit_status": 0},
    "FAILED": {"process_state": "finished", "exit_status": 2},
}
EXCEPTED = ("SUBMISSIONFAILED", "RETRIEVALFAILED", "PARSINGFAILED")
STOPPED = (
    *("NEW", "TOSUBMIT", "SUBMITTING", "WITHSCHEDULER", "COMPUTED", "RETRIEVING", "PARSING"),
)
LEGACY_LABEL = "Legacy JobCalculation"
ACTIVE = ("created", "running", "waiting")
OLD_MARKS = ("_sealed", "_finished", "_failed", "_aborted", "_do_abort")


def attributes_of_jobs(node: Node, _: Surroundings) -> None:
    """Some attributes of jobs got other names."""
    if node.text("type") == CALCULATION_JOB:
        for old, new in JOB_ATTRIBUTES.items():
            node.attributes.rename(old, new)
            node.attribute_dates.rename(old, new)


def process_label(node: Node, _: Surroundings) -> None:
    """`_process_label` became `process_label`."""
    if node.text("type").startswith(PROCESS):
        node.attributes.rename("_process_label", "process_label")
        node.attribute_dates.rename("_process_label", "process_label")


def states_of_jobs(node: Node, _: Surroundings) -> None:
    """The state of a job of AiiDA 0.x became a state of processes."""
    if node.text("node_type") != CALCULATION_JOB:
        return
    state = node.attributes.value.get("state")
    outcome = _outcome(state) if isinstance(state, str) else None
    if outcome is not None:
        attributes = node.attributes.edit()
        del attributes["state"]
        attributes.update(outcome, process_label=LEGACY_LABEL)


def _outcome(state: str) -> dict[str, Any] | None:
    """Return the attributes that say the same as an old state; None for one that is unknown."""
    if state in ENDED:
        return ENDED[state]
    if state in EXCEPTED + STOPPED:
        return {
            "process_state": "excepted" if state in EXCEPTED else "killed",
            "process_status": f"Legacy `JobCalculation` with state `{state}`",
        }
    return None


def seals(node: Node, around: Surroundings) -> None:
    """Processes that ended became sealed; marks of older seals went."""
    if not node.text("node_type").startswith(PROCESS):
        return
    if node.attributes.value.get("process_state") in ACTIVE:
        around.remarks.note("processes had not ended and are not sealed", node.text("uuid"))
        return
    attributes = node.attributes.edit()
    attributes["sealed"] = True
    for mark in OLD_MARKS:
        attributes.pop(mark, None)
