"""Queries of Provender itself: one object, its neighbours, comments, counts. Floor: query."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import Any

from provender.query.plan.conditions import (
    Comparison,
    Conjunction,
    Membership,
    NodeRelation,
    Operand,
    Path,
    Related,
    Relation,
    Target,
)
from provender.query.plan.operators import Use, condition
from provender.query.plan.patterns import UUID_SHAPE
from provender.query.plan.plan import Plan
from provender.query.plan.views import View
from provender.query.querydict import TYPE_OF_ENTITY, Dotted, Filter, QueryDict, Vertex
from provender.query.querystring.builder import (
    filters_of,
    from_list,
    subset,
    term_filter,
)
from provender.query.querystring.parameter import Parameters
from provender.query.querystring.request import ListRequest
from provender.schema.entities import FieldName, Kind
from provender.schema.processes import CALLS

# Tags of the node whose links are asked, and of the links.
START, EDGE = "start node", "edge"
# No row has it.
NO_PK = -1


class Direction(Enum):
    """The neighbours of a node: those with a link to it, or those that it has a link to."""

    INCOMING = "with_outgoing"
    OUTGOING = "with_incoming"


def from_view(view: View, columns: Sequence[FieldName | Dotted]) -> QueryDict:
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


def inside(plan: Plan, columns: Sequence[FieldName | Dotted]) -> Plan:
    """Return a plan whose outputs, JSON columns among them, show what paths find in them."""
    if not any(isinstance(name, Dotted) for name in columns):
        return plan
    outputs = tuple(
        replace(output, target=replace(output.target, path=Path.of(name.path)))
        if isinstance(name, Dotted)
        else output
        for output, name in zip(plan.outputs, columns, strict=True)
    )
    return replace(plan, outputs=outputs)


def narrowed(plan: Plan, tag: str, column: str, pk: int) -> Plan:
    """Return the plan of the rows in which a column of the thing with this tag is a pk."""
    target, operand = plan.column(tag, column), Operand(pk, Kind.INTEGER)
    return plan.having(Comparison(target, Relation.EQUAL, operand))


def equal(plan: Plan, tag: str, column: str, value: str) -> Plan:
    """Return the plan of the rows in which an output, a column of what has this tag, is a text."""
    shown = (output.target for output in plan.outputs)
    target = next(one for one in shown if (one.tag, one.field.name) == (tag, column))
    return plan.having(condition(Use(column, target, "==", value)))


def among(plan: Plan, tag: str, column: str, pks: Collection[int]) -> Plan:
    """Return the plan of the rows in which a column of the thing with this tag is one of pks.

    Without any pk there are no rows.
    """
    operand = Operand(tuple(sorted(pks)) or (NO_PK,), Kind.INTEGER)
    return plan.having(Membership(plan.column(tag, column), operand))


def related(plan: Plan, tag: str, relation: NodeRelation, pks: tuple[int, ...]) -> Plan:
    """Return the plan of those rows whose node with this tag is related to one of some pks."""
    return plan.having(Related(plan.column(tag, "id"), relation, Operand(pks, Kind.INTEGER)))


def since(plan: Plan, tag: str, column: str, start: datetime) -> Plan:
    """Return the plan of the rows in which a time of the thing with this tag is not earlier."""
    target, operand = plan.column(tag, column), Operand(start, Kind.TIME)
    return plan.having(Comparison(target, Relation.GREATER_EQUAL, operand))


def from_links(request: ListRequest, direction: Direction) -> QueryDict:
    """Return the question of the neighbours of a node, which `narrowed` adds as `START`.

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
    question["project"] = {**question["project"], edge: ["type", "label"]}
    question["order_by"] = [
        *question["order_by"],
        {edge: [{"label": "asc"}, {"type": "asc"}, {"id": "asc"}]},
    ]
    return question


