"""`/alive` and `/ready`, for health checks. Floor: web."""

from __future__ import annotations

from flask import Flask, Response

from provender.errors import ProvenderError, ServerStopping
from provender.web.answers.responses import json_response
from provender.web.context import FAILURES, Context
from provender.web.operations.readiness import Readiness


def register(app: Flask, context: Context) -> None:
    """Add both to an application."""
    readiness = Readiness(context.stores, names_stores=not context.hides_profiles)

    def alive() -> Response:
        return unstored(json_response({"status": "alive"}))

    def ready() -> Response:
        try:
            if context.lifecycle.is_draining:
                raise ServerStopping("The server is stopping and only finishes running requests.")
            readiness.check()
        except ProvenderError as error:
            return unstored(app.extensions[FAILURES].respond(error))
        return unstored(json_response({"status": "ready"}))

    app.add_url_rule("/alive", "alive", alive, strict_slashes=False)
    app.add_url_rule("/ready", "ready", ready, strict_slashes=False)


def unstored(response: Response) -> Response:
    """Return an answer that no cache may store."""
    response.headers["Cache-Control"] = "no-store"
    return response
