"""The states of processes and the links between them. Floor: schema.

Source: AiiDA 2.x; states are stored in small letters, as the attribute `process_state`.
"""

from __future__ import annotations

# The states of a process that has not ended, and of one that was broken off.
RUNNING = ("created", "waiting", "running")
BROKEN = ("excepted", "killed")
# The states that a process never leaves.
ENDED = ("finished", *BROKEN)
# All states, in the order in which a process has them.
STATES = (*RUNNING, *ENDED)
# What the computed field of failures holds, and in which states a process has failed.
FAILED = "FAILED"
FAILURES = tuple(state.upper() for state in BROKEN)
# The types of link from what a process was given, and to what it gave.
INPUTS = ("input_calc", "input_work")
OUTPUTS = ("create", "return")
# The types of link from a workflow to what it called.
CALLS = ("call_calc", "call_work")
# What stands between the names of namespaces in the label of a link, and how many there may be:
# AiiDA's labels have at most 255 characters, only a damaged store has longer ones.
NAMESPACE, MOST_NAMESPACES = "__", 85
# The levels of log rows, from the lowest: those of Python, and AiiDA's own one for messages of
# workflows.
LEVELS = ("NOTSET", "DEBUG", "INFO", "REPORT", "WARNING", "ERROR", "CRITICAL")


def namespaces(label: str) -> list[str]:
    """Return the names of the namespaces of the label of a link, and its own name at the end.

    Example:
        `relax__last__bands` gives `["relax", "last", "bands"]`.
    """
    return label.split(NAMESPACE, MOST_NAMESPACES)
