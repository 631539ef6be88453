"""Routes about the server and its store. Floor: web."""

from __future__ import annotations

from provender.query.querystring.parameters import PROFILE
from provender.web.openapi.selections import about
from provender.web.resources.selections.about import AboutStore
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/server/info",
        AboutStore,
        AboutStore.info,
        Answer(
            "[versions, limits, formats](../selections/server.md), and the kind of the store",
            ("info",),
            data=about.INFO,
        ),
        parameters=(PROFILE,),
        is_strict=True,
    ),
    Route(
        "/server/statistics",
        AboutStore,
        AboutStore.statistics,
        Answer(
            "how many nodes, links, files and other things the store has, and nodes by month",
            ("statistics",),
            data=about.STATISTICS,
        ),
        parameters=(PROFILE,),
        is_strict=True,
    ),
)
