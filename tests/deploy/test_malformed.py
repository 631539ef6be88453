"""What is no HTTP, or could be read in two ways, on every server."""

from __future__ import annotations

import json
import re
import signal

import pytest

from deploy import processes
from support import slowclients
from support.command import Server
from support.server import ask

START = b"POST /api/v4/querybuilder HTTP/1.1\r\n"
GET = b"GET /api/v4/users HTTP/1.1\r\n"
HOST = b"Host: a.example\r\n"
BODY = b'{"path": [{"entity_type": "user"}]}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: a.example\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
NONE = b"0\r\n\r\n"
REFUSED = {
    "length and coding": START + HOST + LENGTH + CHUNKED + b"\r\n" + NONE + HIDDEN,
    "coding and length": START + HOST + CHUNKED + LENGTH + b"\r\n" + NONE + HIDDEN,
    "two lengths": START + HOST + LENGTH + b"Content-Length: 3\r\n\r\n" + BODY + HIDDEN,
    "a list of lengths": START + HOST + b"Content-Length: 3, 35\r\n\r\n" + BODY + HIDDEN,
    "a negative length": START + HOST + b"Content-Length: -3\r\n\r\n" + BODY + HIDDEN,
    "a signed length": START + HOST + b"Content-Length: +3\r\n\r\n" + BODY + HIDDEN,
    "a length of letters": START + HOST + b"Content-Length: 0x3\r\n\r\n" + BODY + HIDDEN,
    "an unknown coding": START + HOST + b"Transfer-Encoding: xchunked\r\n\r\n" + NONE + HIDDEN,
    "a coding twice": START + HOST + CHUNKED + CHUNKED + b"\r\n" + NONE + HIDDEN,
    "a space before a colon": START + HOST + b"Content-Length : 3\r\n\r\n" + BODY + HIDDEN,
    "no size of a chunk": START + HOST + CHUNKED + b"\r\nzz\r\n" + HIDDEN,
    "a negative chunk": START + HOST + CHUNKED + b"\r\n-1\r\n" + HIDDEN,
    "a bare CR": GET + b"Host: a\rX: b\r\n\r\n" + HIDDEN,
    "no request": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\r\n\r\n" + HIDDEN,
}
# What gunicorn takes, though it may not; in front of it nginx refuses most of these.
STRICT = {
    "a folded header": GET + HOST + b"X-Some: a\r\n b\r\n\r\n" + HIDDEN,
    "a bare LF": b"GET /api/v4/users HTTP/1.1\nHost: a.example\n\n" + HIDDEN,
    "a coding before its time": START.replace(b"1.1", b"1.0") + HOST + CHUNKED + b"\r\n" + NONE,
    "the same length twice": START + HOST + LENGTH + LENGTH + b"\r\n" + BODY + HIDDEN,
}
HOSTS = {
    "no host": GET + b"\r\n",
    "an empty host": GET + b"Host:\r\n\r\n",
    "two hosts": GET + HOST + b"Host: b.example\r\n\r\n",
    "a path": GET + b"Host: a/b\r\n\r\n",
    "a blank": GET + b"Host: a b\r\n\r\n",
    "a user": GET + b"Host: a@b\r\n\r\n",
    "markup": GET + b'Host: a"><script>\r\n\r\n',
    "bytes": GET + b"Host: \xff\xfe\r\n\r\n",
    "a port": GET + b"Host: a:99999\r\n\r\n",
    "an open bracket": GET + b"Host: [::1\r\n\r\n",
}
RAW = [
    ("/api/v4/nodes?label=\"日本é\"".encode(), 200),
    (b'/api/v4/nodes?label="\xff\xfe"', 200),
    ("/api/v4/nodes/é".encode(), 404),
]  # fmt: skip


@pytest.fixture(scope="module", params=["restapi", "gunicorn"])
def server(request, data, tmp_path_factory):
    """The root URL and the kind of each server."""
    if request.param == "restapi":
        running = Server(data / "lab.aiida")
        yield running.root, request.param
        running.stop(signal.SIGTERM)
        return
    folder = tmp_path_factory.mktemp("malformed")
    environment = processes.configured(folder, profiles={"lab": str(data / "lab.aiida")})
    with processes.gunicorn("provender:create_app()", environment=environment) as (root, _):
        yield root, request.param


