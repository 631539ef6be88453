"""Routes that both dialects have, under the names of each. Floor: web."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from provender.query.plan.views import View
from provender.query.querystring.parameter import Parameter
from provender.query.querystring.parameters import (
    ATTRIBUTES,
    ATTRIBUTES_FILTER,
    COUNT,
    CURSOR,
    DOWNLOAD,
    DOWNLOAD_FORMAT,
    EXTRAS,
    EXTRAS_FILTER,
    FILENAME,
    FULL_TYPE,
    IN_LIMIT,
    LIMIT,
    METADATA,
    OFFSET,
    ORDER,
    OUT_LIMIT,
    PERPAGE,
    PROFILE,
)
from provender.query.questions import Direction
from provender.schema.entities import NODE
from provender.translators.properties import Properties
from provender.web.openapi import records
from provender.web.resources.base import BaseResource
from provender.web.resources.description import Description
from provender.web.resources.general import ServerInfo
from provender.web.resources.nodes import Node
from provender.web.routes.route import Answer, Form, Handler, Route

Keys = tuple[Parameter[Any], ...]

WINDOW: Keys = (LIMIT, OFFSET, ORDER, CURSOR, COUNT)
PAGES: Keys = (PERPAGE, ORDER)
# The special keys that both dialects have.
SHARED: dict[str, Parameter[Any]] = {
    parameter.name: parameter
    for parameter in (
        *(LIMIT, OFFSET, PERPAGE, CURSOR, COUNT, FILENAME, METADATA),
        *(DOWNLOAD_FORMAT, DOWNLOAD, PROFILE),
    )
} | {
    "orderby": ORDER,
    "in_limit": IN_LIMIT,
    "out_limit": OUT_LIMIT,
    "tree_in_limit": IN_LIMIT,
    "tree_out_limit": OUT_LIMIT,
}
# The only keys by which numbers of nodes are filtered.
USER = ("user", "user_id")
OF_NODES: Keys = (ATTRIBUTES, ATTRIBUTES_FILTER, EXTRAS, EXTRAS_FILTER, FULL_TYPE)

_ROUTES = Answer("the list of routes", data=records.ENDPOINTS)
SERVER = (
    Route("", ServerInfo, ServerInfo.endpoints, _ROUTES),
    Route(
        "/server",
        ServerInfo,
        ServerInfo.server,
        Answer(
            "the versions of the interface, and of the AiiDA behind the store", data=records.SERVER
        ),
    ),
    Route("/server/endpoints", ServerInfo, ServerInfo.endpoints, _ROUTES),
    Route(
        "/openapi.json",
        Description,
        Description.document,
        Answer("the [description](openapi.md) of all this, OpenAPI 3.1", form=Form.BARE),
    ),
)


def lists(
    resource: type[BaseResource], view: View, properties: Properties, schema: str, own: Keys = ()
) -> tuple[Route, ...]:
    """Return the routes of every resource; `schema` is the path of the description of fields.

    `own` are special keys of the lists of this resource.
    """
    base, name = f"/{view.name}", view.name
    of_nodes = OF_NODES if view.has_contents else ()
    described = partial(resource.schema, properties=properties)
    schema_answer = Answer(
        "the fields of a resource, for front ends", ("fields", "ordering"), data=records.FIELDS
    )
    one = Answer(
        "one object, as a list of one", (name,), data=records.rows(view, name, is_one=True)
    )
    keys = (LIMIT, OFFSET, *(key for key in of_nodes if key is not FULL_TYPE), PROFILE)
    answers = tuple(
        Answer(text, (name,), data=records.rows(view, name), is_list=True)
        for text in ("a list of at most 400 objects", "its first page", "a page")
    )
    listed = paged(resource, resource.listing, view, base, answers, (*of_nodes, PROFILE))
    return (
        *(replace(route, own=own) for route in listed),
        Route(f"{base}/{schema}", resource, described, schema_answer, view),
        Route(f"{base}/<id>", resource, resource.detail, one, view, keys),
    )


def paged(
    resource: type[BaseResource],
    handler: Handler,
    view: View | None,
    base: str,
    answers: tuple[Answer, ...],
    more: Keys,
) -> tuple[Route, ...]:
    """Return the routes of a list, of its first page and of any page, each with its answer."""
    pages = (*PAGES, *more)
    return (
        Route(base, resource, handler, answers[0], view, (*WINDOW, *more), has_filters=True),
        *(
            Route(path, resource, partial(handler, is_paged=True), answer, view, pages, True)
            for path, answer in zip(
                (f"{base}/page", f"{base}/page/<int:page>"), answers[1:], strict=True
            )
        ),
    )


def linked(
    resource: type[Node], view: View, neighbours: View, path: str, key: str, direction: Direction
) -> tuple[Route, ...]:
    """Return the routes of the neighbours of a node on one side."""
    side = "that the node came from"
    if direction is Direction.OUTGOING:
        side = "that came from the node"
    data = records.rows(neighbours, key)
    answers = (Answer(f"the nodes {side}", (key,), data=data, is_list=True),) * 3
    handler = partial(resource.links, key=key, neighbours=neighbours, direction=direction)
    more: Keys = (FULL_TYPE, PROFILE) if neighbours.has_full_type else (PROFILE,)
    routes = paged(resource, handler, view, f"/{view.name}/<id>/{path}", answers, more)
    return tuple(replace(route, neighbours=neighbours) for route in routes)


def tree(resource: type[Node], view: View, path: str) -> Route:
    """Return the route of a node between its neighbours."""
    text = "the node between its neighbours, each with a description"
    answer = Answer(text, ("nodes", "metadata"), data=records.TREE)
    keys = (IN_LIMIT, OUT_LIMIT, PROFILE)
    return Route(f"/{view.name}/<id>/{path}", resource, resource.tree, answer, view, keys)


def derived(resource: type[Node], view: View, path: str, key: str) -> Route:
    """Return the route of the derived properties of a node, with their key in `data`."""
    text = (
        "formula and dimensionality of structures; points, path and Brillouin zone of k-points; "
        "lines of bands"
    )
    handler = partial(resource.derived_properties, key=key)
    answer = Answer(text, (key,), data=records.derived(key))
    return Route(f"/{view.name}/<id>/{path}", resource, handler, answer, view, (PROFILE,))


def download(resource: type[Node], view: View, path: str) -> Route:
    """Return the route of a node written in a format."""
    answer = Answer("the node [in a format](#formats)", ("download",), Form.FILE, records.TEXT_FILE)
    keys = (DOWNLOAD_FORMAT, DOWNLOAD, PROFILE)
    place = f"/{view.name}/<id>/{path}"
    needed = (DOWNLOAD_FORMAT,)
    return Route(place, resource, resource.download, answer, view, keys, required=needed)


def statistics(resource: type[BaseResource], view: View) -> Route:
    """Return the route of the numbers of a resource."""
    text = (
        "the number of nodes: in total, of each type and of each day; `user=PK` for one user"
        if view.entity == NODE
        else "the number of rows: in total and of each type"
    )
    keys = ("total", "types", "ctime_by_day")
    return Route(
        f"/{view.name}/statistics",
        resource,
        resource.statistics,
        Answer(text, keys, data=records.statistics(view)),
        view,
        (PROFILE,),
        has_filters=view.entity == NODE,
        filters=USER,
    )
