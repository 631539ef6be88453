"""Routes that answer at once what a screen shows. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from provender.query.querystring.desk.screen import LINK_COUNTS
from provender.web.routes.route import Route


def counting(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return routes of which those of lists of nodes can also tell how many links each has."""
    return tuple(
        replace(route, own=(*route.own, LINK_COUNTS)) if route.answer.is_list else route
        for route in routes
    )
