"""The route of nodes that were written since. Floor: web."""

from __future__ import annotations

from provender.query.querystring import relations
from provender.query.querystring.parameters import FULL_TYPE, PROFILE
from provender.query.querystring.selections.changes import KEYS
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.changes import CHANGES, MORE
from provender.web.resources.selections.changes import ChangesOfSelection
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/nodes/changes",
        ChangesOfSelection,
        ChangesOfSelection.changes,
        Answer(
            "the nodes of a [selection](selections.md) that were "
            "[written since](../selections/changes.md) the cursor `since`",
            ("changes",),
            data=CHANGES,
            is_list=True,
            body=selection(ChangesOfSelection.beside),
            more=MORE,
        ),
        views.NODES,
        (FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        own=(*relations.KEYS, *KEYS),
        is_strict=True,
    ),
)
