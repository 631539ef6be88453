"""A TCP proxy in front of a database, which stalls, cuts and refuses as a bad network does."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from urllib.parse import urlsplit

BLOCK = 1 << 16
TICK = 0.05
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER without time: closing resets the connection."""


class Proxy:
    """Passes connections on to the server of a URL; `url` is where it is found itself."""

    def __init__(self, url):
        self._target = _place(url)
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._open = set()
        self._left = None
        self._is_refusing = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{port}{urlsplit(url).path}"
        self._is_closed = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def connections(self):
        """How many sockets are open: two for each connection."""
        return len(self._open)

    @contextlib.contextmanager
    def stalled(self):
        """Pass nothing on: connections stay open, new ones are taken, and nothing comes."""
        self._flowing.clear()
        try:
            yield
        finally:
            self._flowing.set()

    @contextlib.contextmanager
    def cutting(self, after):
        """Cut each answer of the database after so many bytes, all connections together."""
        with self._lock:
            self._left = after
        try:
            yield
        finally:
            with self._lock:
                self._left = None

    @contextlib.contextmanager
    def refusing(self):
        """Cut all connections, and end each new one at once."""
        self._is_refusing = True
        self.cut()
        try:
            yield
        finally:
            self._is_refusing = False

    def cut(self):
        """Reset all connections."""
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            _reset(end)

    def close(self):
        self._is_closed = True
        self._listener.close()
        self.cut()

    def _accept(self):
        while not self._is_closed:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._is_refusing:
                _reset(client)
                continue
            server = _connected(self._target)
            if server is None:
                _reset(client)
                continue
            with self._lock:
                self._open |= {client, server}
            for pair in ((client, server), (server, client)):
                is_answer = pair[0] is server
                threading.Thread(target=self._copy, args=(*pair, is_answer), daemon=True).start()

    def _copy(self, source, target, is_answer):
        with contextlib.suppress(OSError, ValueError):
            while block := source.recv(BLOCK):
                self._flowing.wait()
                if is_answer and not self._may_pass(len(block)):
                    target.sendall(block[: len(block) // 2])
                    break
                target.sendall(block)
        for end in (source, target):
            with self._lock:
                self._open.discard(end)
            _reset(end)

    def _may_pass(self, count):
        with self._lock:
            if self._left is None:
                return True
            self._left -= count
            return self._left > 0


def _place(url):
    """Return what to connect to: the path of a socket, or host and port."""
    if found := re.search(r"[?&]host=([^&]+)", url):
        return f"{found[1]}/.s.PGSQL.5432"
    parts = urlsplit(url)
    return parts.hostname, parts.port or 5432


def _connected(target):
    family = socket.AF_UNIX if isinstance(target, str) else socket.AF_INET
    server = socket.socket(family)
    try:
        server.connect(target)
    except OSError:
        server.close()
        return None
    return server


def _reset(end):
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
