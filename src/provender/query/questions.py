"""Questions in our own words: one object, its neighbours, its comments, counts. Floor: query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from provender.query.plan.conditions import Conjunction, Target
from provender.query.plan.operators import Use, condition
from provender.query.plan.patterns import UUID_SHAPE
from provender.query.plan.plan import Plan
from provender.query.plan.views import View
from provender.query.querydict import TYPE_OF_ENTITY, QueryDict, Stored, Vertex
from provender.query.querystring.builder import from_list, subset, term_filter
from provender.query.querystring.request import ListRequest, Parameters
from provender.schema.entities import FieldName

START, EDGE = "start node", "edge"
"""Tags of the node whose links are asked, and of the links."""


class Direction(Enum):
    """The neighbours of a node: those with a link to it, or those that it has a link to."""

    INCOMING = "with_outgoing"
    OUTGOING = "with_incoming"


def from_view(view: View, columns: Sequence[FieldName]) -> QueryDict:
    """Return the question of one object of a view, whose id `identified` adds.

    Two rows are asked for, so that an ambiguous beginning shows.
    """
    return {
        "path": [{"entity_type": TYPE_OF_ENTITY[view.entity.name], "tag": view.name}],
        "filters": {view.name: {"and": subset(view)}},
        "project": {view.name: columns},
        "limit": 2,
    }


def identified(plan: Plan, view: View, identifier: str | int) -> Plan:
    """Return the plan of one object of a view: by pk, or by the beginning of its uuid."""
    name, operator, operand = "id", "==", identifier
    if isinstance(identifier, str):
        name, is_whole = "uuid", len(identifier) == len(UUID_SHAPE)
        operator, operand = ("==", identifier) if is_whole else ("like", f"{identifier}%")
    target = Target(view.name, view.entity.fields[name])
    found = condition(Use(name, target, operator, operand))
    return replace(plan, condition=Conjunction((*plan.condition.conditions, found)))


def from_links(request: ListRequest, node_id: int, direction: Direction) -> QueryDict:
    """Return the question of the neighbours of a node in one direction.

    Filters and orders apply to the neighbours; two nodes joined by several links appear once
    for each link.
    """
    question = from_list(request)
    tag, edge = request.view.name, EDGE
    question["path"] = [
        {"entity_type": "", "tag": START},
        {
            "entity_type": "",
            "tag": tag,
            "joining_keyword": direction.value,
            "joining_value": START,
            "edge_tag": edge,
        },
    ]
    question["filters"] = {START: {Stored("id"): {"==": node_id}}, **question["filters"]}
    question["project"] = {**question["project"], edge: ["type", "label"]}
    question["order_by"] = [
        *question["order_by"],
        {edge: [{"label": "asc"}, {"type": "asc"}, {"id": "asc"}]},
    ]
    return question


def from_counts(view: View, columns: list[FieldName], parameters: Parameters) -> QueryDict:
    """Return the question that counts the rows of a view by columns."""
    filters = [*subset(view), *(term_filter(view, term) for term in parameters.filters)]
    return {
        "path": [{"entity_type": TYPE_OF_ENTITY[view.entity.name], "tag": view.name}],
        "filters": {view.name: {"and": filters}},
        "project": {view.name: columns},
    }


def from_owner(entity: str, columns: list[str], node_id: int) -> QueryDict:
    """Return the question of the comments or logs of a node, in the order of their ids."""
    return {
        "path": [{"entity_type": entity, "tag": entity}],
        "filters": {entity: {"dbnode_id": {"==": node_id}}},
        "project": {entity: columns},
        "order_by": [{entity: [{"id": "asc"}]}],
    }


def from_pk(entity: str, columns: list[str], pk: int) -> QueryDict:
    """Return the question of one row of our own asking."""
    tag = entity or "node"
    return {
        "path": [{"entity_type": entity, "tag": tag}],
        "filters": {tag: {"id": {"==": pk}}},
        "project": {tag: columns},
    }


def from_created(pk: int, label: str) -> QueryDict:
    """Return the question of the files of what a process created under a label."""
    link: Vertex = {
        "entity_type": "",
        "tag": "created",
        "joining_keyword": Direction.OUTGOING.value,
        "joining_value": START,
        "edge_tag": EDGE,
    }
    return {
        "path": [{"entity_type": "", "tag": START}, link],
        "filters": {
            START: {"id": {"==": pk}},
            EDGE: {"type": {"==": "create"}, "label": {"==": label}},
        },
        "project": {"created": ["repository_metadata"]},
        "order_by": [{"created": [{"id": "asc"}]}],
        "limit": 1,
    }


def with_author(question: QueryDict) -> QueryDict:
    """Return a question of comments that also asks for their authors."""
    tag = question["path"][0]["tag"]
    author: Vertex = {
        "entity_type": "user",
        "tag": "user",
        "joining_keyword": "with_comment",
        "joining_value": tag,
    }
    project = {**question["project"], "user": ["first_name", "last_name"]}
    return {**question, "path": [*question["path"], author], "project": project}
