"""One line in the log for each request, whatever the client sends."""

from __future__ import annotations

import io
import json
import logging
import signal
import socket
import subprocess
import sys
import textwrap
from datetime import datetime, timezone

import pytest
from werkzeug.test import EnvironBuilder, run_wsgi_app

from provender.logs import FORMATTERS
from support.command import Server
from support.server import ask

NASTY = [
    b"GET /a%0Ab%0D%0A%7B%22event%22%3A1%7D?x=%0A HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /\x1b[2J\x9b31m?\x1b]0;title\x07 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /%ED%A0%80?%ED%A0%80 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /\xff\xfe?\xff=\xed\xa0\x80 HTTP/1.1\r\nHost: a\r\nUser-Agent: \xff\xed\xa0\x80\r\n\r\n",
    b'GET /"\\u000a\\" HTTP/1.1\r\nHost: a\r\nUser-Agent: "}\\n{\x85\x1b[0m\xe2\x80\xa8\r\n\r\n',
    b"G\x0bT /alive HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /alive HTTP/1.1\r\nHost: a\r\nX-Request-ID: a\x1b[2J\r\n\r\n",
    b"GET /%00%7F%C2%85%E2%80%A8 HTTP/1.1\r\nHost: a\r\n\r\n",
]


STOPPING = "stopping: up to"
"""Said of requests that go on for a while, as they may on a busy machine."""


def by_path(text):
    """Return the entries of requests: a later one may be written before an earlier one."""
    entries = [json.loads(line) for line in text.splitlines()]
    return {entry["path"]: entry for entry in entries if entry["event"] == "request"}


def send(root, data):
    host, _, port = root.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(data.removesuffix(b"\r\n") + b"Connection: close\r\n\r\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


@pytest.fixture(params=["json", "text"])
def server(request):
    running = Server("demo", "--log-format", request.param)
    running.form = request.param
    yield running
    running.process.kill()
    running.process.communicate()


def test_whatever_a_client_sends_is_one_printable_line(server):
    answers = [send(server.root, data) for data in NASTY]
    reached = [answer for answer in answers if b"X-Request-Id" in answer]  # others are no HTTP
    assert len(reached) >= 4
    assert ask(f"{server.root}/alive").status == 200
    _, _, err = server.stop(signal.SIGTERM)
    lines = [line for line in err.removesuffix("\n").split("\n") if STOPPING not in line]
    assert len(lines) == len(reached) + 1
    assert all(line.isprintable() for line in lines), lines
    if server.form == "json":
        assert all(json.loads(line)["event"] == "request" for line in lines)


@pytest.mark.parametrize("form", ["json", "text"])
@pytest.mark.parametrize(
    "nasty", ["a\nb", "\x1b[2J\x9b31m", "\xed\xa0\x80", "\xff\x00\x7f", '"}\r\n{']
)
def test_a_server_that_lets_everything_through_gets_one_printable_line(make_app, nasty, form):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(FORMATTERS[form]())
    logger = logging.getLogger("provender.web.middleware.requestlog")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        environ = EnvironBuilder("/alive").get_environ()
        environ |= {"QUERY_STRING": nasty, "HTTP_USER_AGENT": nasty, "REMOTE_ADDR": nasty}
        environ |= {"PATH_INFO": f"/{nasty}", "REQUEST_METHOD": f"G{nasty}T"}
        run_wsgi_app(make_app(store="demo"), environ, buffered=True)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)
    line = written.getvalue().removesuffix("\n")
    assert line
    assert line.isprintable()


def test_a_line_of_json_tells_everything():
    server = Server("demo", "--log-format", "json")
    headers = {"User-Agent": "tester/1 \xc3\xa9", "X-Request-ID": "mine"}  # as UTF-8
    answer = ask(f"{server.root}/api/v4/nodes/page/2?perpage=3", headers=headers)
    ask(f"{server.root}/nowhere")
    _, _, err = server.stop(signal.SIGTERM)
    entries = by_path(err)
    entry, other = entries["/api/v4/nodes/page/2"], entries["/nowhere"]
    written = datetime.fromisoformat(entry.pop("time").replace("Z", "+00:00"))
    assert abs((datetime.now(timezone.utc) - written).total_seconds()) < 3600
    assert 0 < entry.pop("milliseconds") < 60_000
    assert entry == {
        "level": "INFO",
        "event": "request",
        "request_id": "mine",
        "method": "GET",
        "path": "/api/v4/nodes/page/2",
        "query": "perpage=3",
        "route": "/api/v4/nodes/page/<int:page>",
        "profile": "demo",
        "status": 200,
        "bytes": len(answer.body),
        "client": "127.0.0.1",
        "user_agent": "tester/1 é",
    }
    assert (other["status"], other["route"], other["profile"]) == (404, None, None)
    assert other["user_agent"] is None


