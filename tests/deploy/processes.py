"""Real web servers as processes of the tests, and what they are asked while they run."""

from __future__ import annotations

import collections
import contextlib
import grp
import http.client
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from support.command import unmeasured
from support.waiting import PATIENCE, wait_until

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for_port(port: int, process: subprocess.Popen | None = None) -> None:
    def is_open() -> bool:
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True

    wait_until(is_open, raising=OSError)


def unprivileged() -> tuple[str, str]:
    """Return the user and group that web servers run as: never root."""
    user = pwd.getpwnam("www-data") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    return user.pw_name, grp.getgrgid(user.pw_gid).gr_name


def own(path: Path) -> None:
    """Give a folder to the user that web servers run as."""
    if os.geteuid() == 0:
        for item in (path, *path.rglob("*")):
            shutil.chown(item, *unprivileged())


@contextmanager
def relayed(url: str):
    """Yield a URL that every user can connect to: the socket of the tests' cluster is private."""
    found = re.search(r"[?&]host=([^&]+)", url)
    if found is None:
        yield url
        return
    listener = socket.create_server(("127.0.0.1", 0))
    path = f"{found[1]}/.s.PGSQL.5432"
    threading.Thread(target=_relay, args=(listener, path), daemon=True).start()
    try:
        name = urlsplit(url).path
        yield f"postgresql://postgres@127.0.0.1:{listener.getsockname()[1]}{name}"
    finally:
        listener.close()


def _relay(listener: socket.socket, path: str) -> None:
    while True:
        try:
            client, _ = listener.accept()
        except OSError:  # closed
            return
        server = socket.socket(socket.AF_UNIX)
        server.connect(path)
        for source, target in ((client, server), (server, client)):
            threading.Thread(target=_copy, args=(source, target), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


def configured(folder: Path, **settings) -> dict[str, str]:
    """Return the environment that names a configuration file with these settings."""
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump({"cache": {"folder": str(folder / "cache")}} | settings))
    return {"PROVENDER_CONFIG": str(file)}


@contextmanager
def gunicorn(application, *options, port=None, environment=None, log=None, command=None):
    """Yield the root URL and the process of a gunicorn with our settings."""
    port = port or free_port()
    command = command or [
        sys.executable, "-m", "gunicorn", "-c", str(ROOT / "config" / "gunicorn.conf.py"),
        *options, application,
    ]  # fmt: skip
    with Path(log or os.devnull).open("wb") as output:
        process = subprocess.Popen(
            [*command, "-b", f"127.0.0.1:{port}"],
            env=unmeasured() | (environment or {}),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for_port(port, process)
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


@contextmanager
def load(port: int, path: str, threads: int = 4):
    """Ask again and again, on new connections; yields the counts by status, or by error."""
    seen: collections.Counter = collections.Counter()
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            try:
                connection.request("GET", path)
                response = connection.getresponse()
                response.read()
                seen[response.status] += 1
            except (OSError, http.client.HTTPException) as error:
                seen[repr(error)] += 1
            finally:
                connection.close()

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield seen
    finally:
        stop.set()
        for worker in workers:
            worker.join()


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    found = subprocess.run(
        ["/usr/bin/env", "ps", "-o", "pid=", "--ppid", str(pid)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [int(line) for line in found.stdout.split()]


def from_stranger(root: str, path: str) -> int:
    """Return the status of a request from another address of this machine."""
    host = root.removeprefix("http://")
    connection = http.client.HTTPConnection(host, source_address=("127.0.0.2", 0), timeout=30)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status
