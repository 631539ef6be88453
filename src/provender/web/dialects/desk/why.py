"""The route of the reason of a failure. Floor: web."""

from __future__ import annotations

from provender.query.querystring.parameters import PROFILE
from provender.web.openapi.desk import why
from provender.web.resources.desk.why import FailedProcess
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/processes/<id>/traceback",
        FailedProcess,
        FailedProcess.traceback,
        Answer(
            "[why a process failed](../processes/why.md): the lines that tell it",
            ("traceback",),
            data=why.TRACEBACK,
        ),
        views.PROCESSES,
        (PROFILE,),
        is_strict=True,
    ),
)
