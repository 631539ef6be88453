"""Routes of records: everything about a node, groups and their nodes. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from provender.query.querystring import relations
from provender.query.querystring.desk.screen import LINK_COUNTS
from provender.query.querystring.parameters import PROFILE
from provender.query.querystring.selections.records import INCLUDE_COUNTS
from provender.web.dialects.desk.screen import PARTS
from provender.web.dialects.parts import OF_NODES, paged
from provender.web.openapi import records as schemas
from provender.web.openapi.selections import records
from provender.web.openapi.selections.bodies import selection
from provender.web.resources.selecting import LISTED
from provender.web.resources.selections.records import CountedGroup, GroupNodes, NodeRecord
from provender.web.routes import views
from provender.web.routes.route import Answer, Route


def _groups_of_nodes() -> Iterator[Route]:
    """Yield the routes of the groups of a node, and of their pages."""
    answer = Answer(
        "the groups that a node is in",
        ("groups",),
        data=schemas.rows(views.GROUPS, "groups"),
        is_list=True,
    )
    handler, base = partial(NodeRecord.groups, groups=views.GROUPS), "/nodes/<id>/groups"
    for route in paged(NodeRecord, handler, views.NODES, base, (answer,) * 3, (PROFILE,)):
        yield replace(route, neighbours=views.GROUPS, is_strict=True)


def _nodes_of_groups() -> Iterator[Route]:
    """Yield the routes of the nodes of a group, and of their pages; the first takes a body."""
    text = "the nodes of a group, or those of them that a [selection](selections.md) chooses"
    data = schemas.rows(views.NODES, "nodes")
    answer = Answer(text, ("nodes",), data=data, is_list=True)
    posted = replace(answer, body=selection(LISTED))
    handler, base, keys = GroupNodes.nodes_of, "/groups/<id>/nodes", (*OF_NODES, PROFILE)
    answers, own = (posted, answer, answer), (*relations.KEYS, LINK_COUNTS)
    for route in paged(GroupNodes, handler, views.GROUPS, base, answers, keys):
        methods = ("GET",) if route.answer is answer else ("GET", "POST")
        yield replace(route, methods=methods, neighbours=views.NODES, own=own, is_strict=True)


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
    *_groups_of_nodes(),
    *_nodes_of_groups(),
)


def counted(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return the routes of groups, of which that of one group can tell the numbers of its nodes."""
    return tuple(_with_counts(route) if route.path.endswith("/<id>") else route for route in routes)


def _with_counts(route: Route) -> Route:
    handler = partial(CountedGroup.with_counts, nodes=views.NODES)
    answer = replace(route.answer, data=records.group_with_counts())
    own = (*route.own, INCLUDE_COUNTS)
    return replace(route, resource=CountedGroup, handler=handler, answer=answer, own=own)
