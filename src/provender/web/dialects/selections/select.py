"""The route of templates over links. Floor: web."""

from __future__ import annotations

from provender.query.querystring import relations
from provender.query.querystring.parameters import CURSOR, FULL_TYPE, ORDER, PROFILE
from provender.query.querystring.selections.select import KEYS, WANT
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.select import BODY, ROWS
from provender.web.resources.selections.select import BESIDE, Select
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/nodes/select",
        Select,
        Select.select,
        Answer(
            "the nodes of a [selection](selections.md), each as a "
            "[template](../selections/select.md) wants it",
            ("rows",),
            data=ROWS,
            is_list=True,
            body=selection(BESIDE, BODY),
        ),
        views.NODES,
        (ORDER, CURSOR, FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        own=(*relations.KEYS, *KEYS),
        required=(WANT,),
        is_strict=True,
    ),
)
