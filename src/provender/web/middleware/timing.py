"""The header `Server-Timing`: how long each step of a request took. Floor: web.

Source: W3C, Server Timing, section 3.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, Response, g

SPANS = "provender_spans"


def register(app: Flask) -> None:
    """Make an application send the spans of each request, in milliseconds."""

    def begin() -> None:
        setattr(g, SPANS, {})

    def end(response: Response) -> Response:
        spans: dict[str, float] = g.get(SPANS) or {}
        if spans:
            parts = (f"{name};dur={1000 * seconds:.2f}" for name, seconds in spans.items())
            response.headers["Server-Timing"] = ", ".join(parts)
        return response

    app.before_request(begin)
    app.after_request(end)


@contextmanager
def span(name: str) -> Iterator[None]:
    """Count the time of a block, if spans are asked for."""
    begun = time.perf_counter()
    try:
        yield
    finally:
        add(name, time.perf_counter() - begun)


def add_planned(begun: float, database: float) -> None:
    """Add what passed since `begun`: `database` of it there, the rest as planning."""
    add("plan", time.perf_counter() - begun - database)
    add("database", database)


def add(name: str, seconds: float) -> None:
    """Add to a span, if spans are asked for."""
    spans: dict[str, float] | None = g.get(SPANS)
    if spans is not None:
        spans[name] = spans.get(name, 0.0) + seconds
