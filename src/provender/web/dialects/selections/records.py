"""Routes of records: everything about a node, groups and their nodes. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from provender.query.querystring import relations
from provender.query.querystring.desk.screen import LINK_COUNTS
from provender.query.querystring.parameters import (
    ATTRIBUTES,
    ATTRIBUTES_FILTER,
    EXTRAS,
    EXTRAS_FILTER,
    FULL_TYPE,
    PROFILE,
)
from provender.query.querystring.selections.records import INCLUDE_COUNTS
from provender.web.dialects.desk.screen import PARTS
from provender.web.dialects.parts import WINDOW
from provender.web.openapi import records as schemas
from provender.web.openapi.selections import records
from provender.web.openapi.selections.bodies import selection
from provender.web.resources.selecting import LISTED
from provender.web.resources.selections.records import CountedGroup, GroupNodes, NodeRecord
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/nodes/<id>/record",
        NodeRecord,
        partial(NodeRecord.record, parts=PARTS, columns=views.RECORD),
        Answer(
            "[everything about a node](../selections/records.md): columns, contents, links, "
            "comments, log and files",
            ("record",),
            data=records.RECORD,
        ),
        views.NODES,
        (PROFILE,),
        is_strict=True,
    ),
    Route(
        "/nodes/<id>/groups",
        NodeRecord,
        partial(NodeRecord.groups, groups=views.GROUPS),
        Answer(
            "the groups that a node is in",
            ("groups",),
            data=schemas.rows(views.GROUPS, "groups"),
            is_list=True,
        ),
        views.NODES,
        (*WINDOW, PROFILE),
        has_filters=True,
        neighbours=views.GROUPS,
        is_strict=True,
    ),
    Route(
        "/groups/<id>/nodes",
        GroupNodes,
        GroupNodes.nodes_of,
        Answer(
            "the nodes of a group, or those of them that a [selection](selections.md) chooses",
            ("nodes",),
            data=schemas.rows(views.NODES, "nodes"),
            is_list=True,
            body=selection(LISTED),
        ),
        views.GROUPS,
        (*WINDOW, ATTRIBUTES, ATTRIBUTES_FILTER, EXTRAS, EXTRAS_FILTER, FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        neighbours=views.NODES,
        own=(*relations.KEYS, LINK_COUNTS),
        is_strict=True,
    ),
)


def counted(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return the routes of groups, of which that of one group can tell the numbers of its nodes."""
    return tuple(_with_counts(route) if route.path.endswith("/<id>") else route for route in routes)


def _with_counts(route: Route) -> Route:
    handler = partial(CountedGroup.with_counts, nodes=views.NODES)
    answer = replace(route.answer, data=records.group_with_counts())
    own = (*route.own, INCLUDE_COUNTS)
    return replace(route, resource=CountedGroup, handler=handler, answer=answer, own=own)
