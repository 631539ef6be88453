"""The header `Server-Timing`: how long each step of a request took. Floor: web.

Source: W3C, Server Timing, section 3.
"""

from __future__ import annotations

import time
from contextvars import ContextVar

from flask import Flask, Response

# The seconds of each span of the request that this thread answers; None if nobody asks for them.
_SPANS: ContextVar[dict[str, float] | None] = ContextVar("spans", default=None)


def register(app: Flask) -> None:
    """Make an application send the spans of each request, in milliseconds."""

    def begin() -> None:
        _SPANS.set({})

    def end(response: Response) -> Response:
        spans = _SPANS.get()
        _SPANS.set(None)
        if spans:
            parts = (f"{name};dur={1000 * seconds:.2f}" for name, seconds in spans.items())
            response.headers["Server-Timing"] = ", ".join(parts)
        return response

    app.before_request(begin)
    app.after_request(end)


class span:  # noqa: N801 - read as a statement: `with timing.span("render")`
    """Counts the time of a block, if spans are asked for."""

    __slots__ = ("_begun", "_name")

    def __init__(self, name: str) -> None:
        self._name = name
        self._begun = 0.0

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(self, *error: object) -> None:
        add(self._name, time.perf_counter() - self._begun)


def add_planned(begun: float, database: float) -> None:
    """Add what passed since `begun`: `database` of it there, the rest as planning."""
    add("plan", time.perf_counter() - begun - database)
    add("database", database)


def add(name: str, seconds: float) -> None:
    """Add to a span, if spans are asked for."""
    spans = _SPANS.get()
    if spans is not None:
        spans[name] = spans.get(name, 0.0) + seconds
