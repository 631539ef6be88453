"""The keys that choose nodes by their relations to others. Floor: query.

They may be repeated: all of them hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provender.query.plan.conditions import NodeRelation
from provender.query.querystring import readers
from provender.query.querystring.parameter import Parameter, Parameters

HELP = {
    NodeRelation.GROUP: "nodes in a group: its label, or 8 characters of its uuid or more",
    NodeRelation.ANCESTOR_OF: "nodes that a node descends from, over links of data provenance",
    NodeRelation.DESCENDANT_OF: "nodes that descend from a node, over links of data provenance",
    NodeRelation.INPUT_OF: "inputs of a process",
    NodeRelation.OUTPUT_OF: "outputs of a process",
    NodeRelation.CALLED_BY: "processes that a workflow called",
    NodeRelation.CALLER_OF: "the workflow that called a process",
}


def _row(relation: NodeRelation) -> Parameter[tuple[str, ...]]:
    is_group = relation is NodeRelation.GROUP
    return Parameter(
        relation.value,
        readers.raw,
        (),
        "a label or a uuid" if is_group else "a uuid, or its beginning",
        HELP[relation],
        {"type": "string", "pattern": "^[A-Za-z0-9_-]+$" if is_group else "^[0-9a-f]{1,8}$"},
        ("processes" if is_group else "0c1b3d0f",),
        is_raw=True,
        is_repeated=True,
    )


RELATIONS: dict[NodeRelation, Parameter[tuple[str, ...]]] = {
    relation: _row(relation) for relation in NodeRelation
}
KEYS: tuple[Parameter[Any], ...] = tuple(RELATIONS.values())


def given(parameters: Parameters) -> Iterator[tuple[NodeRelation, str]]:
    """Yield the relations that a query string asks for, each with the node or group it names."""
    for relation, parameter in RELATIONS.items():
        for text in parameters[parameter]:
            yield relation, text
