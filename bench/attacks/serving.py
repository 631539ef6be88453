"""The server that is attacked: `provender restapi` or gunicorn, from any checkout. Floor: bench."""

from __future__ import annotations

import http.client
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ADDRESS = "127.0.0.1"
START_SECONDS, STOP_SECONDS = 60.0, 20.0
MEMORY = 4 << 30
"""Bytes of address space that a server may have: an attack shall not take the machine."""
KINDS = ("waitress", "gunicorn")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, its files and its log."""

    kind: str
    port: int
    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def cache(self) -> Path:
        """The folder of extracted databases."""
        return self.folder / "cache"

    def pids(self) -> list[int]:
        """Return its processes."""
        found = [self.process.pid]
        for pid in found:
            with suppress(OSError):
                children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
                found += map(int, children.split())
        return found

    def peak_bytes(self) -> int:
        """Return the most memory that its largest process ever had."""
        return max((_status(pid, "VmHWM") for pid in self.pids()), default=0)

    def stop(self) -> None:
        """End it."""
        pids = self.pids()
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, 9)
            self.process.wait()


@dataclass(frozen=True, slots=True)
class Launcher:
    """Starts servers from a checkout; their files are in `folder`."""

    source: Path
    folder: Path

    def start(self, kind: str, settings: Mapping[str, Any], name: str) -> Server:
        """Return a server that answers.

        Args:
            kind: one of `KINDS`.
            settings: what the configuration file holds.
            name: of its folder.

        Raises:
            RuntimeError: it stopped, or did not answer in time.
        """
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        file, port = folder / "config.yaml", free_port()
        file.write_text(yaml.safe_dump({"cache": {"folder": str(folder / "cache")}, **settings}))
        command = [sys.executable, "-m", "provender", "--config", str(file), "restapi", "-P"]
        command.append(str(port))
        if kind == "gunicorn":
            own = self.source / "config" / "gunicorn.conf.py"
            command = [sys.executable, "-m", "gunicorn", "-c", str(own), "-b", f"{ADDRESS}:{port}"]
            command.append("provender:create_app()")
        known = {"PYTHONPATH": str(self.source / "src"), "PROVENDER_CONFIG": str(file)}
        with (folder / "log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                command,
                env=os.environ | known,
                stdout=log,
                stderr=log,
                preexec_fn=_bound,  # noqa: PLW1509 - no threads run here yet
                cwd=folder,
            )
        server = Server(kind, port, process, folder)
        try:
            self._wait(server)
        except BaseException:
            server.stop()
            raise
        return server

    def _wait(self, server: Server) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if server.process.poll() is not None:
                raise RuntimeError(f"the server stopped at once: {server.folder / 'log'}")
            connection = http.client.HTTPConnection(ADDRESS, server.port, timeout=START_SECONDS)
            with suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/api/v4/nodes?limit=1")
                if connection.getresponse().status == http.client.OK:
                    return
            connection.close()
            time.sleep(0.1)
        raise RuntimeError(f"the server does not answer: {server.folder / 'log'}")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind((ADDRESS, 0))
        return int(listener.getsockname()[1])


def _bound() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _status(pid: int, name: str) -> int:
    """Return a size in bytes from proc(5), 0 without the process."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0
