"""The normal user: lists and details, one every few milliseconds. Floor: bench.

`python -m bench.attacks.user PORT < PATHS` asks the paths by turns until it is ended. For each
answer it prints a line: when it was asked for (monotonic clock), the seconds until its last byte,
and its status, 0 for none within `PATIENCE` seconds.
"""

from __future__ import annotations

import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from bench.attacks.serving import ADDRESS

PATIENCE, PAUSE = 10.0, 0.005
KEPT = 10
"""Requests of one connection: both a kept and a new connection have to be served."""
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: when it was asked for, the seconds that it took, and its status."""

    begun: float
    seconds: float
    status: int

    @property
    def is_good(self) -> bool:
        """Whether it is an answer, and no error of the server."""
        return 0 < self.status < http.client.INTERNAL_SERVER_ERROR


class User:
    """A process that asks; `seen` grows while it runs."""

    def __init__(self, port: int, paths: Iterable[str]) -> None:
        self.seen: list[Seen] = []
        command = [sys.executable, "-m", "bench.attacks.user", str(port)]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        if self._process.stdin:
            self._process.stdin.write("\n".join(paths))
            self._process.stdin.close()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            begun, seconds, status = line.split()
            self.seen.append(Seen(float(begun), float(seconds), int(status)))

    def __enter__(self) -> User:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()


def main(port: int, paths: list[str]) -> None:
    """Ask until the process is ended."""
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=PATIENCE)
    for number, path in enumerate(cycle(paths)):
        begun, status = time.monotonic(), 0
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        sys.stdout.write(f"{begun} {time.monotonic() - begun} {status}\n")
        sys.stdout.flush()
        if status == 0 or number % KEPT == KEPT - 1:
            connection.close()
        time.sleep(PAUSE)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.stdin.read().splitlines())
