"""Computers, groups and logs, from version to version. Floor: store.

Source: AiiDA's migrations of archives (0.3 to 0.5, 0.8 to 0.9, 0.10 to 0.13).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

Row = dict[str, Any]
RowStep = Callable[[Row], None]

GROUPS_OF_AIIDA_1 = {
    "": "user",
    "data.upf.family": "data.upf",
    "aiida.import": "auto.import",
    "autogroup.run": "auto.run",
}
GROUPS_OF_PLUGINS = {
    "user": "core",
    "data.upf": "core.upf",
    "auto.import": "core.import",
    "auto.run": "core.auto",
}
SCHEDULERS = ("direct", "lsf", "pbspro", "sge", "slurm", "torque")
TRANSPORTS = ("local", "ssh")


def group_names(row: Row) -> None:
    """Groups got a `label` and a `type_string`."""
    _rename(row, "name", "label")
    _rename(row, "type", "type_string")
    _replace(row, "type_string", GROUPS_OF_AIIDA_1)


def group_types(row: Row) -> None:
    """The types of groups became entry points."""
    _replace(row, "type_string", GROUPS_OF_PLUGINS)


def metadata_is_an_object(row: Row) -> None:
    """Metadata of computers and logs was JSON in a string."""
    if isinstance(text := row.get("metadata"), str):
        with suppress(ValueError, RecursionError):
            row["metadata"] = json.loads(text)


def computer_labels(row: Row) -> None:
    """The name of a computer became its label."""
    _rename(row, "name", "label")


def core_schedulers(row: Row) -> None:
    """AiiDA's own schedulers got the prefix `core.`."""
    _replace(row, "scheduler_type", {name: f"core.{name}" for name in SCHEDULERS})


def core_transports(row: Row) -> None:
    """AiiDA's own transports got the prefix `core.`."""
    _replace(row, "transport_type", {name: f"core.{name}" for name in TRANSPORTS})


def _rename(row: Row, old: str, new: str) -> None:
    """Rename a key; a value that has the new name already stays."""
    if old in row:
        row.setdefault(new, row[old])


def _replace(row: Row, key: str, by: dict[str, str]) -> None:
    if isinstance(found := row.get(key), str):
        row[key] = by.get(found, found)
