"""The two web servers as processes, with what they hold open."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from deploy import processes
from deploy.processes import ROOT
from support import postgres
from support.command import unmeasured
from support.hearing import hearing
from support.waiting import PATIENCE, wait_until

KINDS = ("waitress", "gunicorn")
WORKERS, POOL = 2, 3
NAME = "provender-faults"
LIMITS = {
    "limits": {"statement_seconds": 1},
    "pool": {"size": POOL, "wait_seconds": 2, "connect_seconds": 1},
}


@dataclass(frozen=True)
class Running:
    """A web server that runs: its root URL, its first process and its log."""

    kind: str
    root: str
    process: subprocess.Popen
    log: Path

    @property
    def port(self):
        return int(self.root.rpartition(":")[2])

    def workers(self):
        """Return the processes that answer."""
        return _children(self.process.pid) if self.kind == "gunicorn" else [self.process.pid]

    def descriptors(self):
        """Return how many files and connections its processes hold open."""
        return sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in self.workers())  # noqa: PTH208 - only counted

    def send(self, number):
        self.process.send_signal(number)

    def said(self):
        return self.log.read_text()


@contextmanager
def running(kind, folder, store, environment=None, **settings):
    """Yield a server of a store (the entry of a profile), which ends with the block."""
    file, log = folder / "config.yaml", folder / "log"
    cache = {"folder": str(folder / "cache")}
    chosen = {"profiles": {"lab": store}, "cache": cache} | LIMITS | settings
    file.write_text(yaml.safe_dump(chosen))
    port = processes.free_port()
    command = [sys.executable, "-m", "provender", "--config", file, "restapi", "-P", str(port)]
    if kind == "gunicorn":
        own = ROOT / "config" / "gunicorn.conf.py"
        command = [sys.executable, "-m", "gunicorn", "-c", own, "-b", f"127.0.0.1:{port}"]
        command += ["-w", str(WORKERS), "provender:create_app()"]
    known = unmeasured() | {"PROVENDER_CONFIG": str(file)} | (environment or {})
    with log.open("wb") as output, hearing():
        process = subprocess.Popen(command, env=known, stdout=output, stderr=output)
    try:
        processes.wait_for_port(port, process)
        yield Running(kind, f"http://127.0.0.1:{port}", process, log)
    finally:
        _end(process)


def _children(pid):
    with contextlib.suppress(OSError):
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    return []


def _end(process):
    children = _children(process.pid)
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        for pid in [process.pid, *children]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        raise


def connections(url):
    """Return how many connections of our servers a database has."""
    sql = f"SELECT count(*) FROM pg_stat_activity WHERE application_name = '{NAME}'"
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def named(url):
    """Return a URL whose connections have our name."""
    return f"{url}{'&' if '?' in url else '?'}application_name={NAME}"


def wait_until_ready(url):
    """Wait until a database takes connections again."""
    wait_until(lambda: connections(url) >= 0, raising=Exception)
