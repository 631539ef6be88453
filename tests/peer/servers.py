"""The processes of `provender restapi` that serve the store of AiiDA's test profile."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from peer.task import Task


class Servers:
    """Starts a server when it is first asked for; one for each store, with and without posting."""

    def __init__(self, task: Task):
        self.task = task
        self.running: dict[tuple[object, ...], Server] = {}

    def root(self, store: tuple[str, ...], *, posting: bool) -> str:
        """Return the root URL of a server of this store."""
        key = (*store, posting)
        if key not in self.running:
            arguments = (*store, "--posting" if posting else "--no-posting")
            self.running[key] = Server(self.task, arguments, len(self.running))
        return self.running[key].root

    def close(self) -> None:
        """Stop all servers."""
        for server in self.running.values():
            server.process.terminate()
            server.process.wait(timeout=30)
        self.running.clear()


class Server:
    """`provender restapi`, running; `root` is its URL."""

    def __init__(self, task: Task, arguments: tuple[str, ...], number: int):
        log = Path(task.folder) / f"server{number}.log"
        names = ("PATH", "LANG", "PGHOST", "PGPASSWORD")
        kept = {name: os.environ[name] for name in names if os.environ.get(name)}
        own = {"HOME": task.folder, "PYTHONPATH": task.pythonpath, "PYTHONUNBUFFERED": "1"}
        self.process = subprocess.Popen(
            [*task.server, "restapi", "-P", "0", *arguments],
            stdout=subprocess.PIPE,
            stderr=log.open("w"),
            text=True,
            env={**kept, **own},
        )
        banner = ""
        for line in self.process.stdout or ():
            banner += line
            if "Ctrl-C" in line:
                break
        found = re.search(r"(http://[\d.]+:\d+)/ ", banner)
        if found is None:
            raise RuntimeError(f"Provender does not start: {banner}{log.read_text()}")
        self.root = found[1]