def test_a_line_of_text_tells_what_a_person_asks():
    server = Server("demo")
    answer = ask(f"{server.root}/api/v4/nodes?limit=1", headers={"X-Request-ID": "mine"})
    _, _, err = server.stop(signal.SIGTERM)
    assert f" INFO    GET /api/v4/nodes?limit=1 200 {len(answer.body)} bytes " in err
    assert err.endswith(" ms [mine]\n")


def test_a_download_that_is_given_up_shows_the_bytes_that_went(tmp_path, data):
    """Its status was sent before; what the log shows is how far it came."""
    store = tmp_path / "big.aiida"
    size = big_archive(data, store, 64 << 20)
    server = Server(store, "--log-format", "json")
    host, _, port = server.root.removeprefix("http://").partition(":")
    node = ask(f"{server.root}/api/v4/nodes?label=%22big%22").rows()[0]["uuid"]
    with socket.create_connection((host, int(port))) as connection:
        path = f"/api/v4/nodes/{node}/repo/contents?filename=%22big.bin%22"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        answer = b""
        while len(answer) < 10_000:  # beyond the headers
            answer += connection.recv(10_000)
        assert answer.startswith(b"HTTP/1.1 200")
    _, _, err = server.stop(signal.SIGTERM)
    entry = by_path(err)[path.partition("?")[0]]
    assert entry["status"] == 200
    assert 0 < entry["bytes"] < size


def big_archive(data, target, size):
    """Write a copy of the lab in which one node has a file of zeros; return its size."""
    import hashlib
    import shutil
    import sqlite3
    import zipfile

    content = b"\0" * size
    key = hashlib.sha256(content).hexdigest()
    with zipfile.ZipFile(data / "lab.aiida") as source, zipfile.ZipFile(target, "w") as copy:
        for item in source.infolist():
            if item.filename != "db.sqlite3":
                copy.writestr(item, source.read(item))
        database = target.with_suffix(".sqlite3")
        with source.open("db.sqlite3") as packed, database.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
        connection = sqlite3.connect(database)
        files = json.dumps({"o": {"big.bin": {"k": key}}})
        change = "UPDATE db_dbnode SET label = 'big', repository_metadata = ? WHERE id = 1"
        connection.execute(change, (files,))
        connection.commit()
        connection.close()
        copy.write(database, "db.sqlite3")
        copy.writestr(f"repo/{key}", content)
    return size


HOST = """
import logging, sys
import provender
{before}
app = provender.create_app(store="demo")
{after}
client = app.test_client()
client.get("/alive").data
"""
CONFIGURED = "logging.basicConfig(level=logging.{}, format='host %(message)s')"


def logged(before="", after=""):
    script = textwrap.dedent(HOST).format(before=before, after=after)
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=True).stderr.splitlines()


def test_an_application_in_a_process_without_logging_writes_to_its_errors():
    (line,) = logged()
    assert "INFO    GET /alive 200 19 bytes" in line


def test_the_logging_of_a_host_is_left_as_it_is():
    (line,) = logged(CONFIGURED.format("INFO"))
    assert line.startswith("host GET /alive 200 19 bytes")
    assert logged(CONFIGURED.format("WARNING")) == []
    own = "logging.getLogger('provender').addHandler(logging.NullHandler())"
    assert logged(own) == []


def test_a_host_that_sets_up_logging_later_gets_each_line_once():
    (line,) = logged(after=CONFIGURED.format("INFO"))
    assert line.startswith("host GET /alive 200 19 bytes")


def test_several_applications_of_a_process_share_one_log():
    more = "provender.create_app(store='demo')"
    assert len(logged(before=more)) == 1
    setting = "import os; os.environ['PROVENDER_LOG_FORMAT'] = 'json'; " + more
    (line,) = logged(before=more, after=setting)
    assert json.loads(line)["path"] == "/alive"


def test_every_entry_written_for_a_request_names_it():
    before = "import os; os.environ['PROVENDER_LOG_FORMAT'] = 'json'"
    after = "app.add_url_rule('/fault', 'fault', lambda: int('a\\nb'))\n"
    after += "app.test_client().get('/fault').data"
    fault, request, _ = map(json.loads, logged(before, after))
    assert fault["level"] == "ERROR"
    assert "ValueError" in fault["traceback"]
    assert fault["request_id"] == request["request_id"]
