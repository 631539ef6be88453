"""Routes that answer at once what a screen shows. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from provender.query.querystring.desk.screen import INCLUDE, LINK_COUNTS, SIDE
from provender.query.querystring.parameters import FILENAME, METADATA, PROFILE
from provender.translators.parts.screen import Views
from provender.web.openapi.desk import screen
from provender.web.resources.desk.screen import JobFiles
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/calcjobs/<id>/files",
        JobFiles,
        JobFiles.files,
        Answer(
            "the files that a job sent and brought back, each with the node that holds it",
            ("files",),
            data=screen.JOB_FILES,
        ),
        views.CALCJOBS,
        (FILENAME, METADATA, PROFILE),
        own=(SIDE,),
        is_strict=True,
    ),
)
PARTS = Views(views.LINKED, views.GROUPS, views.COMPUTERS)


def of_nodes(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return the routes of a kind of node, of which that of one node can show its parts, too."""
    return tuple(
        _with_parts(route) if route.path.endswith("/<id>") else route for route in counting(routes)
    )


def _with_parts(route: Route) -> Route:
    if route.view is None:
        raise TypeError(route)
    data = screen.one_with_parts(route.view)
    handler = partial(route.resource.detail, parts=PARTS)
    answer = replace(route.answer, data=data)
    return replace(route, handler=handler, answer=answer, own=(*route.own, INCLUDE))


def counting(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return routes of which those of lists of nodes can also tell how many links each has."""
    return tuple(
        replace(route, own=(*route.own, LINK_COUNTS)) if route.answer.is_list else route
        for route in routes
    )
