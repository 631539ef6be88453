"""The type that a person means by a shorter, older or misspelt name. Floor: schema.

Hints and notes use this module; requests that find something do not run it.
"""

from __future__ import annotations

from provender.nearest import nearest
from provender.schema.types import JOB_NODE, OLD_NODE_TYPES, SHIPPED, modern

# The types of node that AiiDA itself ships.
KNOWN = (
    *sorted(SHIPPED),
    JOB_NODE,
    "process.calculation.calcfunction.CalcFunctionNode.",
    "process.workflow.workchain.WorkChainNode.",
    "process.workflow.workfunction.WorkFunctionNode.",
)
SUFFIXES = ("data", "node")


def _names() -> dict[str, str]:
    """Return the types by the names of their classes, in small letters, with and without suffix."""
    found: dict[str, str] = {}
    for node_type in KNOWN:
        name = node_type.split(".")[-2].lower()
        found[name] = node_type
        for suffix in SUFFIXES:
            found.setdefault(name.removesuffix(suffix), node_type)
    return found


_BY_NAME = _names()


def likely_type(text: str) -> str | None:
    """Return the node type that a string may stand for, or None if no known type is similar.

    Example:
        `Int`, `data.core.int.Int` and `data.int.Int.` give `data.core.int.Int.`.
    """
    stem = text.strip("%. ")
    whole = modern(f"{stem}.")
    if whole in KNOWN:
        return whole
    if f"{stem}." in OLD_NODE_TYPES:
        return OLD_NODE_TYPES[f"{stem}."]
    close = nearest(stem.rpartition(".")[2], _BY_NAME) if stem else None
    return _BY_NAME[close] if close else None
