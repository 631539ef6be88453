"""Zips and `.aiida` files behind real web servers: clients that leave, databases that die."""

from __future__ import annotations

import io
import socket
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import pytest

from deploy.bulk import frees, terminate
from support import many
from support.many import Reader
from support.server import ask
from support.waiting import wait_until

SECOND = 1.0
ALL, SOME = "attributes.number%3E0", "attributes.number%3C=8000"
ZIP = "/api/v4/nodes/archive.zip?parts=attributes&"
AIIDA = "/api/v4/nodes/archive.aiida?"


@pytest.fixture
def root(serve_many):
    with serve_many() as found:
        yield found


def leave(root, path, url):
    """Ask for something, and go away while the server reads what it will be."""
    parts = urlsplit(root)
    with closing(socket.create_connection((parts.hostname, parts.port))) as asking:
        asking.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        wait_until(lambda: many.busy(url) == 1)


def is_quiet(url, seconds=SECOND):
    """Return whether no connection does anything for a while."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if many.busy(url):
            return False
        time.sleep(0.01)
    return True


def test_a_client_that_leaves_a_zip_ends_the_stream(root, many_postgres):
    with Reader(root, ZIP + SOME) as reader:
        assert (reader.status, len(reader.body)) == (200, 200_000)
        assert b"provender_streams 1.0" in ask(f"{root}/metrics").body
    assert frees(many_postgres) < SECOND
    wait_until(lambda: b"provender_streams 0.0" in ask(f"{root}/metrics").body)
    assert is_quiet(many_postgres)


@pytest.mark.parametrize("path", [ZIP + ALL, AIIDA + ALL], ids=["zip", "aiida"])
def test_a_client_that_leaves_before_the_first_byte_ends_the_work(root, path, many_postgres):
    leave(root, path, many_postgres)
    time.sleep(SECOND)
    assert is_quiet(many_postgres)
    assert b"provender_streams 0.0" in ask(f"{root}/metrics").body


def test_a_zip_that_has_begun_needs_no_database(root, many_postgres):
    with Reader(root, ZIP + SOME, 1000) as reader:
        assert reader.status == 200
        terminate(many_postgres)
        with zipfile.ZipFile(io.BytesIO(reader.body + reader.rest())) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) == 8001
    assert ask(f"{root}/api/v4/nodes?limit=1").status == 200


@pytest.mark.parametrize("path", [ZIP + ALL, AIIDA + ALL], ids=["zip", "aiida"])
def test_a_database_that_ends_connections_before_the_first_byte_is_told(root, path, many_postgres):
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(ask, root + path)
        wait_until(lambda: many.busy(many_postgres) == 1)
        while not answer.done():  # a connection that was lost is replaced once
            terminate(many_postgres)
            time.sleep(0.05)
    assert answer.result().status == 503
    assert answer.result().json["code"] == "store-unreachable"
    assert ask(f"{root}/api/v4/nodes?limit=1").status == 200
