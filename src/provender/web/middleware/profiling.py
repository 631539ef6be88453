"""A short profile of each request, for whoever looks for what is slow. Floor: web."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable
from cProfile import Profile
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from provender.logs import printable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Largest number of functions in a profile.
SHOWN = 20
# Share of the time of a function above which the function only hands on to another.
HANDED_ON = 0.9
PACKAGE = Path(__file__).parents[2]
LIBRARIES = "site-packages"


class Profiler:
    """WSGI middleware: writes to standard error in which functions a request spent its time.

    Requests wait for each other: Python has one profiler at a time (since 3.12 a second one is
    an error). The body of an answer is kept in memory until the profile is made.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, and write its profile."""
        profile = Profile()
        with self._lock:
            begun = time.perf_counter()
            try:
                return [profile.runcall(self._body, environ, start_response)]
            finally:
                seconds = time.perf_counter() - begun
                title = f"Profile of {_request(environ)}: {1000 * seconds:.1f} ms"
                sys.stderr.write("\n".join([title, *table(profile)]) + "\n\n")

    def _body(self, environ: WSGIEnvironment, start_response: StartResponse) -> bytes:
        """Return the whole body of an answer."""
        body = self._app(environ, start_response)
        try:
            return b"".join(body)
        finally:
            if hasattr(body, "close"):
                body.close()


def _request(environ: WSGIEnvironment) -> str:
    query = environ.get("QUERY_STRING")
    path = environ.get("PATH_INFO", "") + (f"?{query}" if query else "")
    return printable(f"{environ['REQUEST_METHOD']} {path}")


def table(profile: Profile) -> list[str]:
    """Return a line for each function that took longest: ours, and those that ours call.

    The time of a function includes that of the functions it calls. A function that spends nearly
    all its time in one other function is left out: it says nothing that the other does not say.
    """
    entries = profile.getstats()
    ours = [entry for entry in entries if _is_ours(entry.code)]
    seen = {entry.code for entry in ours}
    seen |= {call.code for entry in ours for call in entry.calls or ()}
    shown = [entry for entry in entries if entry.code in seen and not _hands_on(entry)]
    shown.sort(key=lambda entry: entry.totaltime, reverse=True)
    return [
        f"{'ms':>10} {'own ms':>10} {'calls':>8}  function",
        *(
            f"{1000 * entry.totaltime:10.3f} {1000 * entry.inlinetime:10.3f}"
            f" {entry.callcount:8,}  {_name(entry.code)}"
            for entry in shown[:SHOWN]
        ),
    ]


def _is_ours(code: CodeType | str) -> bool:
    return isinstance(code, CodeType) and Path(code.co_filename).is_relative_to(PACKAGE)


def _hands_on(entry: Any) -> bool:  # noqa: ANN401 - its class has a name in type stubs only
    """Tell whether nearly all time of a function is that of one function it calls."""
    longest: float = max((call.totaltime for call in entry.calls or ()), default=0.0)
    return longest > HANDED_ON * float(entry.totaltime)


def _name(code: CodeType | str) -> str:
    """Return the place of a function below its package; one written in C has its own form."""
    if isinstance(code, str):
        return code
    path: Any = Path(code.co_filename)
    if path.is_relative_to(PACKAGE):
        path = path.relative_to(PACKAGE.parent)
    elif LIBRARIES in path.parts:
        path = Path(*path.parts[path.parts.index(LIBRARIES) + 1 :])
    else:
        path = path.name
    return f"{path}:{code.co_firstlineno} {getattr(code, 'co_qualname', code.co_name)}"
