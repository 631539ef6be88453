"""Clients that keep a connection busy with as little as they can."""

from __future__ import annotations

import contextlib
import http.client
import socket
import time
from urllib.parse import urlsplit


def connected(root, *, receive=None, source="127.0.0.1"):
    """Return a connected socket; `receive` is the size of its receive buffer."""
    parts = urlsplit(root)
    made = socket.socket()
    if receive is not None:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    made.settimeout(20)
    try:
        made.bind((source, 0))
        made.connect((parts.hostname, parts.port))
    except BaseException:
        made.close()
        raise
    return made


@contextlib.contextmanager
def idle(root, count, sending=b""):
    """Yield connections that send the beginning of a request, or nothing."""
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(connected(root)) for _ in range(count)]
        for client in made:
            client.sendall(sending)
        yield made


@contextlib.contextmanager
def readers(root, path, count, headers=""):
    """Yield connections that ask for a path, and take nothing of the answer."""
    with contextlib.ExitStack() as stack:
        made = [stack.enter_context(connected(root, receive=4096)) for _ in range(count)]
        for client in made:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n{headers}\r\n".encode())
        yield made


def timed(root, path="/alive", count=20):
    """Return the seconds that each of some requests took, on a new connection each."""
    parts, seconds = urlsplit(root), []
    for _ in range(count):
        begun = time.perf_counter()
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        connection.close()
        assert response.status == 200
        seconds.append(time.perf_counter() - begun)
    return seconds


def exchange(root, sent):
    """Return all that a server answers to some bytes, until it ends the connection."""
    with connected(root) as client:
        client.sendall(sent)
        answer = b""
        with contextlib.suppress(ConnectionResetError):
            while part := client.recv(1 << 16):
                answer += part
    return answer