def refused(answer):
    """Return the JSON of the only answer, after which the connection was ended."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.fullmatch(rb"HTTP/1\.[01] (400|501) [^\r]*", head.partition(b"\r\n")[0]), answer
    assert answer.count(b"HTTP/1.") == 1
    return head.lower(), body


@pytest.mark.parametrize("name", [*REFUSED, *STRICT])
def test_what_has_two_meanings_is_refused_and_the_connection_ended(server, name):
    root, kind = server
    answer = slowclients.exchange(root, (REFUSED | STRICT)[name])
    if kind == "gunicorn" and name in STRICT:  # gunicorn takes it: nginx stands in front of it
        assert answer.startswith(b"HTTP/1.1 ")
        return
    head, body = refused(answer)
    is_ours = b"content-type: application/json" in head
    assert is_ours or kind == "gunicorn"
    if kind == "restapi":
        assert b"x-content-type-options: nosniff" in head
        assert json.loads(body)["code"] in ("bad-request", "not-served")


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_of_which_no_url_can_be_made_is_refused(server, name):
    root, kind = server
    sent = HOSTS[name].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    head, body = refused(slowclients.exchange(root, sent))
    if b"text/html" in head:
        assert kind == "gunicorn"
        return
    assert json.loads(body)["code"] == "bad-request"
    assert "Host" in json.loads(body)["message"]


@pytest.mark.parametrize("host", ["a.example", "A.example:8000", "127.0.0.1", "[::1]:80"])
def test_a_host_is_that_of_the_links(server, host):
    root, _ = server
    sent = "GET /api/v4/nodes/page/1?perpage=1 HTTP/1.1\r\nConnection: close\r\nHost: {}\r\n\r\n"
    answer = slowclients.exchange(root, sent.format(host).encode()).decode()
    target = f"<http://{host.lower().removesuffix(':80')}/api/v4/nodes/page/2?perpage=1>"
    assert f"\nLink: {target}; rel" in answer


def test_an_old_client_needs_no_host(server):
    root, _ = server
    answer = slowclients.exchange(root, b"GET /api/v4/nodes/page/1 HTTP/1.0\r\n\r\n")
    assert b" 200 OK" in answer
    assert f"<{root}/api/v4/nodes/page/2".encode() in answer


@pytest.mark.parametrize(("target", "status"), RAW)
def test_raw_bytes_in_a_url_mean_what_they_mean_escaped(server, target, status):
    """Newer versions of gunicorn refuse them, which nobody can change."""
    root, kind = server
    sent = b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    escaped = re.sub(rb"[\x80-\xff]", lambda found: b"%%%02X" % found[0][0], target)
    raw, clean = (slowclients.exchange(root, sent % path) for path in (target, escaped))
    assert b" %d " % status in clean[:20]
    if kind == "gunicorn" and raw.startswith(b"HTTP/1.1 400 "):
        return
    assert raw.partition(b"\r\n\r\n")[2] == clean.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("path", ["/api/v4//users", "/api//v4/nodes"])
def test_a_redirect_is_json(server, path):
    root, _ = server
    answer = ask(root + path)
    assert answer.status == 308
    assert answer.headers["location"] == root + path.replace("//", "/")
    assert answer.json["code"] == "permanent-redirect"


def test_a_body_beyond_the_limit_is_a_413(server):
    root, _ = server
    answer = ask(f"{root}/api/v4/querybuilder", "POST", body=b" " * 1_000_001)
    assert (answer.status, answer.json["code"]) == (413, "body-too-large")


def test_a_body_in_chunks_beyond_the_limit_is_a_413_before_it_ends(server):
    root, _ = server
    with slowclients.connected(root) as client:
        client.sendall(START + HOST + CHUNKED + b"\r\n")
        for size in [65536] * 15 + [16961]:  # a byte too many
            client.sendall(b"%x\r\n" % size + b" " * size + b"\r\n")
        answer = b""
        while not answer.endswith(b"}\n"):
            answer += client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"code":"body-too-large"' in answer


def test_headers_beyond_the_limit_of_the_server(data):
    running = Server(data / "lab.aiida")
    try:
        for start, status, code in (
            (b"GET /" + b"a" * 300_000, 414, "url-too-long"),
            (b"GET / HTTP/1.1\r\nX: " + b"a" * 300_000, 431, "headers-too-large"),
        ):
            answer = slowclients.exchange(running.root, start)
            assert answer.startswith(b"HTTP/1.1 %d " % status) or b" %d " % status in answer[:14]
            assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == code
    finally:
        running.stop(signal.SIGTERM)
