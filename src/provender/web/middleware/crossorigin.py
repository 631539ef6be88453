"""Letting scripts of other sites read answers: the work of Flask-CORS. Floor: web."""

from __future__ import annotations

import flask_cors
from flask import Flask, Response, request

EXPOSED = (
    "X-Total-Count",
    "X-Total-Counts",
    "Link",
    "ETag",
    "X-Request-ID",
    "Server-Timing",
    "Content-Disposition",
)
"""Headers that a browser shows to scripts of other sites."""
ALLOWED = "Access-Control-Allow-Origin"
SHOWN = "Access-Control-Expose-Headers"
TOLD = ("HTTP_ORIGIN", "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK")
"""What a browser tells of the script that asks."""
EXPOSED_LINE = ", ".join(sorted(EXPOSED))


def register(app: Flask) -> None:
    """Make every answer of an application readable by scripts of other sites.

    Errors pass the same hooks as answers: there is nothing to intercept.
    """
    flask_cors.CORS(app, expose_headers=list(EXPOSED), intercept_exceptions=False)
    app.after_request(_answer_plainly)  # runs before Flask-CORS


def _answer_plainly(response: Response) -> Response:
    """Give an answer that no script asked for the headers that it always gets.

    Flask-CORS takes 20 µs to find them, and leaves alone an answer that has them.
    """
    told = any(request.environ.get(name) for name in TOLD)
    if not told and request.method != "OPTIONS" and ALLOWED not in response.headers:
        response.headers.add(ALLOWED, "*")
        response.headers.add(SHOWN, EXPOSED_LINE)
    return response
