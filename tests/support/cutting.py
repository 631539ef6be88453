"""A TCP proxy in front of a web server that cuts each connection after as many bytes as asked."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from urllib.parse import urlsplit

BLOCK = 1 << 16
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER without time: closing resets the connection."""


class Cutter:
    """Passes connections on to the server of a URL; `url` is where it is found itself.

    `after` has the numbers of bytes of answers after which the next connections are cut, one for
    each, None for one that is not; all later ones are not cut. `connections` counts them all, and
    `answered` the bytes of answers.
    """

    def __init__(self, url, after=()):
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self.after = list(after)
        self.connections = self.answered = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            left = self.after.pop(0) if self.after else None
            server = socket.create_connection(self._target)
            for arguments in ((client, server, None), (server, client, left)):
                threading.Thread(target=self._copy, args=arguments, daemon=True).start()

    def _copy(self, source, target, left):
        with contextlib.suppress(OSError):
            while block := source.recv(BLOCK)[:left]:
                target.sendall(block)
                self.answered += len(block)
                left = None if left is None else left - len(block)
        _close(source, target, is_cut=left is not None)


def _close(*ends, is_cut):
    for end in ends:
        with contextlib.suppress(OSError):
            if is_cut:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.shutdown(socket.SHUT_RDWR)
        end.close()
