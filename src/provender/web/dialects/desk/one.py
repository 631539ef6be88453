"""The routes of one process. Floor: web."""

from __future__ import annotations

from provender.query.querystring.desk.one import DEPTH, TREE, WAIT
from provender.query.querystring.parameters import PROFILE
from provender.web.openapi.desk import one
from provender.web.resources.desk.one import OneProcess
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

ROUTES = (
    Route(
        "/processes/<id>/status",
        OneProcess,
        OneProcess.status,
        Answer(
            "the state of a process; with `wait` [after a change](../processes/one.md#state)",
            ("status",),
            data=one.STATUS,
        ),
        views.PROCESSES,
        (PROFILE,),
        own=(WAIT,),
        is_strict=True,
    ),
    Route(
        "/processes/<id>/summary",
        OneProcess,
        OneProcess.summary,
        Answer(
            "all about a process: state, inputs, outputs, [times](../processes/one.md#times); with "
            "`tree=1` what it called",
            ("summary",),
            data=one.SUMMARY,
        ),
        views.PROCESSES,
        (PROFILE,),
        own=(TREE, DEPTH),
        is_strict=True,
    ),
    Route(
        "/processes/<id>/history",
        OneProcess,
        OneProcess.history,
        Answer(
            "the [events](../processes/one.md#history) in the life of a process",
            ("history",),
            data=one.HISTORY,
        ),
        views.PROCESSES,
        (PROFILE,),
        is_strict=True,
    ),
)
