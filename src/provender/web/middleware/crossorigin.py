"""CORS headers by Flask-CORS: scripts of other sites may read answers. Floor: web."""

from __future__ import annotations

from functools import partial

import flask_cors
from flask import Flask, Response, request

from provender.web.middleware import methods

# Headers that a browser shows to scripts of other sites.
EXPOSED = (
    "X-Total-Count",
    "X-Total-Counts",
    "Link",
    "ETag",
    "X-Request-ID",
    "Server-Timing",
    "Content-Disposition",
    "X-Provender-Notes",
)
ALLOWED = "Access-Control-Allow-Origin"
SHOWN = "Access-Control-Expose-Headers"
PROMISED = "Access-Control-Allow-Methods"
# Headers of a browser about the script that asks.
TOLD = ("HTTP_ORIGIN", "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK")
REDIRECT = 300
EXPOSED_LINE = ", ".join(sorted(EXPOSED))


def register(app: Flask) -> None:
    """Make every answer of an application readable by scripts of other sites.

    Errors pass the same hooks as answers: there is nothing to intercept.
    """
    app.after_request(partial(_promise_truly, app))  # runs after Flask-CORS
    flask_cors.CORS(app, expose_headers=list(EXPOSED), intercept_exceptions=False)
    app.after_request(_answer_plainly)  # runs before Flask-CORS


def _promise_truly(app: Flask, response: Response) -> Response:
    """Promise a script only the methods that the path has.

    Flask-CORS promises the same methods everywhere, also where there is no route.
    """
    methods.tell_truly(app, response)
    if PROMISED in response.headers:
        if methods.ALLOW in response.headers:
            response.headers[PROMISED] = response.headers[methods.ALLOW]
        elif response.status_code >= REDIRECT:
            del response.headers[PROMISED]
    return response


def _answer_plainly(response: Response) -> Response:
    """Give an answer that no script asked for the headers that it always gets.

    Flask-CORS takes 20 µs to find them, and leaves alone an answer that has them.
    """
    told = any(request.environ.get(name) for name in TOLD)
    if not told and request.method != "OPTIONS" and ALLOWED not in response.headers:
        response.headers.add(ALLOWED, "*")
        response.headers.add(SHOWN, EXPOSED_LINE)
    return response
