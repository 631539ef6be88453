"""Telling truly which methods a path has. Floor: web.

A resource may take a method only to explain that it refuses it, as `GET /querybuilder` does.
Routing knows nothing of that: it names such a method in `Allow`.
"""

from __future__ import annotations

from collections.abc import Collection

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

ALLOW = "Allow"


def tell_truly(app: Flask, response: Response) -> None:
    """Name in the `Allow` of an answer, if it has one, only methods that are not refused.

    The class of a resource names those that are in `refused`.
    """
    told = response.headers.get(ALLOW)
    if told is not None:
        named = {method.strip() for method in told.split(",")}
        response.headers[ALLOW] = ", ".join(sorted(named.difference(_refused(app))))


def _refused(app: Flask) -> Collection[str]:
    endpoint = request.endpoint or _endpoint(app)
    resource = getattr(app.view_functions.get(endpoint), "view_class", None)
    refused: Collection[str] = getattr(resource, "refused", ())
    return refused


def _endpoint(app: Flask) -> str:
    """Return the endpoint of the path when the method of the request fits none."""
    adapter = app.create_url_adapter(request)
    try:
        return adapter.match(method="OPTIONS")[0] if adapter else ""
    except HTTPException:
        return ""
