"""Sockets of running requests, and what is done when their clients close them."""

from __future__ import annotations

import os
import socket
from contextlib import closing

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from provender.store import cancellation
from provender.web.middleware.disconnects import Request, Watch
from support.waiting import wait_until


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def pair():
    """The sockets of a server and of its client."""
    server, client = socket.socketpair()
    with closing(server), closing(client):
        yield server, client


@pytest.mark.parametrize("unread", [b"", b"GET / HTTP/1.1\r\n"])
def test_a_client_that_closes_its_side_is_noticed(watch, pair, unread):
    server, client = pair
    request, stops = Request("", server), []
    watch.begin(request)
    client.sendall(unread)
    with pytest.raises(cancellation.ClientGone), request.stopping(lambda: stops.append(1)):  # noqa: PT012 - the block is what ends in the error
        wait_until(lambda: watch.watched == 1)
        assert not request.is_cancelled
        client.close()
        wait_until(lambda: request.is_cancelled)
    assert stops == [1]
    watch.end(request)
    assert watch.watched == 0
    assert server.recv(100) == unread


def test_a_client_that_left_before_is_noticed_too(watch, pair):
    server, client = pair
    client.close()
    request = Request("", server)
    watch.begin(request)
    wait_until(lambda: request.is_cancelled)
    watch.end(request)


def test_the_end_of_a_request_is_the_end_of_its_watch(watch, pair):
    """The server alone keeps the connection open; what the client does then concerns others."""
    server, client = pair
    request = Request("", server)
    watch.begin(request)
    wait_until(lambda: watch.watched == 1)
    watch.end(request)
    assert watch.watched == 0
    server.close()
    assert client.recv(1) == b""  # no copy of the descriptor is left
    assert not request.is_cancelled


def test_a_descriptor_that_is_used_again_cancels_no_other_request(watch, pair):
    server, client = pair
    before = Request("", server)
    watch.begin(before)
    wait_until(lambda: watch.watched == 1)
    number = server.fileno()
    server.close()  # the server gives up, the request still runs
    other, its_client = socket.socketpair()
    with closing(other), closing(its_client):
        assert number in (other.fileno(), its_client.fileno())
        after = Request("", other)
        watch.begin(after)
        wait_until(lambda: watch.watched == 2)
        client.close()
        wait_until(lambda: before.is_cancelled)
        assert not after.is_cancelled
        for request in (before, after):
            watch.end(request)


def test_a_socket_that_is_closed_is_not_watched(watch, pair):
    server, _ = pair
    server.close()
    request, other = Request("", server), Request("", None)
    for one in (request, other):
        watch.begin(one)
    later, client = socket.socketpair()
    with closing(later), closing(client):
        seen = Request("", later)
        watch.begin(seen)
        wait_until(lambda: watch.watched == 1)
        for one in (request, other, seen):
            watch.end(one)
    assert watch.watched == 0


def test_a_forked_process_watches_nothing_of_its_parent(watch, pair):
    server, client = pair
    request = Request("", server)
    watch.begin(request)
    wait_until(lambda: watch.watched == 1)
    pid = os.fork()
    if pid == 0:  # a failure here must not run the tests twice
        try:
            watch.forget()
            mine, its_client = socket.socketpair()
            own = Request("", mine)
            watch.begin(own)
            its_client.close()
            wait_until(lambda: own.is_cancelled, 10)
            os._exit(0)
        except BaseException:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0
    assert watch.watched == 1
    client.close()
    wait_until(lambda: request.is_cancelled)
    watch.end(request)


def test_each_request_is_bound_to_its_client(make_app, data):
    app, seen = make_app(store=data / "lab.aiida"), []
    app.before_request(lambda: seen.append(cancellation.current()))
    client = app.test_client()
    client.get("/alive", environ_base={"REMOTE_ADDR": "192.0.2.1"}).close()
    assert [one.client for one in seen] == ["192.0.2.1"]
    assert cancellation.current() is not seen[0]


def test_the_answer_for_a_client_that_is_gone_is_no_fault(make_app, data, caplog):
    app = make_app(store=data / "lab.aiida")
    app.before_request(lambda: cancellation.current().cancel())
    body, status, _ = run_wsgi_app(app, create_environ("/api/v4/nodes"))
    assert status.startswith("499 ")
    assert b'"code":"client-gone"' in b"".join(body)
    assert "Traceback" not in caplog.text
