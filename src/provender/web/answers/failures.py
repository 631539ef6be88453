"""From an error to an answer; the one place where errors are rendered. Floor: web."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
    RequestedRangeNotSatisfiable,
)

from provender.errors import ConfigurationError, ProvenderError, StoreError, UnknownRoute
from provender.logs import printable
from provender.web.answers.responses import json_response
from provender.web.middleware.observer import request_id
from provender.web.middleware.trace import current
from provender.web.routes.dialects import DIALECTS
from provender.web.routes.endpoints import endpoint_lines

LOGGER = logging.getLogger(__name__)

RETRY_AFTER = "5"
"""Seconds after which a client may try again when a store was not there."""
UNAVAILABLE = 503


def register(app: Flask, *, show_tracebacks: bool = False) -> None:
    """Make an application answer every error with JSON.

    `show_tracebacks` also writes those of unexpected errors to the server's own error log.
    """

    def unexpected(error: Exception) -> Response:
        return _render_unexpected(error, show_tracebacks=show_tracebacks)

    app.register_error_handler(ProvenderError, render)
    app.register_error_handler(HTTPException, _render_http)
    app.register_error_handler(Exception, unexpected)


def render(error: ProvenderError) -> Response:
    """Return the answer of an error of ours."""
    if isinstance(error, ConfigurationError):
        return _render_unexpected(error, show_tracebacks=False)
    if isinstance(error, StoreError):
        reason = f" ({' '.join(error.reason.split())})" if error.reason else ""
        LOGGER.warning("%s: %s%s", printable(request.path), error.message, reason)
    body = {"message": error.message, "code": error.code}
    body |= {"hint": error.hint} if error.hint else {}
    body |= {"detail": error.detail} if error.detail else {}
    response = json_response(body, status=error.status)
    if error.status == UNAVAILABLE:
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def _render_http(error: HTTPException) -> Response:
    """Return the answer of an error that routing or Flask raised."""
    if isinstance(error, InternalServerError):
        return _render_unexpected(error.original_exception or error, show_tracebacks=False)
    if isinstance(error, NotFound):
        return _render_unknown_path()
    name = (error.name or "error").lower().replace(" ", "-")
    response = json_response(
        {"message": error.description or error.name, "code": name}, status=error.code or 500
    )
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    if isinstance(error, RequestedRangeNotSatisfiable):
        response.headers["Content-Range"] = f"bytes */{error.length}"
    return response


def _render_unknown_path() -> Response:
    """Return the answer to a path that fits no route: with the routes of its dialect."""
    error = UnknownRoute()
    dialect = next(
        (dialect for dialect in DIALECTS if request.path.startswith(dialect.prefix)), DIALECTS[0]
    )
    body: dict[str, Any] = {"message": error.message, "code": error.code}
    return json_response(body | {"available_endpoints": endpoint_lines(dialect)}, status=404)


def _render_unexpected(error: BaseException, *, show_tracebacks: bool) -> Response:
    """Return the answer to a fault of ours: an id, which the log has with the traceback."""
    trace = current()
    name = trace.request_id if trace is not None else request_id("")
    method, path = printable(request.method), printable(request.path)
    LOGGER.error("request %s: %s %s", name, method, path, exc_info=error)
    if show_tracebacks:
        stream = request.environ.get("wsgi.errors") or sys.stderr
        stream.write("".join(traceback.format_exception(error)))
        stream.flush()
    return json_response(
        {
            "message": "The server failed to answer this request.",
            "code": "internal-error",
            "request_id": name,
        },
        status=500,
    )
