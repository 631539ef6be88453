"""Watches every request from its first byte to its last. Floor: web."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from provender.logs import REQUEST_ID
from provender.store.precedence import PRECEDENCE
from provender.web.middleware.handedfile import HandedFile, handed
from provender.web.middleware.trace import KEY, Lifecycle, Trace

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    Watcher = Callable[[WSGIEnvironment, Trace], None]

HEADER = "X-Request-ID"
# Headers of every answer: browsers take it for what it says it is, and tell nobody its URL.
ALWAYS = (("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "no-referrer"))
# A client's id that can stand in a header and in a log.
SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Observer:
    """WSGI middleware: gives each request an id, and calls the watchers at its end.

    A request has ended when the web server has taken the last byte of the answer, or has given up.
    """

    def __init__(
        self, app: WSGIApplication, lifecycle: Lifecycle, watchers: tuple[Watcher, ...]
    ) -> None:
        self._app = app
        self._running = lifecycle.running
        self._watchers = watchers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request and add its id to the answer."""
        name = request_id(environ.get("HTTP_X_REQUEST_ID", ""))
        trace = environ[KEY] = Trace(name, time.perf_counter())
        self._running.add(trace)
        REQUEST_ID.set(name)

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:  # noqa: ANN401 - as WSGI says
            trace.status = int(status[:3])
            return start_response(status, [*ALWAYS, *headers, (HEADER, name)], *exc_info)

        PRECEDENCE.begin(trace)
        try:
            body = self._app(environ, start)
        except BaseException:
            self.end(environ)
            raise
        finally:
            PRECEDENCE.end(trace)
        file = handed(environ, body)
        if file is None:
            return Body(body, environ, self)
        file.at_end(partial(self._end_file, environ, file))
        return body

    def _end_file(self, environ: WSGIEnvironment, file: HandedFile) -> None:
        """End a request whose file the server itself sent."""
        environ[KEY].bytes = file.tell()
        self.end(environ)

    def end(self, environ: WSGIEnvironment) -> None:
        """Call the watchers at the end of a request."""
        trace: Trace = environ[KEY]
        trace.seconds = time.perf_counter() - trace.begun
        try:
            for watcher in self._watchers:
                watcher(environ, trace)
        finally:
            self._running.discard(trace)
            REQUEST_ID.set("")


class Body:
    """The body of an answer; counts its bytes, and calls the observer at its end."""

    __slots__ = ("_body", "_environ", "_next", "_observer", "_trace")

    def __init__(self, body: Iterable[bytes], environ: WSGIEnvironment, observer: Observer) -> None:
        self._body = body
        self._next = iter(body).__next__
        self._environ = environ
        self._trace: Trace = environ[KEY]
        self._observer: Observer | None = observer

    def __iter__(self) -> Body:
        return self

    def __next__(self) -> bytes:
        """Return the next block."""
        try:
            block = self._next()
        except StopIteration:
            self._end()
            raise
        self._trace.bytes += len(block)
        return block

    def close(self) -> None:
        """Close the body: it was sent, or nobody takes the rest."""
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        finally:
            self._end()

    def _end(self) -> None:
        """End the request, once."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.end(self._environ)


def request_id(asked: str) -> str:
    """Return the id from the client if it is valid, otherwise a new id."""
    if asked and SANE.fullmatch(asked):
        return asked
    return f"{random.getrandbits(128):032x}"
