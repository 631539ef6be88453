"""The routes of files over all nodes. Floor: web."""

from __future__ import annotations

from provender.query.querystring import relations
from provender.query.querystring.parameters import CURSOR, FULL_TYPE, PROFILE
from provender.query.querystring.selections.files import KEYS
from provender.query.querystring.selections.select import LIMIT
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.files import FILES, NODES
from provender.web.resources.selections.contents import Contents
from provender.web.resources.selections.files import FilesOfSelection
from provender.web.routes import views
from provender.web.routes.route import Answer, Form, Route

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
    Route(
        "/files/<sha256>",
        Contents,
        Contents.content,
        Answer("a content [by its SHA-256](../selections/files.md#by-content)", form=Form.FILE),
        views.NODES,
        (PROFILE,),
        is_strict=True,
    ),
    Route(
        "/files/<sha256>/nodes",
        Contents,
        Contents.nodes,
        Answer(
            "the nodes that name a content, and as which files",
            ("nodes",),
            data=NODES,
            is_list=True,
        ),
        views.NODES,
        (CURSOR, PROFILE),
        own=(LIMIT,),
        is_strict=True,
    ),
)
