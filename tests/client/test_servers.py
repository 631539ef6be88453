"""Servers that are killed, have no time, or want tokens; certificates, proxies, progress."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest

from provender.client import (
    Busy,
    Client,
    ClientError,
    NotFound,
    Retries,
    ServerError,
    Unauthorized,
    Unreachable,
)
from support.command import Server

QUICK = Retries(tries=3, first_seconds=0.01)
NODES = [{"id": number, "uuid": f"{number:08x}", "label": "x"} for number in range(1000)]


class Answering(BaseHTTPRequestHandler):
    """Answers what the server's function `answer` says: a status, headers and a body."""

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        status, headers, body = self.server.answer(self.path, self.headers)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": len(body)}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def answering(answer, context=None):
    """Yield a server that answers as a function says, and notes what it is asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.answer, server.asked = answer, []
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    worker = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    worker.start()
    scheme = "https" if context else "http"
    server.root = f"{scheme}://127.0.0.1:{server.server_port}"
    try:
        yield server
    finally:
        server.shutdown()
        worker.join()
        server.server_close()


def told(data, **more):
    return 200, {"Content-Type": "application/json"}, json.dumps({"data": data, **more}).encode()


def refused(status, code, **headers):
    body = json.dumps({"message": "No.", "code": code, "hint": ""}).encode()
    return status, {"Content-Type": "application/json", **headers}, body


def test_a_walk_goes_on_where_a_killed_server_broke_it():
    """Another server on the same port goes on: a cursor needs nothing that a server has kept."""
    first = Server("demo")
    port = first.root.rpartition(":")[2]
    second = None
    try:
        with Client(first.root, retries=Retries(tries=40, first_seconds=0.2)) as client:
            pages = client.nodes.list(orderby="-ctime,label").pages(50)
            uuids = [node.uuid for node in next(pages)]
            first.process.kill()
            first.ended()
            second = Server("demo", "-P", port)
            uuids += [node.uuid for page in pages for node in page]
            assert len(uuids) == len(set(uuids)) == 463
            assert uuids == [node.uuid for node in client.nodes.list(orderby="-ctime,label")]
    finally:
        for server in filter(None, (first, second)):
            server.process.kill()
            server.ended()


def test_a_server_says_when_to_ask_again():
    numbers = count()

    def answer(*_):
        if next(numbers) < 3:
            return refused(503, "too-many-requests", **{"Retry-After": "0"})
        return told({"statistics": {"nodes": 5}})

    with answering(answer) as server, Client(server.root, retries=Retries(tries=4)) as client:
        assert client.server.statistics().nodes == 5
        assert len(server.asked) == 4


def test_a_server_that_wants_more_patience_than_there_is_is_an_error():
    answer = refused(503, "too-many-requests", **{"Retry-After": "3600"})
    with answering(lambda *_: answer) as server, Client(server.root) as client:
        with pytest.raises(Busy, match="No") as raised:
            client.server.statistics()
        assert len(server.asked) == 1
    assert raised.value.retry_after == 3600


@pytest.mark.parametrize("status", [502, 503, 504])
def test_the_number_of_tries_is_bounded(status):
    page = (status, {"Content-Type": "text/html"}, b"<html>Bad Gateway</html>")
    with answering(lambda *_: page) as server, Client(server.root, retries=QUICK) as client:
        with pytest.raises(Busy, match=f"answered {status} with a page"):
            client.server.statistics()
        assert len(server.asked) == QUICK.tries


@pytest.mark.parametrize("status", [400, 404, 500])
def test_what_no_further_try_helps_is_asked_once(status):
    page = (status, {"Content-Type": "text/html"}, b"<html>No</html>")
    with answering(lambda *_: page) as server, Client(server.root, retries=QUICK) as client:
        with pytest.raises(ClientError):
            client.server.statistics()
        assert len(server.asked) == 1


def test_a_server_that_is_not_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        root = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Client(root, retries=QUICK) as client, pytest.raises(Unreachable, match="cannot be"):
        client.nodes.list().first()


def test_pages_by_offset_where_there_are_no_cursors():
    """AiiDA's own server: no `/server/info`, and pages of 400 rows at most."""

    def answer(path, _):
        if "/server/info" in path:
            return 404, {"Content-Type": "text/html"}, b"<html>Not Found</html>"
        words = dict(part.split("=") for part in path.partition("?")[2].split("&"))
        limit, offset = int(words["limit"]), int(words.get("offset", 0))
        assert "cursor" not in words
        assert "count" not in words
        status, headers, body = told({"nodes": NODES[offset : offset + min(limit, 400)]})
        return status, {**headers, "X-Total-Count": len(NODES)}, body

    with answering(answer) as server, Client(server.root, retries=QUICK) as client:
        assert [node.id for node in client.nodes.list()] == list(range(1000))
        assert len(server.asked) == 4
        assert [len(page) for page in client.nodes.list(limit=450).pages(200)] == [200, 200, 50]
        assert client.nodes.list().count() == 1000


