"""Noticing that a client disconnects while its request is answered. Floor: web.

A thread of the process looks at the requests that run. From 50 ms on it watches their sockets for
the end of the client's side (`EPOLLRDHUP`), which bytes that wait in the socket do not hide. A
quicker request costs two operations on a set.

The web server has to hand out the socket: gunicorn, waitress and Werkzeug's do. Where there is none
(mod_wsgi), or no epoll (other systems than Linux), no request is ever cancelled.
"""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from provender.store import cancellation
from provender.store.cancellation import Cancellation
from provender.web.middleware.clients import WAITRESS, client_of
from provender.web.middleware.trace import Trace

if TYPE_CHECKING:
    from socket import socket

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Where the environment of a request holds what is known of its client.
KEY = "provender.client"
# Seconds after which a request is watched.
SOON_SECONDS = 0.05
# Seconds between two looks at the requests, and while there are none.
TICK_SECONDS = 0.1
IDLE_SECONDS = 0.4
# The keys under which gunicorn and Werkzeug's server hand out the socket.
SOCKETS = ("gunicorn.socket", "werkzeug.socket")
# Instead of a descriptor: the socket is not watched, or about to be.
NONE, PENDING = -1, -2


class Request(Cancellation):
    """A running request, its socket, and the descriptor by which the socket is watched."""

    __slots__ = ("begun", "descriptor", "socket")

    def __init__(self, client: str, of: socket | None) -> None:
        super().__init__(client)
        self.begun = time.monotonic()
        self.socket = of
        self.descriptor = NONE


class Watch:
    """The running requests of a process, and the thread that watches their sockets.

    A socket is watched by a copy of its descriptor: as soon as the server closes the original,
    its number may be that of another connection.
    """

    def __init__(self) -> None:
        self._running: set[Request] = set()
        self._watched: dict[int, Request] = {}
        self._lock = threading.Lock()
        self._poll: Any = None

    @property
    def watched(self) -> int:
        """How many sockets are watched."""
        return len(self._watched)

    def forget(self) -> None:
        """Begin anew in a forked process, which has none of its parent's threads."""
        poll, watched = self._poll, tuple(self._watched)
        self._running, self._watched = set(), {}
        self._lock, self._poll = threading.Lock(), None
        if poll is not None:
            poll.close()
        for descriptor in watched:
            os.close(descriptor)

    def begin(self, request: Request) -> None:
        """Look at a request from now on."""
        self._running.add(request)
        if self._poll is None:
            self._start()

    def end(self, request: Request) -> None:
        """Look at a request no more; its socket is closed by the server alone."""
        self._running.discard(request)
        if request.descriptor != NONE:
            with self._lock:
                self._unwatch(request)

    def _start(self) -> None:
        with self._lock:
            if self._poll is None and hasattr(select, "epoll"):
                self._poll = select.epoll()
                work = threading.Thread(
                    target=self._run, args=(self._poll,), name="disconnects", daemon=True
                )
                work.start()

    def _run(self, poll: Any) -> None:  # noqa: ANN401 - an epoll, which other systems lack
        """Cancel requests whose clients disconnected, and watch those that begin to take long."""
        while True:
            for descriptor, _ in poll.poll(TICK_SECONDS if self._running else IDLE_SECONDS):
                with self._lock:
                    gone = self._watched.get(descriptor)
                if gone is not None:
                    gone.cancel()
            before = time.monotonic() - SOON_SECONDS
            for request in self._running.copy():
                if request.begun < before and request.descriptor == NONE:
                    self._watch(request, poll)

    def _watch(self, request: Request, poll: Any) -> None:  # noqa: ANN401 - as above
        """Watch the socket of a request, unless the request ends in this very moment."""
        if request.socket is None:
            return
        with self._lock:
            request.descriptor = PENDING  # from here on `end` waits for the lock
            copy = _copied(request.socket) if request in self._running else NONE
            request.descriptor = copy
            if copy != NONE:
                self._watched[copy] = request
                poll.register(copy, select.EPOLLRDHUP | select.EPOLLONESHOT)

    def _unwatch(self, request: Request) -> None:
        """Watch the socket of a request no more. Under the lock."""
        descriptor, request.descriptor = request.descriptor, NONE
        if self._watched.pop(descriptor, None) is not None:
            self._poll.unregister(descriptor)
            os.close(descriptor)


def _copied(of: socket) -> int:
    """Return a copy of the descriptor of a socket; `NONE` if the server has closed it."""
    number = of.fileno()
    try:
        copy = os.dup(number)
    except OSError:
        return NONE
    if of.fileno() == number:
        return copy
    os.close(copy)  # the socket was closed meanwhile: the copy may be of another one
    return NONE


WATCH = Watch()
os.register_at_fork(after_in_child=WATCH.forget)


class Disconnects:
    """WSGI middleware: gives the lower floors the `Cancellation` of a request.

    `end` is to be called when the server has taken the last byte, or has given up.
    """

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, which is cancelled if its client disconnects."""
        client = client_of(environ.get("REMOTE_ADDR") or "")
        request = environ[KEY] = Request(client, _socket_of(environ))
        cancellation.bind(request)
        if request.socket is not None:
            WATCH.begin(request)
        return self._app(environ, start_response)

    @staticmethod
    def end(environ: WSGIEnvironment, trace: Trace) -> None:
        """Forget the client of a request that has ended."""
        del trace
        request = environ.pop(KEY, None)
        if request is not None:
            WATCH.end(request)
            cancellation.unbind()


def _socket_of(environ: WSGIEnvironment) -> socket | None:
    """Return the socket of the client; None if the server keeps it to itself."""
    for key in SOCKETS:
        if key in environ:
            found: socket = environ[key]
            return found
    connection = getattr(environ.get(WAITRESS), "__self__", None)
    return getattr(connection, "socket", None)
