"""The route of the archive of a process. Floor: web."""

from __future__ import annotations

from provender.query.querystring.desk.archive import VERIFY
from provender.query.querystring.parameters import PROFILE
from provender.web.resources.desk.archive import ArchiveOfProcess
from provender.web.routes import views
from provender.web.routes.route import Answer, Form, Route

ROUTES = (
    Route(
        "/processes/<id>/archive.zip",
        ArchiveOfProcess,
        ArchiveOfProcess.archive,
        Answer(
            "a process with all that it called, [as a folder for people](../processes/archive.md)",
            form=Form.FILE,
        ),
        views.PROCESSES,
        (PROFILE,),
        own=(VERIFY,),
        is_strict=True,
    ),
)
