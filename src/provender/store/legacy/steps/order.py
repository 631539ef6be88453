"""All steps in their order, with the version that each leads to. Floor: store.

docs/reference/legacy.md has them as a table; a test compares the two.
"""

from __future__ import annotations

from typing import TypeVar

from provender.store.legacy.steps import (
    columns,
    dates,
    links,
    others,
    processes,
    trajectories,
    types,
)
from provender.store.legacy.steps.links import LinkStep
from provender.store.legacy.steps.node import NodeStep
from provender.store.legacy.steps.others import RowStep
from provender.store.legacy.versions import is_before

NODES: tuple[tuple[str, NodeStep], ...] = (
    ("0.4", types.base_types),
    ("0.4", types.process_type_is_there),
    ("0.4", types.codes_are_data),
    ("0.4", types.plugins_of_aiida),
    ("0.4", types.process_types_of_jobs),
    ("0.4", types.node_types),
    ("0.4", processes.attributes_of_jobs),
    ("0.4", processes.process_label),
    ("0.4", trajectories.symbols_are_attributes),
    ("0.4", types.parameters_are_dicts),
    ("0.4", types.type_is_node_type),
    ("0.4", columns.extras_begin),
    ("0.5", columns.columns_go),
    ("0.6", dates.dates_are_texts),
    ("0.6", processes.states_of_jobs),
    ("0.7", processes.seals),
    ("0.12", types.core_prefix),
)
LINKS: tuple[tuple[str, LinkStep], ...] = (
    ("0.3", links.types_begin),
    ("0.4", links.wrong_links_go),
    ("0.4", links.types_tell_processes),
    ("0.8", links.result_of_functions),
)
GROUPS: tuple[tuple[str, RowStep], ...] = (
    ("0.4", others.group_names),
    ("0.9", others.group_types),
)
COMPUTERS: tuple[tuple[str, RowStep], ...] = (
    ("0.4", others.metadata_is_an_object),
    ("0.11", others.computer_labels),
    ("0.12", others.core_schedulers),
    ("0.13", others.core_transports),
)
LOGS: tuple[tuple[str, RowStep], ...] = (("0.4", others.metadata_is_an_object),)

Step = TypeVar("Step", NodeStep, LinkStep, RowStep)


def after(version: str, steps: tuple[tuple[str, Step], ...]) -> tuple[Step, ...]:
    """Return the steps from a version of `data.json` to today's."""
    return tuple(step for target, step in steps if is_before(version, target))
