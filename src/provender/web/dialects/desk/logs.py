"""The routes of the logs of processes, and of the reasons of failures. Floor: web."""

from __future__ import annotations

from provender.query.querystring.desk.logs import (
    FORMAT,
    OF_ROWS,
    START,
    STOP,
    STREAM,
)
from provender.query.querystring.parameters import PROFILE
from provender.web.dialects.desk import why
from provender.web.openapi.desk import logs
from provender.web.resources.desk.logs import MEDIA, ProcessLogs
from provender.web.routes import views
from provender.web.routes.route import Answer, Handler, Route

FILTERS = (*OF_ROWS, STREAM)


def _route(path: str, handler: Handler, answer: Answer, *own: object) -> Route:
    """Return a route below the processes with keys of its own."""
    return Route(
        f"/processes/<id>/{path}",
        ProcessLogs,
        handler,
        answer,
        views.PROCESSES,
        (PROFILE,),
        own=own,  # type: ignore[arg-type] # parameters of any type
        is_strict=True,
    )


_SIZE = Answer("the number of its lines and rows", ("size",), data=logs.SIZE)


def _rows(text: str) -> Answer:
    return Answer(text, ("logs",), data=logs.ROWS, media=tuple(MEDIA.values()))


ROUTES = (
    _route(
        "logs",
        ProcessLogs.rows,
        _rows("the [log](../processes/logs.md) of a process, or a slice of it"),
        *(START, STOP, *FILTERS, FORMAT),
    ),
    _route("logs/size", ProcessLogs.size, _SIZE, *FILTERS),
    _route("log/size", ProcessLogs.size, _SIZE, *FILTERS),
    _route(
        "log/<bounds>",
        ProcessLogs.rows,
        _rows("rows of the log from `<start>:<stop>`, either of which may be left out"),
        *(*FILTERS, FORMAT),
    ),
    *why.ROUTES,
)
