"""The routes of types of processes, of codes, and of what ran on a computer. Floor: web."""

from __future__ import annotations

from dataclasses import replace

from provender.query.querystring.desk.codes import COMPUTER
from provender.query.querystring.parameters import FULL_TYPE, PROFILE
from provender.query.questions import Direction
from provender.web.dialects.parts import WINDOW, linked
from provender.web.openapi.desk import types
from provender.web.resources.desk.types import Code, ProcessType, Usage
from provender.web.routes import views
from provender.web.routes.route import Answer, Route

_TYPES = (
    Route(
        "/processes/types",
        ProcessType,
        ProcessType.types,
        Answer(
            "the types of the processes in the store, with numbers of states and exit statuses",
            ("types",),
            data=types.TYPES,
        ),
        views.PROCESSES,
        (PROFILE,),
        is_strict=True,
    ),
    Route(
        "/processes/types/<path:process_type>",
        ProcessType,
        ProcessType.type,
        Answer(
            "a type of processes: [how it is usually run](../processes/types.md#one-type)",
            ("types",),
            data=types.TYPE,
        ),
        views.PROCESSES,
        (PROFILE,),
        is_strict=True,
    ),
)
_CODES = (
    Route(
        "/codes",
        Code,
        Code.codes,
        Answer(
            "codes, each with the number of jobs that used it",
            ("codes",),
            data=types.CODE_LIST,
            is_list=True,
        ),
        views.CODES,
        (*WINDOW, FULL_TYPE, PROFILE),
        has_filters=True,
        own=(COMPUTER,),
        is_strict=True,
    ),
    Route(
        "/codes/<id>",
        Code,
        Code.code,
        Answer("one code, as a list of one", ("codes",), data=types.ONE_CODE),
        views.CODES,
        (PROFILE,),
        is_strict=True,
    ),
    *(
        replace(
            route,
            answer=replace(route.answer, text="the calculation jobs that used a code"),
            is_strict=True,
        )
        for route in linked(Code, views.CODES, views.JOBS, "jobs", "jobs", Direction.OUTGOING)
    ),
)
ROUTES = (
    *_TYPES,
    *_CODES,
    Route(
        "/computers/<id>/statistics",
        Usage,
        Usage.usage,
        Answer(
            "the calculation jobs of a computer by state and exit status, and their hours",
            ("statistics",),
            data=types.USAGE,
        ),
        views.COMPUTERS,
        (PROFILE,),
        is_strict=True,
    ),
)