def test_a_token_is_sent_and_may_be_made_anew():
    def answer(_, headers):
        if headers["Authorization"] != "Bearer second":
            return refused(401, "unauthorized", **{"WWW-Authenticate": "Bearer"})
        return told({"statistics": {"nodes": 5}})

    tokens = iter(["first", "second", "third"])
    with answering(answer) as server:
        with Client(server.root, token=lambda: next(tokens)) as client:
            with pytest.raises(Unauthorized):
                client.server.statistics()
            assert client.server.statistics().nodes == 5
        with Client(server.root) as client, pytest.raises(Unauthorized):
            client.server.statistics()
        assert "Authorization" not in server.asked[-1][1]
        with Client(server.root, token="second") as client:  # noqa: S106 - no secret
            assert client.server.statistics().nodes == 5


def test_a_token_is_not_sent_to_another_server():
    other = told({"statistics": {"nodes": 5}})
    with answering(lambda *_: other) as second:
        moved = (307, {"Location": f"{second.root}/api/v4/server/statistics"}, b"")
        with answering(lambda *_: moved) as first:
            with Client(first.root, token="secret") as client:  # noqa: S106 - no secret
                client.server.statistics()
            assert first.asked[0][1]["Authorization"] == "Bearer secret"
        assert len(second.asked) == 1
        assert "Authorization" not in second.asked[0][1]


def test_requests_are_shown_without_the_token(capsys):
    with answering(lambda *_: told({"statistics": {"nodes": 5}})) as server:
        with Client(server.root, token="secret", show_curl=True) as client:  # noqa: S106 - no secret
            client.server.statistics()
        shown = capsys.readouterr().err
        assert shown.startswith('curl -H "Authorization: Bearer $TOKEN" ')
        assert f"{server.root}/api/v4/server/statistics" in shown
        assert "secret" not in shown


def test_a_proxy_is_asked_in_the_place_of_the_server(monkeypatch):
    with answering(lambda *_: told({"statistics": {"nodes": 5}})) as proxy:
        with Client("http://provender.invalid", proxy=proxy.root) as client:
            assert client.server.statistics().nodes == 5
        monkeypatch.setenv("HTTP_PROXY", proxy.root)
        with Client("http://provender.invalid/lab", profile="mc3d") as client:
            assert client.server.statistics().nodes == 5
        paths = [path for path, _ in proxy.asked]
    assert paths == [
        "http://provender.invalid/api/v4/server/statistics",
        "http://provender.invalid/lab/mc3d/api/v4/server/statistics",
    ]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody else has signed, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl: apt-get install openssl")
    folder = tmp_path_factory.mktemp("tls")
    asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")]
    command = ["openssl", *asked.split(), *names, *files]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "certificate.pem", folder / "key.pem"


def test_certificates_are_trusted_if_a_file_says_so(certificate, tmp_path):
    file, key = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    with answering(lambda *_: told({"statistics": {"nodes": 5}}), context) as server:
        for trust in (str(file), False):
            with Client(server.root, verify=trust) as client:
                assert client.server.statistics().nodes == 5
        with (
            Client(server.root, retries=QUICK) as client,
            pytest.raises(Unreachable, match=r"CERTIFICATE|certificate"),
        ):
            client.server.statistics()
        with pytest.raises(ClientError, match="cannot be read"):
            Client(server.root, verify=str(tmp_path / "missing.pem"))


def test_a_page_of_another_program_is_told_as_one():
    page = (200, {"Content-Type": "text/html"}, b"<html>Welcome to nginx!</html>")
    with answering(lambda *_: page) as server, Client(server.root) as client:
        with pytest.raises(ServerError, match="not the JSON") as raised:
            client.nodes.get("7ecba7ea")
        assert f"Is there a Provender at {server.root}" in raised.value.hint


def test_an_error_names_its_request(client):
    with pytest.raises(NotFound) as raised:
        client.nodes.get("ffffffff-ffff")
    assert raised.value.status == 404
    assert raised.value.request_id
    assert raised.value.url.endswith("/nodes/ffffffff-ffff")


def test_progress_knows_the_number_of_rows(client, capsys):
    rows = [node.uuid for node in client.nodes.list(progress=True)]
    assert len(rows) == 463
    assert "463/463" in capsys.readouterr().err
    assert len(list(client.nodes.list(progress=True, limit=20))) == 20
    assert "20/20" in capsys.readouterr().err
