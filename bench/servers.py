"""The servers that are compared, each in processes of its own. Floor: bench."""

from __future__ import annotations

import http.client
import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench import peer
from bench.stores import Store

OURS, FLOOR, PEER = "Provender", "floor", "AiiDA"
UNDER_GUNICORN = " (gunicorn)"
"""How a server is called that does not run as its own command does: one worker, four threads."""
GUNICORN = ("-m", "gunicorn", "-w", "1", "--threads", "4", "--log-level", "warning", "-b")
CPU_CLOCK = 2
"""Which clock of a process is meant: its processor time (Linux, CPUCLOCK_SCHED)."""
START_SECONDS = 60.0
FIRST = "/api/v4/nodes?limit=1"


@dataclass(slots=True)
class Server:
    """A running server; `seconds` is the time from its start to its first answer."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    seconds: float = 0.0

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self) -> float:
        """Return the processor time used so far, by all its processes."""
        return sum(_cpu_seconds(pid) for pid in self._processes())

    def resident_bytes(self) -> int:
        """Return the memory of its largest process."""
        return max(_resident(pid) for pid in self._processes())

    def _processes(self) -> list[int]:
        found = [self.process.pid]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            found += map(int, children.split())
        return found


@dataclass(frozen=True, slots=True)
class Launcher:
    """Starts servers; `home` is the peer's virtual environment, if it takes part."""

    cache: Path
    home: Path | None = None

    def names(self, store: Store, *, has_gunicorn: bool) -> tuple[str, ...]:
        """Return the servers that can serve a store, those under gunicorn if it is installed."""
        floor = () if store.kind == "archive" else (FLOOR,)
        under = tuple(name + UNDER_GUNICORN for name in (OURS, *floor) if has_gunicorn)
        against = (PEER,) if store.kind == "postgresql" and self.home else ()
        return (OURS, *floor, *under, *against)

    def start(self, name: str, store: Store) -> Server:
        """Return a server that has answered once.

        Raises:
            RuntimeError: it stopped, or did not answer in time.
        """
        port = _free_port()
        variables: Mapping[str, str] = os.environ
        if name == PEER and self.home:
            peer.prepare(self.home, self.cache, store)
            variables = peer.settings(self.cache, store)
        logs = self.cache / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / f"{name}-{store.kind}.log").open("wb") as log:
            begun = time.perf_counter()
            process = subprocess.Popen(  # noqa: S603 - our own command
                self._command(name, store, port), env=variables, stdout=log, stderr=log
            )
        server = Server(name, port, process)
        try:
            _wait(server, begun)
        except BaseException:
            server.stop()
            raise
        server.seconds = time.perf_counter() - begun
        return server

    def _command(self, name: str, store: Store, port: int) -> list[str]:
        if name == PEER and self.home:
            return peer.command(self.home, port)
        kind, under, _ = name.partition(UNDER_GUNICORN)
        place = [store.location, str(store.container)]
        if kind == FLOOR and not under:
            return [sys.executable, "-m", "bench.floor", *place, str(port)]
        if kind == FLOOR:
            application = f"bench.floor:create_app({place[0]!r}, {place[1]!r})"
        elif under:
            given = f"repository={place[1]!r}" if store.kind == "postgresql" else ""
            application = f"provender:create_app(store={place[0]!r}, {given})"
        else:
            given = f"--repository={place[1]}" if store.kind == "postgresql" else "--posting"
            served = ["-m", "provender", "restapi", place[0], given, "-P", str(port)]
            return [sys.executable, *served]
        return [sys.executable, *GUNICORN, f"127.0.0.1:{port}", application]


def has_gunicorn() -> bool:
    """Whether gunicorn is installed here."""
    return importlib.util.find_spec("gunicorn") is not None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait(server: Server, begun: float) -> None:
    """Ask a server until it answers."""
    while time.perf_counter() - begun < START_SECONDS:
        if server.process.poll() is not None:
            raise RuntimeError(f"{server.name} stopped at once, see its log")
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=START_SECONDS)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", FIRST)
            if connection.getresponse().read():
                return
        time.sleep(0.005)
    raise RuntimeError(f"{server.name} does not answer, see its log")


def _cpu_seconds(pid: int) -> float:
    """Return the processor time of a process and all its threads (clock_getcpuclockid(3)).

    In proc(5) it is counted in hundredths: ten requests.
    """
    return time.clock_gettime(~pid << 3 | CPU_CLOCK)


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
