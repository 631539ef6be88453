"""Clients that keep their connection where the server does, and what they see. Floor: bench."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from itertools import islice

from bench.samples import Request
from bench.servers import Server

TIMEOUT = 120.0
NOT_MODIFIED = 304
NO_ETAG = 0
"""Stands among the failures for an answer without the ETag that was to be sent back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and the seconds from the start of the request to the last byte of the body."""

    status: int
    body: bytes
    seconds: float
    etag: str | None
    link: str

    @property
    def rows(self) -> int:
        """The number of rows of the first list in `data`, or of its keys; 1 for a file."""
        if not self.body.startswith(b"{"):
            return 1
        data = json.loads(self.body).get("data", {})
        first = next(iter(data.values()), None) if isinstance(data, dict) else data
        return len(first) if isinstance(first, list) else 1


class Client:
    """Asks one server, one request after the other."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def ask(self, request: Request, etag: str | None = None) -> Answer:
        """Return the answer to a request."""
        headers = {"If-None-Match": etag} if etag else {}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        begun = time.perf_counter()
        response = self._send(request, headers)
        content = response.read()
        seconds = time.perf_counter() - begun
        told = response.getheader("ETag"), response.getheader("Link", "")
        return Answer(response.status, content, seconds, *told)

    def drain(self, request: Request) -> int:
        """Return the number of bytes of an answer that is not kept."""
        response, count = self._send(request, {}), 0
        while block := response.read(1 << 20):
            count += len(block)
        return count

    def _send(self, request: Request, headers: dict[str, str]) -> HTTPResponse:
        """Send a request, once more where the server had closed an idle connection."""
        method = "GET" if request.body is None else "POST"
        for is_last in (False, True):
            try:
                self._connection.request(method, request.path, request.body, headers)
                return self._connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionError):
                self._connection.close()
                if is_last:
                    raise
        raise AssertionError


@dataclass(slots=True)
class Burst:
    """What a number of requests took: seconds of each, processor seconds of all, failures.

    `rows` holds the number of rows by request. `failures` are statuses; they are not among
    `seconds`.
    """

    seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0
    rows: dict[Request, int] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)

    def has_failed(self, request: Request, answer: Answer) -> bool:
        """Note the rows or the failure of an answer; return whether it is a failure."""
        if answer.status >= http.client.BAD_REQUEST:
            self.failures.append(answer.status)
        elif request not in self.rows and answer.status != NOT_MODIFIED:
            self.rows[request] = answer.rows
        return bool(self.failures)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a burst may be."""

    requests: int
    seconds: float


def burst(
    server: Server,
    requests: Iterator[Request],
    limits: Limits,
    before: Callable[[], object] | None = None,
    *,
    warm: int = 1,
    is_conditional: bool = False,
) -> Burst:
    """Send requests until a limit is reached or none is left; the first `warm` are not counted.

    `before` runs before each counted request, off the clock. `is_conditional` sends the ETag of the
    first answer. The burst ends at the first failure.
    """
    found = Burst()
    with Client(server) as client:
        etag = None
        for request in islice(requests, warm):
            answer = client.ask(request)
            if found.has_failed(request, answer):
                return found
            etag = answer.etag if is_conditional else None
        if is_conditional and not etag:
            found.failures.append(NO_ETAG)
            return found
        cpu, end = server.cpu_seconds(), time.perf_counter() + limits.seconds
        for request in islice(requests, limits.requests):
            if before is not None:
                before()
            answer = client.ask(request, etag)
            if found.has_failed(request, answer):
                break
            found.seconds.append(answer.seconds)
            if time.perf_counter() > end:
                break
        found.cpu = server.cpu_seconds() - cpu
    return found


@dataclass(frozen=True, slots=True)
class Load:
    """What several clients at once got: requests in all and processor seconds, in some seconds."""

    clients: int
    requests: int
    seconds: float
    cpu: float


def load(server: Server, requests: Iterator[Request], clients: int, seconds: float) -> Load:
    """Send requests with several clients at once for a while, or until none is left.

    The clients take requests from the same iterator, which has to be one that threads may share.
    A client stops at its first failure.
    """
    counts = [0] * clients
    end = time.perf_counter() + seconds

    def work(place: int) -> None:
        with Client(server) as client:
            while time.perf_counter() < end:
                request = next(requests, None)
                if request is None or client.ask(request).status >= http.client.BAD_REQUEST:
                    break
                counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    cpu, begun = server.cpu_seconds(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - begun
    return Load(clients, sum(counts), took, server.cpu_seconds() - cpu)
