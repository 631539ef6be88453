"""The routes of files over all nodes. Floor: web."""

from __future__ import annotations

from provender.query.querystring import relations
from provender.query.querystring.parameters import CURSOR, FULL_TYPE, PROFILE
from provender.query.querystring.selections.files import KEYS
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.files import FILES
from provender.web.resources.selections.files import FilesOfSelection
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/nodes/files",
        FilesOfSelection,
        FilesOfSelection.files,
        Answer(
            "the files of the nodes of a [selection](selections.md), "
            "[found by name and size](../selections/files.md)",
            ("files",),
            data=FILES,
            is_list=True,
            body=selection(FilesOfSelection.beside),
        ),
        views.NODES,
        (CURSOR, FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        own=(*relations.KEYS, *KEYS),
        is_strict=True,
    ),
)
