"""The routes of facets. Floor: web."""

from __future__ import annotations

from provender.query.querystring import relations
from provender.query.querystring.parameters import FULL_TYPE, PROFILE
from provender.query.querystring.selections.facets import KEYS, WALK_KEYS
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.facets import BODY, FACETS, VALUES
from provender.web.resources.selections.facets import Facets
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/nodes/facets/<key>",
        Facets,
        Facets.values,
        Answer(
            "a page of all values of one key, ordered by value",
            ("buckets", "after"),
            data=VALUES,
        ),
        views.NODES,
        (FULL_TYPE, PROFILE),
        has_filters=True,
        own=(*relations.KEYS, *WALK_KEYS),
        is_strict=True,
    ),
    Route(
        "/nodes/facets",
        Facets,
        Facets.facets,
        Answer(
            "how many nodes of a [selection](selections.md) have which values",
            ("facets", "stats"),
            data=FACETS,
            body=selection({}, BODY),
        ),
        views.NODES,
        (FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        own=(*relations.KEYS, *KEYS),
        is_strict=True,
    ),
)
