"""The route of suggestions. Floor: web."""

from __future__ import annotations

from provender.query.querystring import relations
from provender.query.querystring.parameters import FULL_TYPE, PROFILE
from provender.query.querystring.selections.suggest import KEYS
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.suggest import SUGGESTED
from provender.web.resources.selections.suggest import Suggest
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/nodes/suggest",
        Suggest,
        Suggest.suggest,
        Answer(
            "values that nodes of a [selection](selections.md) have, while somebody writes",
            ("suggest", "sampled", "truncated"),
            data=SUGGESTED,
            body=selection(Suggest.beside),
        ),
        views.NODES,
        (FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        own=(*relations.KEYS, *KEYS),
        is_strict=True,
    ),
)
