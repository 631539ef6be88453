"""What becomes of the requests that run when the development server is told to stop."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from provender.web.serving.stopping import SETTLED_SECONDS
from support.command import Server
from support.postgres import locked
from support.server import Asking, is_refused
from support.waiting import wait_until


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_running_requests_are_finished_and_new_ones_refused(lab_copy, number):
    server = Server(lab_copy)
    with locked(lab_copy) as waiting:
        slow = [Asking(f"{server.root}/api/v4/nodes?limit=3&id>={number}") for number in range(3)]
        wait_until(lambda: waiting() == 3)
        server.process.send_signal(number)
        wait_until(lambda: is_refused(server.root))
        time.sleep(3 * SETTLED_SECONDS)  # only requests that go on for a while are announced
        assert server.process.poll() is None
    for request in slow:
        request.join()
    assert [request.outcome for request in slow] == [200] * 3
    status, out, err = server.ended()
    assert (status, out) == (0, "Stopped.\n")
    assert "stopping: up to 10 s for running requests (3); Ctrl-C ends them at once" in err
    assert err.count(" 200 ") == 3


def test_a_connection_that_was_taken_hears_that_the_server_is_not_ready(lab_copy):
    server = Server(lab_copy)
    host, _, port = server.root.removeprefix("http://").partition(":")
    with locked(lab_copy) as waiting, socket.create_connection((host, int(port))) as early:
        slow = Asking(f"{server.root}/api/v4/nodes?limit=3")
        wait_until(lambda: waiting() == 1)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: is_refused(server.root))
        early.sendall(b"GET /ready HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = b""
        while part := early.recv(4096):
            answer += part
    slow.join()
    server.ended()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b'"code":"server-stopping"' in answer
    assert slow.outcome == 200


def test_a_second_signal_ends_them_at_once(lab_copy):
    server = Server(lab_copy)
    with locked(lab_copy) as waiting:
        slow = Asking(f"{server.root}/api/v4/nodes?limit=3")
        wait_until(lambda: waiting() == 1)
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: is_refused(server.root))
        status, out, err = server.stop(signal.SIGINT)
        slow.join()
    assert (status, out) == (0, "Stopped.\n")
    assert isinstance(slow.outcome, OSError)
    assert "stopped: 1 requests were not finished" in err


SCRIPT = """
import provender
from provender.web.server import serve
serve(provender.create_app(store={store!r}), "127.0.0.1", {port}, drain_seconds={seconds})
print("Stopped.")
"""


def draining(store, seconds):
    """Start a server whose requests have so many seconds once it is told to stop."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    script = SCRIPT.format(store=str(store), port=port, seconds=seconds)
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    root = f"http://127.0.0.1:{port}"
    wait_until(lambda: not is_refused(root))
    return process, root


def test_a_request_that_takes_too_long_is_given_up(lab_copy):
    process, root = draining(lab_copy, 0.3)
    with locked(lab_copy) as waiting:
        slow = Asking(f"{root}/api/v4/nodes?limit=3")
        wait_until(lambda: waiting() == 1)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=20)
        slow.join()
    assert (process.returncode, out) == (0, "Stopped.\n")
    assert "stopped: 1 requests were not finished" in err


def test_clients_that_keep_their_connection_do_not_hold_up_the_end(data):
    process, root = draining(data / "lab.aiida", 600)
    host, _, port = root.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    sockets, statuses = set(), []

    def ask():
        connection.request("GET", "/api/v4/nodes?limit=1")
        response = connection.getresponse()
        response.read()
        sockets.add(connection.sock)
        statuses.append(response.status)

    def load():
        try:
            while True:
                ask()
                time.sleep(0.02)
        except (OSError, http.client.HTTPException):
            pass

    worker = threading.Thread(target=load)
    worker.start()
    wait_until(lambda: len(statuses) > 80)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)  # and not all of the ten minutes
    assert (process.returncode, out) == (0, "Stopped.\n")
    assert "not finished" not in err
    worker.join()
    connection.close()
    assert set(statuses) == {200}
    assert len(sockets) == 1


def test_under_load_no_request_is_cut_off(data):
    """Those that the server took are answered; those that come too late hear nothing at all."""
    server = Server(data / "lab.aiida")
    seen = []

    def load():
        while not seen or seen[-1] == 200:
            request = Asking(f"{server.root}/api/v4/nodes?limit=5")
            request.join()
            seen.append(request.outcome)

    workers = [threading.Thread(target=load) for _ in range(4)]
    for worker in workers:
        worker.start()
    wait_until(lambda: len(seen) > 40)
    server.stop(signal.SIGTERM)
    for worker in workers:
        worker.join()
    ends = [outcome for outcome in seen if outcome != 200]
    assert len(ends) >= 1
    assert {type(outcome) for outcome in ends} <= {ConnectionRefusedError, ConnectionResetError}
