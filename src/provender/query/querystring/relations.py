"""The keys that choose nodes by their relations to others. Floor: query.

They may be repeated: all of them hold.
"""

from __future__ import annotations

from typing import Any

from provender.errors import BadRequest
from provender.query.plan.conditions import NodeRelation
from provender.query.plan.patterns import is_uuid_prefix
from provender.query.plan.where import EVERYTHING, Named, Where
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
    NodeRelation.WITH_INCOMING: "nodes to which a link of a node leads, of any type",
    NodeRelation.WITH_OUTGOING: "nodes of which a link leads to a node, of any type",
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


def where(parameters: Parameters) -> Where:
    """Return the relations that a query string asks for; raises as `named`."""
    found = [
        named(relation, text)
        for relation, parameter in RELATIONS.items()
        for text in parameters[parameter]
    ]
    return Where(relations=tuple(found)) if found else EVERYTHING


def named(relation: NodeRelation, text: str) -> Named:
    """Return a relation to the node or group that a text names.

    Raises:
        BadRequest: the text cannot be the beginning of a uuid.
    """
    if relation is not NodeRelation.GROUP and not is_uuid_prefix(text.lower()):
        raise BadRequest(f"`{relation.value}` takes a uuid or its beginning, not `{text}`.")
    return Named(relation, text)
