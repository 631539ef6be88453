"""CORS headers by Flask-CORS: scripts of which sites may read answers. Floor: web."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import partial

import flask_cors
from flask import Flask, Response, request

from provender.errors import ConfigurationError
from provender.web.middleware import methods

Guard = Callable[[], bool]
EVERYBODY = "*"
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?")
# Headers that a browser shows to scripts of other sites.
EXPOSED = (
    "X-Total-Count",
    "X-Total-Counts",
    "X-Array-Shape",
    "X-Array-Dtype",
    "Link",
    "ETag",
    "X-Request-ID",
    "Server-Timing",
    "Content-Disposition",
    "X-Provender-Notes",
)
ABOUT_SCRIPTS = "Access-Control-"
ALLOWED = "Access-Control-Allow-Origin"
SHOWN = "Access-Control-Expose-Headers"
PROMISED = "Access-Control-Allow-Methods"
# Headers of a browser about the script that asks.
TOLD = ("HTTP_ORIGIN", "HTTP_ACCESS_CONTROL_REQUEST_PRIVATE_NETWORK")
REDIRECT = 300
EXPOSED_LINE = ", ".join(sorted(EXPOSED))


def register(
    app: Flask, origins: Collection[str] = (EVERYBODY,), is_guarded: Guard | None = None
) -> None:
    """Make the answers of an application readable by scripts of some web sites.

    Errors pass the same hooks as answers: there is nothing to intercept.

    Args:
        app: the application.
        origins: the web sites; `*` for all of them.
        is_guarded: tells whether the answer to the current request is not for everybody. Scripts of
            named web sites only may read it then, whatever `*` says.

    Raises:
        ConfigurationError: an entry that is not an origin.
    """
    named = frozenset(origin(entry) for entry in origins if entry != EVERYBODY)
    is_for_all = EVERYBODY in origins
    app.after_request(partial(_promise_truly, app))  # runs after the others
    if is_guarded is not None:
        app.after_request(partial(_only_to, named, is_guarded))
    if is_for_all:
        flask_cors.CORS(app, expose_headers=list(EXPOSED), intercept_exceptions=False)
        app.after_request(_answer_plainly)  # runs before Flask-CORS
        return
    app.after_request(_depend_on_origin)
    flask_cors.CORS(
        app,
        origins=[re.compile(re.escape(entry) + r"\Z") for entry in named],
        always_send=False,
        expose_headers=list(EXPOSED),
        intercept_exceptions=False,
    )


def origin(entry: str) -> str:
    """Return an origin of a setting as browsers write it, or `*`.

    Raises:
        ConfigurationError: it is neither.
    """
    found = ORIGIN.fullmatch(entry.lower())
    if entry == EVERYBODY:
        return entry
    if found is None:
        raise ConfigurationError(
            f"`{entry}` is not the origin of a web site.",
            hint="Scheme, host and, where it is not the usual one, port: https://viewer.example.org",
        )
    return found[0]


def _depend_on_origin(response: Response) -> Response:
    response.vary.add("Origin")
    return response


def _only_to(named: frozenset[str], is_guarded: Guard, response: Response) -> Response:
    """Let scripts of named web sites only read an answer that is not for everybody."""
    if not is_guarded():
        return response
    response.vary.add("Origin")
    asking = request.headers.get("Origin", "")
    if asking.lower() in named:
        response.headers[ALLOWED] = asking
        return response
    for name in [name for name, _ in response.headers if name.startswith(ABOUT_SCRIPTS)]:
        del response.headers[name]
    return response


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
    environ, headers = request.environ, response.headers
    told = any([environ.get(name) for name in TOLD])  # noqa: C419 - a list is faster here
    if not told and environ["REQUEST_METHOD"] != "OPTIONS" and ALLOWED not in headers:
        headers.add(ALLOWED, "*")
        headers.add(SHOWN, EXPOSED_LINE)
    return response
