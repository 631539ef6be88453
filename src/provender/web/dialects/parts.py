"""Routes that both dialects have, under the names of each. Floor: web."""

from __future__ import annotations

from functools import partial
from typing import Any

from provender.query.plan.views import View
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
    Parameter,
)
from provender.query.questions import Direction
from provender.schema.entities import NODE
from provender.translators.properties import Properties
from provender.web.resources.base import BaseResource
from provender.web.resources.general import ServerInfo
from provender.web.resources.nodes import Node
from provender.web.routes.route import Answer, Form, Route

Keys = tuple[Parameter[Any], ...]

WINDOW: Keys = (LIMIT, OFFSET, ORDER, CURSOR, COUNT)
PAGES: Keys = (PERPAGE, ORDER)
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
"""The special keys that both dialects have."""
OF_NODES: Keys = (ATTRIBUTES, ATTRIBUTES_FILTER, EXTRAS, EXTRAS_FILTER, FULL_TYPE)

SERVER = (
    Route("", ServerInfo, ServerInfo.endpoints, Answer("the list of routes")),
    Route(
        "/server",
        ServerInfo,
        ServerInfo.server,
        Answer("the versions of the interface, and of the AiiDA behind the store"),
    ),
    Route("/server/endpoints", ServerInfo, ServerInfo.endpoints, Answer("the list of routes")),
)


def lists(
    resource: type[BaseResource], view: View, properties: Properties, schema: str
) -> tuple[Route, ...]:
    """Return the routes that every resource has; `schema` is what the properties are called."""
    base, name, get = f"/{view.name}", view.name, resource
    of_nodes = OF_NODES if view.has_contents else ()
    paged = partial(get.listing, is_paged=True)
    window, pages = (*WINDOW, *of_nodes, PROFILE), (*PAGES, *of_nodes, PROFILE)
    page = Answer("a page, with a `Link` header", (name,))
    described = partial(get.schema, properties=properties)
    return (
        Route(
            base, resource, get.listing, Answer("a list", (name,)), view, window, has_filters=True
        ),
        Route(
            f"{base}/page",
            resource,
            paged,
            Answer("its first page", (name,)),
            view,
            pages,
            has_filters=True,
        ),
        Route(
            f"{base}/page/<int:page>",
            resource,
            paged,
            page,
            view,
            pages,
            has_filters=True,
        ),
        Route(
            f"{base}/{schema}",
            resource,
            described,
            Answer("the fields of a resource, for front ends", ("fields", "ordering")),
            view,
        ),
        Route(
            f"{base}/<id>",
            resource,
            get.detail,
            Answer("one object, as a list of one", (name,)),
            view,
            (LIMIT, OFFSET, *of_nodes, PROFILE),
        ),
    )


def linked(
    resource: type[Node], view: View, neighbours: View, path: str, key: str, direction: Direction
) -> tuple[Route, ...]:
    """Return the routes of the neighbours of a node on one side."""
    base = f"/{view.name}/<id>/{path}"
    came = "that it came from" if direction is Direction.INCOMING else "that came from it"
    answer = Answer(f"the nodes {came}", (key,))
    whole = partial(resource.links, key=key, neighbours=neighbours, direction=direction)
    more: Keys = (FULL_TYPE, PROFILE) if neighbours.has_full_type else (PROFILE,)
    paged = partial(whole, is_paged=True)
    window, pages = (*WINDOW, *more), (*PAGES, *more)
    return (
        Route(base, resource, whole, answer, view, window, has_filters=True),
        Route(f"{base}/page", resource, paged, answer, view, pages, has_filters=True),
        Route(f"{base}/page/<int:page>", resource, paged, answer, view, pages, has_filters=True),
    )


def tree(resource: type[Node], view: View, path: str) -> Route:
    """Return the route of a node between its neighbours."""
    text = "the node between its neighbours, each with a text that describes it"
    answer = Answer(text, ("nodes", "metadata"))
    keys = (IN_LIMIT, OUT_LIMIT, PROFILE)
    return Route(f"/{view.name}/<id>/{path}", resource, resource.tree, answer, view, keys)


def derived(resource: type[Node], view: View, path: str, key: str) -> Route:
    """Return the route of what follows from a node; `key` is what it is called."""
    text = (
        "formula and dimensionality of structures; points, path and Brillouin zone of k-points; "
        "lines of bands"
    )
    handler = partial(resource.derived_properties, key=key)
    answer = Answer(text, (key,))
    return Route(f"/{view.name}/<id>/{path}", resource, handler, answer, view, (PROFILE,))


def download(resource: type[Node], view: View, path: str) -> Route:
    """Return the route of a node written in a format."""
    answer = Answer("the node [in a format](#formats)", ("download",), Form.FILE)
    keys = (DOWNLOAD_FORMAT, DOWNLOAD, PROFILE)
    return Route(f"/{view.name}/<id>/{path}", resource, resource.download, answer, view, keys)


def statistics(resource: type[BaseResource], view: View) -> Route:
    """Return the route of the numbers of a resource."""
    text = (
        "number of nodes in all, of each type and of each day; `user=PK` for one user"
        if view.entity == NODE
        else "number of rows in all"
    )
    keys = ("total", "types", "ctime_by_day")
    return Route(
        f"/{view.name}/statistics",
        resource,
        resource.statistics,
        Answer(text, keys),
        view,
        (PROFILE,),
        has_filters=True,
    )
