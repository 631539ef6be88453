"""A client that sends any bytes over a connection that is kept, and notes what came."""

from __future__ import annotations

import http.client
import socket
import time
from collections import Counter
from dataclasses import dataclass, field

from support import described

PATIENCE, SLOW = 20.0, 2.0
CLOSING = ("close", "upgrade")


@dataclass(frozen=True)
class Got:
    """An answer: status 0 is a connection that the server ended without one."""

    status: int
    headers: dict
    body: bytes
    seconds: float


@dataclass
class Tally:
    """What all clients of a server got."""

    statuses: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    slow: list = field(default_factory=list)
    wrong: list = field(default_factory=list)

    @property
    def count(self):
        return sum(self.statuses.values())

    def __str__(self):
        shown = ", ".join(
            f"{number:,} x {status}" for status, number in sorted(self.statuses.items())
        )
        return f"{self.count:,} requests ({shown}), the slowest {self.slowest:.2f} s"


class Client:
    """Sends to one server, and judges each answer."""

    def __init__(self, port, tally):
        self._port, self._tally = port, tally
        self._socket = None

    def close(self):
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def send(self, request, *, is_http=True):
        """Send the bytes of a request and return what came; a slow answer is asked for again.

        `is_http` says that it is a request, whatever it asks for: then an answer must come.
        """
        got = self._once(request)
        if got.seconds > SLOW:
            got = self._once(request)
            if got.seconds > SLOW:
                self._tally.slow.append((got.seconds, request[:500]))
        self._tally.statuses[got.status] += 1
        self._tally.slowest = max(self._tally.slowest, got.seconds)
        if problem := _problem(got, is_http=is_http) or _undescribed(request, got):
            self._tally.wrong.append((problem, request[:500], got.status, got.body[:300]))
        return got

    def _once(self, request):
        begun = time.monotonic()
        was_open = self._socket is not None
        got = self._exchange(request, begun)
        if got.status == 0 and was_open:  # the server had ended the kept connection
            begun = time.monotonic()
            got = self._exchange(request, begun)
        return got

    def _exchange(self, request, begun):
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
            try:
                self._socket.sendall(request)
            except OSError:  # it may have answered before it had read all
                if self._socket is None:
                    raise
            method = request.split(b" ", 1)[0].decode("latin-1")
            answer = http.client.HTTPResponse(self._socket, method=method)
            answer.begin()
            body = answer.read()
        except (OSError, http.client.HTTPException, ValueError):
            self.close()
            return Got(0, {}, b"", time.monotonic() - begun)
        headers = {name.lower(): value for name, value in answer.getheaders()}
        got = Got(answer.status, headers, body, time.monotonic() - begun)
        if answer.will_close or headers.get("connection", "").lower() in CLOSING:
            self.close()
        return got


def _undescribed(request, got):
    """Return what an answer has that the description of its path does not say."""
    words = request.partition(b"\r\n")[0].split(b" ")
    if got.status == 0 or len(words) != 3 or not words[1].startswith(b"/"):
        return ""
    method, target = words[0].decode("latin-1"), words[1].decode("latin-1")
    answer = described.Got(method, target, got.status, got.headers, got.body)
    return next(iter(described.problems(answer)), "")


def _problem(got, *, is_http):
    """Return what is wrong with an answer, whatever was asked for."""
    if got.status >= 500 and got.status != 501:
        return "an error of the server"
    if got.status == 0:
        return "no answer" if is_http else ""
    if got.status >= 400 and got.body and b'"message"' not in got.body:
        return "an error without a message"
    if "\n" in "".join(got.headers.values()) or "\x00" in "".join(got.headers.values()):
        return "a header with a line end"
    if got.headers.get("set-cookie"):
        return "a cookie that somebody else wrote"
    return ""
