"""Clients that keep their connection where the server does, and what they see. Floor: bench."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse

from bench.servers import Server
from bench.workload import Question, Samples

TIMEOUT = 120.0
NOT_MODIFIED = 304


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

    def ask(self, path: str, *, body: bytes | None = None, etag: str | None = None) -> Answer:
        """Return the answer to a request; a body is posted as JSON."""
        headers = {"If-None-Match": etag} if etag else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        begun = time.perf_counter()
        response = self._send(path, body, headers)
        content = response.read()
        seconds = time.perf_counter() - begun
        told = response.getheader("ETag"), response.getheader("Link", "")
        return Answer(response.status, content, seconds, *told)

    def drain(self, path: str) -> int:
        """Return the number of bytes of an answer that is not kept."""
        response, count = self._send(path, None, {}), 0
        while block := response.read(1 << 20):
            count += len(block)
        return count

    def _send(self, path: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        """Send a request, once more where the server had closed an idle connection."""
        for is_last in (False, True):
            try:
                self._connection.request("GET" if body is None else "POST", path, body, headers)
                return self._connection.getresponse()
            except (http.client.RemoteDisconnected, ConnectionError):
                self._connection.close()
                if is_last:
                    raise
        raise AssertionError


@dataclass(slots=True)
class Burst:
    """What a number of requests took: seconds of each, processor seconds of all, failures.

    `rows` holds the number of rows by path. `failures` are statuses; they are not among `seconds`.
    """

    seconds: list[float] = field(default_factory=list)
    cpu: float = 0.0
    rows: dict[str, int] = field(default_factory=dict)
    failures: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a burst may be."""

    requests: int
    seconds: float


def burst(
    server: Server,
    question: Question,
    samples: Samples,
    limits: Limits,
    before: Callable[[], None] | None = None,
) -> Burst:
    """Ask one question until a limit is reached, after one request that is not counted.

    `before` runs before each request, off the clock. The burst ends at the first failure.
    """
    found = Burst()
    with Client(server) as client:
        first = client.ask(samples.path(question, 0), body=question.body)
        etag = first.etag if question.is_conditional else None
        found.rows[samples.path(question, 0)] = first.rows
        if first.status >= http.client.BAD_REQUEST or (question.is_conditional and not etag):
            found.failures.append(first.status)
            return found
        cpu, end = server.cpu_seconds(), time.perf_counter() + limits.seconds
        for number in range(limits.requests):
            if before is not None:
                before()
            path = samples.path(question, number)
            answer = client.ask(path, body=question.body, etag=etag)
            if answer.status >= http.client.BAD_REQUEST:
                found.failures.append(answer.status)
                break
            found.seconds.append(answer.seconds)
            if path not in found.rows and answer.status != NOT_MODIFIED:
                found.rows[path] = answer.rows
            if time.perf_counter() > end:
                break
        found.cpu = server.cpu_seconds() - cpu
    return found


@dataclass(frozen=True, slots=True)
class Load:
    """What several clients at once got: requests in all and processor seconds, in some seconds."""

    requests: int
    seconds: float
    cpu: float


def load(
    server: Server, question: Question, samples: Samples, clients: int, seconds: float
) -> Load:
    """Ask one question with several clients at once for a while; failures do not count."""
    counts = [0] * clients
    end = time.perf_counter() + seconds

    def work(place: int) -> None:
        with Client(server) as client:
            while time.perf_counter() < end:
                path = samples.path(question, counts[place] + place * 7)
                answer = client.ask(path, body=question.body)
                if answer.status >= http.client.BAD_REQUEST:
                    break
                counts[place] += 1

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    cpu, begun = server.cpu_seconds(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(sum(counts), time.perf_counter() - begun, server.cpu_seconds() - cpu)
