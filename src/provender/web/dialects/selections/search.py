"""The list of a posted selection. Floor: web."""

from __future__ import annotations

from provender.query.querystring.parameters import PROFILE
from provender.web.openapi import records
from provender.web.openapi.selections.bodies import selection
from provender.web.resources.selecting import LISTED, Selected
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/nodes/search",
        Selected,
        Selected.listing,
        Answer(
            "POST: the list of the nodes that a [selection](selections.md) chooses",
            ("nodes",),
            data=records.rows(views.NODES, "nodes"),
            is_list=True,
            body=selection(LISTED),
        ),
        views.NODES,
        (PROFILE,),
        methods=("POST",),
    ),
)
