"""From an error to an answer; the only place where errors become responses. Floor: web."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotFound,
)

from provender.errors import (
    ConfigurationError,
    ProvenderError,
    StoreError,
    StorePreparing,
    Unauthorized,
    UnknownField,
    UnknownRoute,
)
from provender.logs import printable
from provender.store.names import RESERVED
from provender.store.registry import unknown_profile
from provender.web.answers.hints import hint
from provender.web.answers.responses import json_response
from provender.web.middleware import pauses
from provender.web.middleware.mounts import PROFILE
from provender.web.middleware.observer import request_id
from provender.web.middleware.trace import current
from provender.web.routes.route import Dialect, Route

LOGGER = logging.getLogger(__name__)

# Value of `Retry-After` in seconds if a store does not answer, and nothing better is known.
RETRY_AFTER = 5
UNAVAILABLE = 503
# The first element of the paths of both dialects.
API = "api"
# Headers that describe the body of an error; Provender replaces this body.
OF_BODY = ("content-type", "content-length")


class Failures:
    """Answers errors in the form of the dialect of the request.

    `endpoints` returns the routes of a prefix, which the answer to an unknown path lists.
    `routes` are those of the dialects by their endpoints. `profiles` are the profiles that
    have paths. With `show_tracebacks` the tracebacks of unexpected errors are also written to the
    error log of the WSGI server. `page` makes the page for a person at an unknown address outside
    the interface; None if a program asks.
    """

    def __init__(
        self,
        dialects: Sequence[Dialect],
        endpoints: Callable[[str], list[str]],
        *,
        routes: Mapping[str, Route],
        profiles: Collection[str] = (),
        show_tracebacks: bool = False,
        page: Callable[[ProvenderError], Response | None] = lambda _: None,
    ) -> None:
        self._dialects = dialects
        self._endpoints = endpoints
        self._routes = routes
        self._profiles = profiles
        self._show_tracebacks = show_tracebacks
        self._page = page

    def register(self, app: Flask) -> None:
        """Make an application answer every error."""
        app.register_error_handler(ProvenderError, self.respond)
        app.register_error_handler(HTTPException, self.respond)
        app.register_error_handler(Exception, self.respond)

    def respond(self, error: Exception) -> Response:
        """Return the answer to an error."""
        if isinstance(error, InternalServerError):
            return self._unexpected(error.original_exception or error)
        if isinstance(error, HTTPException):
            return self._http(error)
        if isinstance(error, ProvenderError) and not isinstance(error, ConfigurationError):
            return self._ours(error)
        return self._unexpected(error)

    def _dialect(self) -> Dialect:
        """Return the dialect of the request, by default that of today's clients."""
        below = (item for item in self._dialects if request.path.startswith(item.prefix))
        return next(below, self._dialects[0])

    def _body(self, error: ProvenderError) -> dict[str, Any]:
        return self._dialect().error_body(error)

    def _ours(self, error: ProvenderError) -> Response:
        """Return the answer to an error of Provender."""
        if isinstance(error, StoreError):
            reason = f" ({' '.join(error.reason.split())})" if error.reason else ""
            level = logging.INFO if isinstance(error, StorePreparing) else logging.WARNING
            LOGGER.log(level, "%s: %s%s", printable(request.path), error.message, reason)
        if isinstance(error, UnknownField) and request.method != "POST":
            error.hint = hint(error, self._dialect(), self._routes.get(request.endpoint or ""))
        pauses.note(request.environ, error)
        response = json_response(self._body(error), status=error.status)
        seconds = error.retry_after
        if seconds is None and error.status == UNAVAILABLE and error.may_recover:
            seconds = RETRY_AFTER
        if seconds is not None:
            response.headers["Retry-After"] = str(seconds)
        if isinstance(error, Unauthorized):
            for challenge in error.challenges:
                response.headers.add("WWW-Authenticate", challenge)
        return response

    def _http(self, error: HTTPException) -> Response:
        """Return the answer to an error that routing, Flask or a resource raised.

        The answer has the headers of the error, and the keywords of `flask_restful.abort` (`data`).
        """
        data = getattr(error, "data", None)
        if isinstance(error, NotFound) and data is None and _is_default(error):
            return self._unknown_path()
        name = (error.name or "error").lower().replace(" ", "-")
        body: dict[str, Any] = {"message": error.description or error.name, "code": name}
        if isinstance(data, dict):
            body |= data
        response = json_response(body, status=error.code or 500)
        headers = dict(error.get_headers(request.environ))
        headers |= dict(error.response.headers) if error.response is not None else {}
        for key, value in headers.items():
            if key.lower() not in OF_BODY:
                response.headers[key] = value
        if isinstance(error, MethodNotAllowed) and error.valid_methods:
            response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
        return response

    def _unknown_path(self) -> Response:
        """Return the answer to a path that fits no route; it lists the routes of the dialect."""
        dialect, first = self._dialect(), request.path.split("/")[1]
        if first != API and PROFILE not in request.environ:
            error: ProvenderError = UnknownRoute()
            if first not in RESERVED and self._profiles and first not in self._profiles:
                error = unknown_profile(first)
            response = self._page(error) or json_response(self._body(error), status=404)
            response.vary.add("Accept")
            return response
        body = self._body(UnknownRoute())
        routes = self._endpoints(dialect.prefix)
        return json_response(body | ({"available_endpoints": routes} if routes else {}), status=404)

    def _unexpected(self, error: BaseException) -> Response:
        """Return the answer to a fault of Provender: an id that the log has with the traceback."""
        trace = current()
        name = trace.request_id if trace is not None else request_id("")
        method, path = printable(request.method), printable(request.path)
        LOGGER.error("request %s: %s %s", name, method, path, exc_info=error)
        if self._show_tracebacks:
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


def _is_default(error: NotFound) -> bool:
    """Return whether routing raised an error: the error of a resource has a text or a response."""
    return error.description == NotFound.description and error.response is None
