"""The request that this thread answers, itself. Floor: web.

Each look through Flask's proxy costs half a microsecond: functions that look more than once take
the request first.
"""

from __future__ import annotations

from typing import cast

from flask import Request, request


def current_request() -> Request:
    """Return the current request."""
    return cast("Request", request._get_current_object())  # type: ignore[attr-defined] # noqa: SLF001 - documented by Werkzeug
