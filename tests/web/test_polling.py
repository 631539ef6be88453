"""Waiting for connections: each is told of one event, and waits anew when it says so."""

from __future__ import annotations

import socket
import struct
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from queue import SimpleQueue

import pytest

from provender.settings import Limits
from provender.web.middleware.pauses import PAUSE
from provender.web.serving.listening import Server, listen
from provender.web.serving.polling import HAS_EPOLL, READ, WRITE, Polling
from provender.web.serving.threads import Threads


class Connection:
    """A connection that waits for what the test says."""

    def __init__(self, polling):
        self.socket, self.client = socket.socketpair()
        self.wants_bytes, self.has_bytes = True, False
        self.place = polling.place(self.socket.fileno(), self)

    def readable(self):
        return self.wants_bytes

    def writable(self):
        return self.has_bytes

    def close(self):
        self.place.close()
        self.socket.close()
        self.client.close()


@pytest.fixture
def polling():
    found = Polling()
    yield found
    found.close()


@pytest.fixture
def connection(polling):
    found = Connection(polling)
    yield found
    found.close()


def test_an_event_is_told_once_until_the_connection_waits_again(polling, connection):
    assert polling.wait(0) == []
    connection.client.send(b"x")
    ((number, events),) = polling.wait(1)
    assert (number, events & READ) == (connection.socket.fileno(), events)
    assert polling.wait(0) == []
    connection.place.renew()
    assert len(polling.wait(1)) == 1


def test_while_nothing_is_waited_for_a_lost_connection_is_not_told(polling, connection):
    connection.client.send(b"x")
    polling.wait(1)
    connection.wants_bytes = False
    connection.place.renew()
    connection.client.close()
    assert polling.wait(0) == []
    connection.wants_bytes = True
    connection.place.renew()
    assert len(polling.wait(1)) == 1


def test_a_connection_with_bytes_to_send_is_told_of_room(polling, connection):
    connection.wants_bytes, connection.has_bytes = False, True
    connection.place.renew()
    ((_, events),) = polling.wait(1)
    assert events == WRITE


def test_a_closed_place_tells_nothing_of_who_has_its_number_next(polling, connection):
    old = Connection(polling)
    number = old.socket.fileno()
    old.close()
    following, client = socket.socketpair()
    with following, client:
        numbers = {following.fileno(), client.fileno()}
        old.place.renew()
        client.send(b"x")
        following.send(b"x")
        assert number in numbers
        assert polling.wait(0) == []


def test_a_descriptor_that_is_kept_is_told_each_time_unless_paused(polling):
    listener, client = socket.socketpair()
    with listener, client:
        polling.keep(listener.fileno())
        client.send(b"x")
        assert len(polling.wait(1)) == len(polling.wait(1)) == 1
        polling.pause(listener.fileno(), is_paused=True)
        assert polling.wait(0) == []
        polling.pause(listener.fileno(), is_paused=False)
        assert len(polling.wait(1)) == 1


def test_bytes_are_taken_by_the_loop_or_by_one_thread(polling, connection):
    """Whoever answered the last request may be late to say what is waited for now."""
    place = connection.place
    assert not place.take()  # an event may come
    connection.client.send(b"x")
    polling.wait(1)
    assert place.begin()
    connection.wants_bytes = False
    place.renew()
    assert not place.take()  # the loop still looks
    place.end()
    assert place.take()
    assert not place.take()
    assert not place.begin()
    connection.wants_bytes = True
    for late in (place.renew, place.end):
        late()
        assert polling.wait(0) == []
    place.give_back()
    place.renew()
    assert len(polling.wait(1)) == 1
    assert not place.take()


@pytest.fixture(params=["epoll", "the loop of waitress"])
def port(request):
    """Serve a trifle on connections of ours, as on a system without epoll, too."""
    has_epoll = HAS_EPOLL and request.param == "epoll"
    server = Server(_application, listen("127.0.0.1", 0), Limits(), 1, has_epoll=has_epoll)
    worker = threading.Thread(target=server.run, daemon=True)
    worker.start()
    yield server.port
    server.close()
    worker.join(10)
    assert not worker.is_alive()


def _application(environ, start_response):
    """Answer with the path, or with as many bytes as the path says; below `/later` in a while."""
    path = environ["PATH_INFO"]
    if path.startswith("/later"):
        environ[PAUSE] = 1.0
    body = b"x" * int(path[1:]) if path[1:].isdecimal() else path.encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body] if environ["REQUEST_METHOD"] == "GET" else []


def _exchange(port, sent, count):
    """Return the bodies of so many answers on one connection."""
    with socket.create_connection(("127.0.0.1", port), 10) as client, client.makefile("rb") as file:
        client.sendall(sent)
        return [_body(file) for _ in range(count)]


