"""The trace of a running request, and the list of running requests. Floor: web."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, has_request_context, request

from provender.web.current import current_request

# Where the environment of a request holds its trace.
KEY = "provender.trace"


@dataclass(slots=True, eq=False)
class Trace:
    """One request, noted while it is answered.

    `route` is the template of the path (such as `…/nodes/<id>`), None for a path that fits none;
    `profile` the store that it was for. `bytes` counts the body as it is handed to the web server,
    `seconds` the time until it was all handed over, or the connection was given up.
    """

    request_id: str
    begun: float
    route: str | None = None
    profile: str | None = None
    status: int = 500
    bytes: int = 0
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Lifecycle:
    """The requests that run, and whether the server is about to end."""

    running: set[Trace] = field(default_factory=set)
    is_draining: bool = False


def register(app: Flask) -> None:
    """Make an application note the route of each request."""

    def note_route() -> None:
        asked = current_request()
        environ, rule = asked.environ, asked.url_rule
        if rule is not None and KEY in environ:
            environ[KEY].route = rule.rule

    app.before_request(note_route)


def current() -> Trace | None:
    """Return the trace of the request that runs; None outside of one, and in one not observed."""
    trace: Trace | None = request.environ.get(KEY) if has_request_context() else None
    return trace


def note_profile(name: str | None) -> None:
    """Note which store the request is for."""
    trace = current()
    if trace is not None:
        trace.profile = name
