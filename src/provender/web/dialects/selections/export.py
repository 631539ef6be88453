"""The route of tables. Floor: web."""

from __future__ import annotations

from provender.exports.tables.formats import FORMATS
from provender.query.querystring import relations
from provender.query.querystring.parameters import FULL_TYPE, ORDER, PROFILE
from provender.query.querystring.selections.export import KEYS
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.export import BODY
from provender.web.resources.selections.export import BESIDE, Export
from provender.web.routes import views
from provender.web.routes.route import Answer, Form, Route

ROUTES = (
    Route(
        "/nodes/export",
        Export,
        Export.export,
        Answer(
            "the nodes of a [selection](selections.md) as [a table of any size]"
            "(../selections/export.md)",
            form=Form.TABLE,
            body=selection(BESIDE, BODY),
            media=tuple(one.media for one in FORMATS.values()),
        ),
        views.NODES,
        (ORDER, FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        own=(*relations.KEYS, *KEYS),
        is_strict=True,
    ),
)
