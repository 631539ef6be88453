"""How attackers send: and leave, or wait, or read slowly. Floor: bench."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from bench.attacks.serving import ADDRESS

POSTING = "/api/v4/querybuilder"


@dataclass(frozen=True, slots=True)
class Reply:
    """What an attacker got: 0 is no answer in time, or a connection that was ended."""

    status: int
    seconds: float
    size: int = 0
    body: bytes = b""
    headers: Mapping[str, str] | None = None

    def __str__(self) -> str:
        word = f"HTTP {self.status}" if self.status else "no answer"
        return f"{word} after {self.seconds:.1f} s"


def ask(
    port: int,
    path: str,
    query: object = None,
    *,
    headers: Mapping[str, str] | None = None,
    patience: float = 60.0,
) -> Reply:
    """Return the answer to a request; `query` is posted as JSON."""
    body = None if query is None else json.dumps(query).encode()
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=patience)
    begun = time.monotonic()
    try:
        connection.request("GET" if body is None else "POST", path, body, dict(headers or {}))
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException):
        return Reply(0, time.monotonic() - begun)
    finally:
        connection.close()
    seconds = time.monotonic() - begun
    return Reply(answer.status, seconds, len(content), content, dict(answer.getheaders()))


def raw(port: int, text: str, patience: float = 10.0) -> str:
    """Return what comes back for these very characters."""
    found = b""
    with socket.create_connection((ADDRESS, port), patience) as client:
        client.sendall(text.encode("latin-1"))
        with suppress(OSError):
            while block := client.recv(1 << 16):
                found += block
    return found.decode("latin-1")


def request_text(path: str, query: object = None, headers: str = "") -> bytes:
    """Return a request as it stands on the wire."""
    if query is None:
        return f"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()
    body = json.dumps(query)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return (head + body).encode()


def leave(port: int, request: bytes, after: float) -> None:
    """Send a request and go away after some seconds, whatever has come."""
    with suppress(OSError), socket.create_connection((ADDRESS, port), after) as client:
        client.sendall(request)
        time.sleep(after)


@contextmanager
def open_connections(
    port: int, count: int, request: bytes = b"", rate: float = 0
) -> Iterator[None]:
    """Keep connections open that have sent a request, or nothing.

    `rate` is how many bytes each of them reads in a second; 0: none.
    """
    stop = threading.Event()
    with ExitStack() as stack:
        clients = []
        for _ in range(count):
            with suppress(OSError):
                client = stack.enter_context(socket.create_connection((ADDRESS, port), 2))
                client.sendall(request)
                client.settimeout(0.01)
                clients.append(client)

        def read() -> None:
            while rate and not stop.wait(1):
                for client in clients:
                    with suppress(OSError):
                        client.recv(int(rate))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield
        finally:
            stop.set()
            reader.join()


def at_once(count: int, work: Callable[[], Reply | None]) -> list[Reply]:
    """Do something in several threads and return what each got."""
    found: list[Reply] = []

    def one() -> None:
        reply = work()
        if reply is not None:
            found.append(reply)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def looping(count: int, seconds: float, work: Callable[[], object]) -> None:
    """Do something again and again in several threads for a while."""
    until = time.monotonic() + seconds

    def loop() -> None:
        while time.monotonic() < until:
            work()

    threads = [threading.Thread(target=loop) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def json_of(reply: Reply) -> Any:  # noqa: ANN401 - JSON
    """Return what the body of an answer holds."""
    return json.loads(reply.body)
