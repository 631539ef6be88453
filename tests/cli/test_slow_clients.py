"""Clients that take and send as slowly as they can; everybody else is answered."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from support import filestore, slowclients
from support.command import Server, unmeasured
from support.server import ask, is_refused
from support.waiting import wait_until

LARGE = [bytes(range(256)) * 4096] * 32
SIZE = 32 << 20
PATH = filestore.path_of("large")


@pytest.fixture(scope="module", params=["packed", "compressed"])
def store(request, tmp_path_factory, unpacked):
    folder = tmp_path_factory.mktemp(request.param)
    return filestore.make(request.param, folder, unpacked, {"large": LARGE})


@contextmanager
def serving(store, tmp_path, limits="client_seconds: 30"):
    """Yield a running server; its errors are read afterwards from `server.log`."""
    config = tmp_path / "config.yaml"
    config.write_text(f"limits: {{{limits}}}\nmetrics: true\n")
    server = Server(store, before=["--config", config])
    try:
        yield server
    finally:
        _, _, server.log = server.stop(signal.SIGTERM)


def descriptors(server):
    """Return what the descriptors of a server stand for."""
    folder = Path(f"/proc/{server.process.pid}/fd")
    found = []
    for entry in folder.iterdir():
        try:
            found.append(str(entry.readlink()))
        except FileNotFoundError:
            found.append("")
    return found


def sockets(server):
    return sum(name.startswith("socket:") for name in descriptors(server))


def test_slow_readers_and_idle_connections_block_nobody(store, tmp_path):
    with serving(store, tmp_path) as server:
        with (
            slowclients.readers(server.root, PATH, 100),
            slowclients.idle(server.root, 200),
        ):
            assert len(slowclients.timed(server.root)) == 20
            assert ask(f"{server.root}/api/v4/nodes?limit=3").status == 200
            wait_until(lambda: sockets(server) > 300)
            is_plain = "compressed" not in str(store)
            spooled = [name for name in descriptors(server) if name.endswith(" (deleted)")]
            assert not (is_plain and spooled)
        wait_until(lambda: not any("packs/0" in name for name in descriptors(server)))
        assert len(slowclients.timed(server.root)) == 20


def test_a_reader_that_takes_nothing_is_cut_off(store, tmp_path):
    with serving(store, tmp_path, "client_seconds: 1") as server:
        with slowclients.readers(server.root, PATH, 3):
            wait_until(lambda: sockets(server) > 3)
            wait_until(lambda: sockets(server) == 1)
        text = ask(f"{server.root}/metrics").body.decode()
    counted = re.search(r'sent_bytes_total\{route="[^"]*/repo/contents"\} (\S+)', text)
    sent = [int(size) for size in re.findall(r"contents\S* 200 (\d+) bytes", server.log)]
    assert len(sent) == 3
    assert all(0 < size < SIZE for size in sent)
    assert float(counted[1]) == sum(sent)
    assert server.log.count("is too slow") == 3


def test_a_slow_reader_gets_the_whole_file(store, tmp_path):
    with (
        serving(store, tmp_path, "client_seconds: 1") as server,
        slowclients.readers(server.root, PATH, 1, "Connection: close\r\n") as [reader],
    ):
        taken = 0
        until = time.monotonic() + 3
        while time.monotonic() < until:
            taken += len(reader.recv(2000))
            time.sleep(0.05)
        assert taken < SIZE // 2
        while part := reader.recv(1 << 16):
            taken += len(part)
        assert taken > SIZE
    assert re.findall(r" 200 (\d+) bytes", server.log) == [str(SIZE)]


def test_pipelined_requests_of_slow_readers_block_nobody(store, tmp_path):
    asked = f"GET {PATH} HTTP/1.1\r\nHost: a\r\n\r\n".encode() * 20
    with (
        serving(store, tmp_path) as server,
        slowclients.idle(server.root, 20, asked),
    ):
        assert len(slowclients.timed(server.root)) == 20


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /alive HTTP/1.1\r\nHost: ",
        b"POST /api/v4/querybuilder HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n{",
        b"POST /api/v4/querybuilder HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
    ],
    ids=["headers", "body", "chunk"],
)
def test_slow_writers_block_nobody_and_are_ended(sent, data, tmp_path):
    with (
        serving(data / "lab.aiida", tmp_path, "client_seconds: 0.5") as server,
        slowclients.idle(server.root, 100, sent) as writers,
    ):
        assert len(slowclients.timed(server.root)) == 20

        def are_ended():
            for writer in writers:
                try:
                    writer.send(b"a")
                except OSError:
                    continue
                return False
            return True

        wait_until(are_ended)


FEW_DESCRIPTORS = """
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))
sys.argv = ["provender", "restapi", "-P", "0", {store!r}]
runpy.run_module("provender", run_name="__main__")
"""


def test_more_connections_than_there_may_be_are_given_up_for_others(data):
    """Of so few descriptors 50 connections are possible; all of them are taken, and more."""
    process = subprocess.Popen(
        [sys.executable, "-c", FEW_DESCRIPTORS.format(store=str(data / "lab.aiida"))],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**unmeasured(), "PYTHONUNBUFFERED": "1"},
    )
    try:
        found = None
        while found is None:
            found = re.search(r"(http://[\d.]+:\d+)/ ", process.stdout.readline())
        with slowclients.idle(found[1], 120), slowclients.idle(found[1], 60, b"GET / HT"):
            assert len(slowclients.timed(found[1])) == 20
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_a_download_is_finished_when_the_server_stops(store, tmp_path):
    with (
        serving(store, tmp_path) as server,
        slowclients.readers(server.root, PATH, 1, "Connection: close\r\n") as [reader],
    ):
        taken = len(reader.recv(1000))
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: is_refused(server.root))
        while part := reader.recv(1 << 16):
            taken += len(part)
    assert taken > SIZE
    assert f" 200 {SIZE} bytes" in server.log


SCRIPT = """
import os, threading, time
import provender
from provender.settings import Limits, Settings
from provender.web.server import serve
limits = Limits(spool_bytes=50_000_000, client_seconds=100)
app = provender.create_app(store="demo", settings=Settings(limits=limits))
body = bytes(30_000_000)
app.add_url_rule("/big", "big", lambda: body[:])
serve(app, "127.0.0.1", 0, lambda root: print(root, flush=True))
"""


def test_the_spool_is_bounded_and_the_slowest_makes_room():
    process = subprocess.Popen([sys.executable, "-c", SCRIPT], stdout=subprocess.PIPE, text=True)
    root = process.stdout.readline().strip()
    try:
        with slowclients.readers(root, "/big", 3) as readers:  # two in memory, one on disk
            wait_until(lambda: spooled(process) > 0)
            time.sleep(3)
            for _ in range(3):
                assert len(ask(f"{root}/big").body) == 30_000_000
            with slowclients.readers(root, "/big", 3):
                wait_until(lambda: any(map(is_ended, readers)))
                assert 0 < spooled(process) <= 50_000_000
    finally:
        process.terminate()
        process.communicate(timeout=20)


def is_ended(client):
    """Return whether the server has ended a connection that nothing is read from."""
    error = client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    try:
        client.send(b"\r\n")
    except OSError:
        return True
    return error != 0


def spooled(process):
    """Return the bytes in the temporary files of a process."""
    total = 0
    for entry in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            if " (deleted)" in str(entry.readlink()):
                total += entry.stat().st_size
        except FileNotFoundError:
            continue
    return total
