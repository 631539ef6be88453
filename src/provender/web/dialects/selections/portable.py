"""The route of archives for AiiDA. Floor: web."""

from __future__ import annotations

from provender.query.querystring import relations
from provender.query.querystring.parameters import FULL_TYPE, PROFILE
from provender.query.querystring.selections.portable import KEYS
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.portable import SIZE
from provender.web.resources.selections.portable import Portable
from provender.web.routes import views
from provender.web.routes.route import Answer, Form, Route

ROUTES = (
    Route(
        "/nodes/archive.aiida",
        Portable,
        Portable.archive,
        Answer(
            "the nodes of a selection, with their provenance, as "
            "[an archive that AiiDA imports](../selections/aiida.md)",
            form=Form.FILE,
            data=SIZE,
            body=selection(Portable.beside),
        ),
        views.NODES,
        (FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        own=(*relations.KEYS, *KEYS),
        is_strict=True,
    ),
)
