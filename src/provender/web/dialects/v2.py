"""The older, documented dialect. Floor: web."""

from __future__ import annotations

from functools import partial

from provender.query.plan.views import View
from provender.query.querystring.parameters import (
    ATTRIBUTES_EXCLUDED,
    ATTRIBUTES_FILTER,
    DOWNLOAD_FORMAT,
    EXTRAS_EXCLUDED,
    EXTRAS_FILTER,
    OF_ATTRIBUTES,
    OF_EXTRAS,
    PROFILE,
)
from provender.query.questions import Direction
from provender.query.terms import Operator
from provender.translators.properties import OLD_TABLE, Properties
from provender.web.dialects.parts import (
    SERVER,
    SHARED,
    derived,
    download,
    linked,
    lists,
    statistics,
    tree,
)
from provender.web.openapi import records
from provender.web.resources.base import BaseResource
from provender.web.resources.entities import Computer, Group, User
from provender.web.resources.nodes import Node
from provender.web.resources.processes import CalcJobNode, ProcessNode
from provender.web.routes import views
from provender.web.routes.route import Answer, Dialect, Route, identified_by_pk, schema_of_pk

SCHEMA = "schema"
ALL_NODES = views.OLD_NODES[0]
# The classes of the views of nodes; all others are plain nodes.
RESOURCES = {"processes": ProcessNode, "calculations": ProcessNode, "calcjobs": CalcJobNode}
LINKS = (
    ("io/inputs", "inputs", Direction.INCOMING),
    ("io/input", "inputs", Direction.INCOMING),
    ("io/outputs", "outputs", Direction.OUTGOING),
    ("io/output", "outputs", Direction.OUTGOING),
)


def _properties(view: View) -> Properties:
    """Return the schema of a view: the fields of its rows, in their order."""
    return Properties(OLD_TABLE[view.entity.name], " ".join(view.shown))


def _entity(resource: type[BaseResource], view: View) -> tuple[Route, ...]:
    """Return the routes of computers, groups or users."""
    return (*lists(resource, view, _properties(view), SCHEMA), statistics(resource, view))


def _node(view: View) -> tuple[Route, ...]:
    """Return the routes of a view of nodes."""
    resource = RESOURCES.get(view.name, Node)
    content = f"/{view.name}/<id>/content"
    return (
        *_entity(resource, view),
        *(
            route
            for path, key, direction in LINKS
            for route in linked(resource, view, ALL_NODES, path, key, direction)
        ),
        tree(resource, view, "io/tree"),
        Route(
            f"{content}/attributes",
            resource,
            partial(Node.contents, contents=OF_ATTRIBUTES),
            Answer(
                "all attributes, those of `alist`, or all but those of `nalist`",
                ("attributes",),
                data=records.contents("attributes"),
            ),
            view,
            (ATTRIBUTES_FILTER, ATTRIBUTES_EXCLUDED, PROFILE),
        ),
        Route(
            f"{content}/extras",
            resource,
            partial(Node.contents, contents=OF_EXTRAS),
            Answer(
                "all extras, those of `elist`, or not those of `nelist`",
                ("extras",),
                data=records.contents("extras"),
            ),
            view,
            (EXTRAS_FILTER, EXTRAS_EXCLUDED, PROFILE),
        ),
        derived(resource, view, "content/visualization", "visualization"),
        download(resource, view, "content/download"),
    )


V2 = Dialect(
    "v2",
    "its older, documented form",
    "/api/v2",
    ("2", "0", "0"),
    (
        *SERVER,
        *_entity(Computer, views.OLD_COMPUTERS),
        *_entity(Group, views.OLD_GROUPS),
        *_entity(User, views.OLD_USERS),
        *(route for view in views.OLD_NODES for route in _node(view)),
    ),
    {
        "alist": ATTRIBUTES_FILTER,
        "nalist": ATTRIBUTES_EXCLUDED,
        "elist": EXTRAS_FILTER,
        "nelist": EXTRAS_EXCLUDED,
        "format": DOWNLOAD_FORMAT,
        **SHARED,
    },
    strict=(ATTRIBUTES_FILTER, ATTRIBUTES_EXCLUDED, EXTRAS_FILTER, EXTRAS_EXCLUDED),
    refused=(Operator.CONTAINS, Operator.EXISTS),
    identity=identified_by_pk,
    identity_schema=schema_of_pk,
)