def _body(file):
    assert file.readline() == b"HTTP/1.1 200 OK\r\n"
    headers = {}
    while (line := file.readline()) != b"\r\n":
        name, _, value = line.partition(b":")
        headers[name] = value.strip()
    return file.read(int(headers[b"Content-Length"]))


def _request(path):
    return f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode()


def test_requests_on_one_connection_are_answered_in_their_order(port):
    paths = [f"/a{number}" for number in range(20)]
    found = _exchange(port, b"".join(map(_request, paths)), 20)
    assert found == [path.encode() for path in paths]


@pytest.mark.parametrize("size", [0, 1, 1 << 15, (1 << 16) - 1, 1 << 16, 1 << 17, 5 << 20])
def test_answers_of_any_size_come_whole(port, size):
    found = _exchange(port, _request(f"/{size}") + _request("/after"), 2)
    assert found == [b"x" * size, b"/after"]


def test_an_answer_without_a_body_ends_behind_its_headers(port):
    with socket.create_connection(("127.0.0.1", port), 10) as client, client.makefile("rb") as file:
        client.sendall(b"HEAD /300 HTTP/1.1\r\nHost: a\r\n\r\n")
        while (line := file.readline()) != b"\r\n":
            assert line
        client.sendall(_request("/after"))
        assert _body(file) == b"/after"


def test_clients_that_vanish_leave_the_others_alone(port):
    for number in range(50):
        client = socket.create_connection(("127.0.0.1", port), 10)
        if number % 2:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.sendall(_request("/5000000") if number % 3 else b"GET /")
        client.close()
        assert _exchange(port, _request("/a"), 1) == [b"/a"]
    assert _exchange(port, _request("/a") * 3, 3) == [b"/a"] * 3


def _answered(client, file, path):
    """Return the body of the answer to a request that is sent at once, or in two parts."""
    sent = _request(path)
    cut = sum(path.encode()) % 4 * 7
    for part in filter(None, (sent[:cut], sent[cut:])):
        client.sendall(part)
    return _body(file)


@pytest.mark.parametrize("clients", [1, 40])
def test_requests_that_come_one_by_one_are_answered_whole_or_in_parts(port, clients):
    """More clients than threads, each as fast as it can."""

    def ask(name):
        with (
            socket.create_connection(("127.0.0.1", port), 30) as client,
            client.makefile("rb") as file,
        ):
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return [_answered(client, file, f"/{name}-{number}") for number in range(60)]

    with ThreadPoolExecutor(clients) as pool:
        answers = list(pool.map(ask, range(clients)))
    assert answers == [
        [f"/{name}-{number}".encode() for number in range(60)] for name in range(clients)
    ]


def test_a_client_that_ends_its_side_after_a_request_is_answered(port):
    with socket.create_connection(("127.0.0.1", port), 10) as client, client.makefile("rb") as file:
        for number in range(5):
            client.sendall(_request(f"/{number}"))
            assert len(_body(file)) == number
        client.sendall(_request("/last"))
        client.shutdown(socket.SHUT_WR)
        assert _body(file) == b"/last"
        assert file.read() == b""


def test_answers_that_wait_keep_no_thread(port):
    """There are more of them than threads; some clients do not wait for them."""
    with ExitStack() as stack:
        waiting = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            for _ in range(60)
        ]
        for number, client in enumerate(waiting):
            client.sendall(_request(f"/later{number}") + _request(f"/{number}"))
        for client in waiting[40:]:
            client.close()
        assert _exchange(port, _request("/now"), 1) == [b"/now"]
        for number, client in enumerate(waiting[:40]):
            file = stack.enter_context(client.makefile("rb"))
            assert _body(file) == f"/later{number}".encode()
            assert len(_body(file)) == number


def test_threads_go_on_after_an_error_and_end_when_they_are_told():
    done = SimpleQueue()

    class Work:
        def __init__(self, name):
            self.name = name

        def service(self):
            if self.name == "bad":
                raise SystemExit
            done.put((self.name, threading.current_thread()))

        def cancel(self):
            done.put(("cancelled", None))

    threads = Threads(1)
    threads.add_task(Work("bad"))
    threads.add_task(Work("good"))
    name, thread = done.get(timeout=10)
    assert name == "good"
    threads.shutdown()
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.parametrize("has_epoll", sorted({HAS_EPOLL, False}))
def test_a_server_whose_loop_ends_first_is_closed_without_an_error(has_epoll):
    """The loop may be woken by a request, and end, before the one who closes wakes it."""
    server = Server(_application, listen("127.0.0.1", 0), Limits(), 1, has_epoll=has_epoll)
    worker = threading.Thread(target=server.run, daemon=True)
    worker.start()
    server.close()
    worker.join(10)
    server.close()
    assert not worker.is_alive()
