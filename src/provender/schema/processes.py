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
# The levels of log rows, from the lowest: those of Python, and AiiDA's own one for messages of
# workflows.
LEVELS = ("NOTSET", "DEBUG", "INFO", "REPORT", "WARNING", "ERROR", "CRITICAL")
