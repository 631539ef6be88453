"""The route of keys. Floor: web."""

from __future__ import annotations

from provender.query.querystring import relations
from provender.query.querystring.parameters import FULL_TYPE, PROFILE
from provender.query.querystring.selections.keys import KEYS
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.keys import FOUND
from provender.web.resources.selections.keys import Keys
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/nodes/keys",
        Keys,
        Keys.keys,
        Answer(
            "which keys nodes of a [selection](selections.md) have inside JSON",
            ("keys", "nodes", "sampled", "truncated"),
            data=FOUND,
            body=selection(Keys.beside),
        ),
        views.NODES,
        (FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        own=(*relations.KEYS, *KEYS),
        is_strict=True,
    ),
)
