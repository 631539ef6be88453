"""The routes of lists of processes and of calculation jobs. Floor: web."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from provender.query.querystring.desk.listing import OWN
from provender.web.openapi.desk.listing import processes
from provender.web.resources.desk.listing import listing
from provender.web.routes.route import Route


def with_keys(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Return routes of processes; lists among them have the special keys of lists of processes."""
    return tuple(_listed(route) if route.answer.is_list else route for route in routes)


def _listed(route: Route) -> Route:
    if route.view is None:
        raise TypeError(route)
    is_paged = "/page" in route.path
    return replace(
        route,
        handler=partial(listing, is_paged=True) if is_paged else listing,
        answer=replace(route.answer, data=processes(route.view)),
        own=(*route.own, *OWN),
        orders_inside=True,
    )
