"""No input that a client can send gives a 500."""

from __future__ import annotations

import io
import random
import sys

import pytest

from support.randoms import PATHS, query


def send(app, method, path, raw):
    """Call the application with exactly these bytes, as a server would."""
    environ = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.encode("utf-8", "surrogatepass").decode("latin-1"),
        "QUERY_STRING": raw.decode("latin-1"),
        "HTTP_HOST": "localhost",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    started = []
    body = b"".join(app.wsgi_app(environ, lambda *arguments: started.append(arguments)))
    return int(started[0][0][:3]), dict(started[0][1]), body


@pytest.mark.parametrize("seed", range(3))
def test_nothing_gives_a_500(seed, on_lab, fuzz_count):
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    methods = ["GET"] * 6 + ["HEAD", "POST", "PUT", "OPTIONS", "NONSENSE"]
    statuses = set()
    for _ in range(3 * fuzz_count):
        method = chance.choice(methods)
        path = f"/api/{chance.choice(['v2', 'v4'])}/{chance.choice(PATHS)}"
        raw = query(chance)
        status, headers, body = send(on_lab.app, method, path, raw)
        assert status < 500, (method, path, raw, body)
        if status >= 400 and method != "HEAD":
            assert headers["Content-Type"] == "application/json", (method, path, raw)
            assert b'"message"' in body
        statuses.add(status)
    assert {200, 400, 404, 405} <= statuses


def test_random_bytes_as_paths(on_archive, fuzz_count):
    chance = random.Random(4)  # noqa: S311 - not for secrets
    statuses = set()
    for _ in range(fuzz_count):
        path = "/" + "".join(chr(chance.randrange(256)) for _ in range(chance.randint(0, 20)))
        status, _, body = send(on_archive.app, "GET", path, b"")
        assert status < 500, (path, body)
        statuses.add(status)
    assert 404 in statuses
