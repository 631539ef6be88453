"""The routes of zips of files. Floor: web."""

from __future__ import annotations

from provender.query.querystring import relations
from provender.query.querystring.parameters import FULL_TYPE, PROFILE
from provender.query.querystring.selections.files import MIN_SIZE
from provender.query.querystring.selections.zips import DRY_RUN, GLOB, KEYS, PATH
from provender.web.openapi.selections.bodies import selection
from provender.web.openapi.selections.zips import FIGURES, NAMED
from provender.web.resources.selections.zips import FolderZip, NamedFilesZip, NodesZip
from provender.web.routes import views
from provender.web.routes.route import Answer, Form, Route

ROUTES = (
    Route(
        "/nodes/archive.zip",
        NodesZip,
        NodesZip.archive,
        Answer(
            "[files of the nodes of a selection](../selections/zips.md), and what is told of them",
            form=Form.FILE,
            data=FIGURES,
            body=selection(NodesZip.beside),
        ),
        views.NODES,
        (FULL_TYPE, PROFILE),
        has_filters=True,
        methods=("GET", "POST"),
        own=(*relations.KEYS, *KEYS, MIN_SIZE),
        is_strict=True,
    ),
    Route(
        "/nodes/<id>/repo/archive.zip",
        FolderZip,
        FolderZip.archive,
        Answer(
            "the files of a node, or of [a folder of it](../selections/zips.md#one-node)",
            form=Form.FILE,
            data=FIGURES,
        ),
        views.NODES,
        (PROFILE,),
        own=(PATH, GLOB, DRY_RUN),
        is_strict=True,
    ),
    Route(
        "/files/archive.zip",
        NamedFilesZip,
        NamedFilesZip.archive,
        Answer(
            "POST: [files that are named one by one](../selections/zips.md#named-files)",
            form=Form.FILE,
            data=FIGURES,
            body=NAMED,
        ),
        views.NODES,
        methods=("POST",),
        is_strict=True,
    ),
)