def from_counts(
    view: View, columns: Sequence[FieldName | Dotted], parameters: Parameters
) -> QueryDict:
    """Return the question that counts the rows of a view by columns."""
    filters = [*subset(view), *(term_filter(view, term) for term in parameters.filters)]
    return {
        "path": [{"entity_type": TYPE_OF_ENTITY[view.entity.name], "tag": view.name}],
        "filters": {view.name: {"and": filters}},
        "project": {view.name: columns},
    }


def from_selection(
    view: View, columns: Sequence[FieldName | Dotted], parameters: Parameters
) -> QueryDict:
    """Return the question of columns of all rows of a view that fulfil the filters of a list."""
    return {
        "path": [{"entity_type": TYPE_OF_ENTITY[view.entity.name], "tag": view.name}],
        "filters": {view.name: {"and": filters_of(view, parameters)}},
        "project": {view.name: columns},
    }


def from_owner(entity: str, columns: list[str]) -> QueryDict:
    """Return the question of all comments or logs of a node, in the order of their ids."""
    return {
        "path": [{"entity_type": entity, "tag": entity}],
        "project": {entity: columns},
        "order_by": [{entity: [{"id": "asc"}]}],
    }


def from_created(label: str, columns: Sequence[FieldName | Dotted]) -> QueryDict:
    """Return the question of what a process, which `narrowed` adds as `START`, created."""
    return {
        "path": _neighbour(START, "created", Direction.OUTGOING),
        "filters": {EDGE: {"type": {"==": "create"}, "label": {"==": label}}},
        "project": {"created": columns},
        "order_by": [{"created": [{"id": "asc"}]}],
        "limit": 1,
    }


def from_groups(request: ListRequest) -> QueryDict:
    """Return the question of the groups of a node, which `narrowed` adds as `START`.

    Filters and orders apply to the groups.
    """
    question, view = from_list(request), request.view
    joined: Vertex = {
        "entity_type": TYPE_OF_ENTITY[view.entity.name],
        "tag": view.name,
        "joining_keyword": "with_node",
        "joining_value": START,
    }
    question["path"] = [{"entity_type": "", "tag": START}, joined]
    return question


def from_linked(
    direction: Direction, types: Sequence[str], columns: Sequence[FieldName | Dotted]
) -> QueryDict:
    """Return the question of the ends of links of some types, in the order of their labels.

    The other end is a node that `narrowed` adds as `START`.
    """
    return {
        "path": _neighbour(START, "linked", direction),
        "filters": {EDGE: {"type": {"in": list(types)}}},
        "project": {"linked": columns, EDGE: ["label", "type"]},
        "order_by": [{EDGE: [{"label": "asc"}, {"type": "asc"}, {"id": "asc"}]}],
    }


def from_callers(process: str, caller: str) -> QueryDict:
    """Return the question of what called processes, which `among` adds, in the order of links.

    `process` and `caller` are the tags of the two ends.
    """
    return {
        "path": _neighbour(process, caller, Direction.INCOMING),
        "filters": {EDGE: {"type": {"in": list(CALLS)}}},
        "project": {process: ["id"], caller: ["uuid"]},
        "order_by": [{EDGE: [{"id": "asc"}]}],
    }


def from_called(
    caller: str, called: str, columns: Sequence[FieldName | Dotted], filters: Filter | None = None
) -> QueryDict:
    """Return the question of what processes called, which `among` adds, in the order of creation.

    `caller` and `called` are the tags of the two ends, `filters` are about the called ones.
    """
    return {
        "path": _neighbour(caller, called, Direction.OUTGOING),
        "filters": {EDGE: {"type": {"in": list(CALLS)}}, called: filters or {}},
        "project": {called: columns},
        "order_by": [{called: [{"ctime": "asc"}, {"id": "asc"}]}],
    }


