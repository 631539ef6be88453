"""Which selection a command is about. Floor: cli."""

from __future__ import annotations

from provender.errors import ConflictingParameters


def chosen(selection: str, where: str) -> str:
    """Return the selection that is given as an argument or as `--where`; by default all nodes.

    Raises:
        ConflictingParameters: both are given.
    """
    if selection and where:
        raise ConflictingParameters("SELECTION and --where both say which nodes: give one of them.")
    return selection or where
