"""One line in the log for each request. Floor: web."""

from __future__ import annotations

import logging
import time

from flask import Flask, Response, request

from provender.logs import printable

LOGGER = logging.getLogger(__name__)

BEGUN = "provender.begun"


def register(app: Flask) -> None:
    """Make an application write a line for each request: what was asked, status, size, time."""

    def begin() -> None:
        request.environ[BEGUN] = time.perf_counter()

    def end(response: Response) -> Response:
        query = request.query_string.decode("utf-8", "backslashreplace")
        LOGGER.info(
            "%s %s%s %d %s bytes %.1f ms",
            request.method,
            printable(request.path),
            f"?{printable(query)}" if query else "",
            response.status_code,
            response.headers.get("Content-Length", "-"),
            1000 * (time.perf_counter() - request.environ[BEGUN]),
        )
        return response

    app.before_request(begin)
    app.after_request(end)
