"""Signals and killed workers, while files stream and others ask."""

from __future__ import annotations

import hashlib
import http.client
import os
import signal
import threading
import time
from collections import Counter

import pytest

from faults.crowd import asking
from faults.serving import KINDS, POOL, WORKERS, connections, running
from support import filestore
from support.waiting import wait_until

FILE_BYTES, BLOCK = 24 << 20, 1 << 19
PAUSE = 0.03
NAME = "large.bin"
CUT = "cut"


class Stream(threading.Thread):
    """A client that reads a large file slowly; `outcome` is its checksum, or `CUT`."""

    def __init__(self, root):
        super().__init__()
        self.root, self.read, self.outcome = root, 0, None
        self.may_hurry = threading.Event()
        self.start()

    def run(self):
        host = self.root.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=30)
        digest = hashlib.sha256()
        try:
            connection.request("GET", filestore.path_of(NAME))
            answer = connection.getresponse()
            assert (answer.status, answer.length) == (200, FILE_BYTES)
            while block := answer.read(BLOCK):
                digest.update(block)
                self.read += len(block)
                if not self.may_hurry.is_set():
                    time.sleep(PAUSE)
            is_whole = self.read == FILE_BYTES and answer.isclosed()
            self.outcome = digest.hexdigest() if is_whole else CUT
        except (OSError, http.client.HTTPException):
            self.outcome = CUT
        finally:
            connection.close()


@pytest.fixture(scope="module")
def blocks():
    return [bytes([number % 251]) * BLOCK for number in range(FILE_BYTES // BLOCK)]


@pytest.fixture(scope="module")
def store(tmp_path_factory, unpacked, blocks):
    """An archive with a large compressed file."""
    folder = tmp_path_factory.mktemp("large")
    return {"store": str(filestore.make("deflated", folder, unpacked, {NAME: blocks}))}


@pytest.fixture
def begun(store, tmp_path, request):
    """A function that starts a server and clients that have read a part of the file."""

    def begin(stack, kind, clients=3):
        server = stack.enter_context(running(kind, tmp_path, store))
        streams = [Stream(server.root) for _ in range(clients)]
        wait_until(lambda: all(stream.read > FILE_BYTES // 8 for stream in streams))
        return server, streams

    return begin


def ended(streams):
    """Return how often each outcome came."""
    for stream in streams:
        stream.join()
    return Counter(stream.outcome for stream in streams)


@pytest.mark.parametrize("kind", KINDS)
def test_files_that_stream_are_finished_when_a_server_is_terminated(kind, begun, blocks, stack):
    server, streams = begun(stack, kind)
    server.send(signal.SIGTERM)
    assert ended(streams) == {filestore.sha256(blocks): 3}
    assert server.process.wait(30) == 0
    assert "Traceback" not in server.said()


def test_files_that_stream_are_cut_visibly_by_a_second_signal(begun, stack):
    server, streams = begun(stack, "waitress")
    server.send(signal.SIGTERM)
    time.sleep(0.3)
    server.send(signal.SIGTERM)
    assert ended(streams) == {CUT: 3}
    assert server.process.wait(30) == 0


def test_files_that_stream_end_whole_or_visibly_when_a_terminal_is_closed(begun, blocks, stack):
    server, streams = begun(stack, "waitress")
    server.send(signal.SIGHUP)
    assert set(ended(streams)) <= {CUT, filestore.sha256(blocks)}
    server.process.wait(30)


def test_a_reload_in_a_stream_hurts_nobody(begun, blocks, stack, figures):
    server, streams = begun(stack, "gunicorn")
    before = set(server.workers())
    with asking(server.root) as crowd:
        server.send(signal.SIGHUP)
        sent = time.monotonic()
        for stream in streams:
            stream.may_hurry.set()
        wait_until(lambda: before and not before & set(server.workers()))
        recovery = crowd.recovery(sent)
    figures.fault("a reload in a stream, gunicorn", crowd, recovery)
    assert set(crowd.counts()) == {200}
    assert crowd.wrong() == []
    assert ended(streams) == {filestore.sha256(blocks): 3}


def test_workers_are_killed_while_files_stream(begun, blocks, stack, figures):
    server, streams = begun(stack, "gunicorn", clients=4)
    with asking(server.root, may_break=True) as crowd:
        for pid in server.workers():
            os.kill(pid, signal.SIGKILL)
        killed = time.monotonic()
        recovery = crowd.recovery(killed)
    figures.fault("workers killed in a stream, gunicorn", crowd, recovery)
    assert crowd.wrong() == []
    assert 500 not in crowd.counts()
    assert set(ended(streams)) <= {CUT, filestore.sha256(blocks)}
    assert "Traceback" not in server.said()


def test_killed_workers_leave_no_connection_to_a_database(
    profile, own_postgres, tmp_path, stack, figures
):
    server = stack.enter_context(running("gunicorn", tmp_path, profile))
    with asking(server.root, may_break=True) as crowd:
        for _ in range(3):
            os.kill(server.workers()[0], signal.SIGKILL)
            killed = time.monotonic()
            recovery = crowd.recovery(killed)
    figures.fault("workers killed one by one, gunicorn", crowd, recovery)
    assert crowd.wrong() == []
    assert 500 not in crowd.counts()
    wait_until(lambda: connections(own_postgres.url) <= POOL * WORKERS)
