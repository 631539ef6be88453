"""Servers that break, end and come back, or are older, while a command asks them."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import threading
from urllib.parse import urlsplit

import pytest

from support import growing
from support.command import COMMAND, Server, run
from support.hearing import hearing
from support.server import serving
from support.waiting import wait_until

WORKFLOW = "7ecba7ea"
FOLDER = "5390fd5f-ba21-418c-8910-98be06c0420f"
JOB = "78ccdb4c-e7b5-453b-9de9-3949114d5452"
SIZE = 300_000_000


class Breaking:
    """Breaks off answers behind so many bytes, `times` of them; the rest it does not touch."""

    def __init__(self, app, after, times):
        self.app, self.after, self.left = app, after, times
        self.asked = []
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        headers = []

        def begin(status, given, *more):
            headers.extend(given)
            return start_response(status, given, *more)

        blocks = self.app(environ, begin)
        length = int(dict(headers).get("Content-Length", self.after + 1))
        self.asked.append(environ.get("HTTP_RANGE"))
        with self.lock:
            is_broken = self.left > 0 and length > self.after
            self.left -= is_broken
        return self._some(blocks) if is_broken else blocks

    def _some(self, blocks):
        sent = 0
        try:
            for block in blocks:
                some = block[: self.after - sent]
                sent += len(some)
                yield some
                if sent >= self.after:
                    raise ConnectionError("broken by the test")
        finally:
            blocks.close()


@pytest.fixture
def broken(make_app, settings):
    """A function: bytes and times -> the middleware, being served as the remote `bad:`."""
    stack = []

    def start(after, times):
        app = Breaking(make_app(store="demo", settings=settings), after, 0)
        context = serving(app)
        stack.append(context)
        run("remote", "add", "bad", context.__enter__())
        app.left = times
        return app

    yield start
    for context in stack:
        context.__exit__(None, None, None)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files_of(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ["get", "STORE", f"{FOLDER}:pw.out", "-o", "NEW"],
        ["archive", "create", "STORE", "group=processes", "NEW.zip"],
        ["dump", WORKFLOW, "NEW", "-s", "STORE"],
    ],
)
def test_a_download_goes_on_behind_a_break(arguments, broken, folder):
    app = broken(9000, 2)
    for store in ("bad:", "demo"):
        place = folder / store.strip(":")
        words = (text.replace("STORE", store).replace("NEW", str(place)) for text in arguments)
        run(*words)
    assert "bytes=9000-" in app.asked
    found = files_of(folder)
    there = {name.removeprefix("bad"): found[name] for name in found if name.startswith("bad")}
    assert there == {name.removeprefix("demo"): found[name] for name in found if "demo" in name}
    assert there


def test_a_table_that_breaks_off_is_an_error_and_no_file(broken, folder):
    broken(3000, 9)
    out, err = run("export", "bad:", "-o", "table.csv", status=1)
    assert out == ""
    assert err.startswith("Error: The table broke off.\n")
    assert files_of(folder) == {}


def test_a_file_that_changed_meanwhile_is_not_mixed(broken, folder):
    app = broken(9000, 1)
    inner = app.app

    def changed(environ, start_response):
        if environ.get("HTTP_RANGE"):
            environ["HTTP_IF_RANGE"] = '"another"'
        return inner(environ, start_response)

    app.app = changed
    _, err = run("get", "bad:", f"{FOLDER}:pw.out", status=1)
    assert "has changed on the server" in err
    assert files_of(folder) == {}


def test_an_older_server_is_named(broken, folder):
    app = broken(1, 0)
    inner = app.app

    def older(environ, start_response):
        environ["PATH_INFO"] = environ["PATH_INFO"].replace("/nodes/facets", "/nodes/x/facets")
        return inner(environ, start_response)

    app.app = older
    out, err = run("facets", "bad:", status=1)
    assert out == ""
    assert err.startswith("Error: The remote `bad` does not serve this.")
    assert "older" in err


@pytest.fixture(scope="module")
def large(unpacked, tmp_path_factory):
    """A store in which a node has one file of 300 MB."""
    store = growing.copied(unpacked, tmp_path_factory.mktemp("large"))
    digest = hashlib.sha256()
    for _ in range(100):
        digest.update(bytes(SIZE // 100))
    key = digest.hexdigest()
    place = store / "container" / "loose" / key[:2]
    place.mkdir(exist_ok=True)
    with (place / key[2:]).open("wb") as file:
        file.truncate(SIZE)
    told = json.dumps({"o": {"large": {"k": key}}})
    growing.change(
        store, f"UPDATE db_dbnode SET repository_metadata = '{told}' WHERE uuid = '{JOB}'"
    )
    return store


def begun(folder, *arguments):
    """Start a command that fetches a file, and return it, stopped in the middle."""
    with hearing():
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    wait_until(lambda: any(path.stat().st_size for path in folder.glob(".*.part")))
    process.send_signal(signal.SIGSTOP)
    (part,) = folder.glob(".*.part")
    assert 0 < part.stat().st_size < SIZE
    return process


def test_a_server_that_is_killed_and_started_again(large, folder):
    server = Server(large)
    run("remote", "add", "mortal", server.root)
    process = begun(folder, "get", "mortal:", f"{JOB}:large")
    server.stop(signal.SIGKILL)
    again = Server(large, "-P", str(urlsplit(server.root).port))
    try:
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=120)
    finally:
        again.stop(signal.SIGINT)
    assert (process.returncode, out) == (0, "Wrote large (300 MB).\n"), err
    assert (folder / "large").stat().st_size == SIZE


def test_ctrl_c_leaves_nothing(large, folder):
    server = Server(large)
    try:
        run("remote", "add", "mortal", server.root)
        process = begun(folder, "get", "mortal:", f"{JOB}:large")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)
        _, err = process.communicate(timeout=60)
    finally:
        server.stop(signal.SIGINT)
    assert process.returncode == 1
    assert err.startswith("Error: Stopped")
    assert list(folder.iterdir()) == []


def test_a_command_ends_with_its_reader(broken):
    broken(1, 0)
    command = " ".join([*COMMAND, "export", "bad:", "--format", "ndjson"])
    done = subprocess.run(
        ["/bin/sh", "-c", f"{command} | head -n 1"], capture_output=True, check=True, env=os.environ
    )
    assert done.stdout.count(b"\n") == 1
    assert b"Traceback" not in done.stderr