def from_neighbours(
    direction: Direction,
    types: Sequence[str],
    columns: Sequence[FieldName | Dotted],
    of_link: Sequence[str],
    *,
    by_time: bool = False,
) -> QueryDict:
    """Return the question of the neighbours of nodes by links of some types.

    `among` adds the nodes as `START`, whose pk comes first. The neighbours of each are in the order
    of the labels of their links, or of their creation.
    """
    labels: dict[str, list[dict[Any, Any]]] = {EDGE: [{"label": "asc"}, {"id": "asc"}]}
    times: dict[str, list[dict[Any, Any]]] = {"neighbour": [{"ctime": "asc"}, {"id": "asc"}]}
    return {
        "path": _neighbour(START, "neighbour", direction),
        "filters": {EDGE: {"type": {"in": list(types)}}},
        "project": {START: ["id"], "neighbour": columns, EDGE: list(of_link)},
        "order_by": [{START: [{"id": "asc"}]}, times if by_time else labels],
    }


def from_every_link(direction: Direction, columns: Sequence[FieldName]) -> QueryDict:
    """Return the question of the links of nodes, of any type, in one direction.

    `among` adds the nodes as `START`, whose pk comes first; columns of the other node follow, then
    label and type of the link.
    """
    return {
        "path": _neighbour(START, "neighbour", direction),
        "project": {START: ["id"], "neighbour": list(columns), EDGE: ["label", "type"]},
    }


def with_origin(
    tag: str, columns: Sequence[FieldName], computer: Sequence[str], user: Sequence[str]
) -> QueryDict:
    """Return the question of nodes, which `among` adds, with their computers and users."""
    question: QueryDict = {
        "path": [{"entity_type": "", "tag": tag}],
        "project": {tag: columns},
    }
    question = _with(question, "computer", "with_node", list(computer), outerjoin=True)
    return _with(question, "user", "with_node", list(user), outerjoin=True)


def _neighbour(start: str, end: str, direction: Direction) -> list[Vertex]:
    """Return the path from a node to its neighbours in one direction, by their tags."""
    link: Vertex = {
        "entity_type": "",
        "tag": end,
        "joining_keyword": direction.value,
        "joining_value": start,
        "edge_tag": EDGE,
    }
    return [{"entity_type": "", "tag": start}, link]


def with_author(question: QueryDict) -> QueryDict:
    """Return a question of comments that also asks for their authors."""
    return _with(question, "user", "with_comment", ["first_name", "last_name"])


def with_computer(question: QueryDict, columns: Sequence[str] = ("label",)) -> QueryDict:
    """Return a question of nodes that also asks for their computers, if any."""
    return _with(question, "computer", "with_node", list(columns), outerjoin=True)


def with_user(question: QueryDict) -> QueryDict:
    """Return a question of nodes that also asks who made them."""
    columns = ["id", "first_name", "last_name"]
    return _with(question, "user", "with_node", columns, outerjoin=True)


def _with(
    question: QueryDict, entity: str, keyword: str, columns: list[str], *, outerjoin: bool = False
) -> QueryDict:
    joined: Vertex = {
        "entity_type": entity,
        "tag": entity,
        "joining_keyword": keyword,
        "joining_value": question["path"][0]["tag"],
        "outerjoin": outerjoin,
    }
    project = {**question["project"], entity: columns}
    return {**question, "path": [*question["path"], joined], "project": project}


def uuids_of(pks: Collection[int]) -> QueryDict:
    """Return the question of the uuids of nodes."""
    return {
        "path": [{"entity_type": "", "tag": "node"}],
        "filters": {"node": {"id": {"in": tuple(pks)}}},
        "project": {"node": ["id", "uuid"]},
    }


def pks_of(uuids: Collection[str]) -> QueryDict:
    """Return the question of the nodes that have some uuids: pks and uuids."""
    return {
        "path": [{"entity_type": "", "tag": "node"}],
        "filters": {"node": {"uuid": {"in": tuple(uuids)}}},
        "project": {"node": ["id", "uuid"]},
    }


def labels_of(pks: Collection[int]) -> QueryDict:
    """Return the question of the labels of computers."""
    return {
        "path": [{"entity_type": "computer", "tag": "computer"}],
        "filters": {"computer": {"id": {"in": tuple(pks)}}},
        "project": {"computer": ["id", "label"]},
    }
