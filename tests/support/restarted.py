"""A server in a process of its own that is killed, and started again at the same port."""

from __future__ import annotations

import socket
import subprocess
import sys

from support.command import unmeasured


class Restarted:
    """A server of a store; `root` is its URL whatever process it is."""

    def __init__(self, store):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self._store = store
        self.root = f"http://127.0.0.1:{self._port}"
        self.starts = 0
        self.start()

    def start(self):
        arguments = ["restapi", str(self._store), "-P", str(self._port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "provender", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**unmeasured(), "PYTHONUNBUFFERED": "1"},
        )
        self.starts += 1
        for line in self._process.stdout:
            if "Ctrl-C" in line:
                return

    def kill(self):
        self._process.kill()
        self._process.communicate(timeout=20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
