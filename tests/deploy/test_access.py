"""Guarded profiles on servers that read the headers: gunicorn with several workers, waitress."""

from __future__ import annotations

import http.client
import json
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from deploy import processes
from deploy.processes import configured
from provender.web.access import accounts
from support.command import Server
from support.server import ask
from support.users import PASSWORD, basic, bearer

FACTORY = "provender:create_app()"
PATH = "/lab/api/v4/nodes?limit=1"


def settings(folder, data):
    users = folder / "users"
    accounts.add_password(users, "alice", PASSWORD)
    return {
        "profiles": {
            "free": str(data / "materials.aiida"),
            "lab": {"store": str(data / "lab.aiida"), "readers": ["alice", "viewer"]},
        },
        "default_profile": "free",
        "access": {"file": str(users), "header": "X-Remote-User", "trusted": ["127.0.0.1"]},
    }


@contextmanager
def waitress(folder, data):
    configured(folder, **settings(folder, data))
    server = Server(before=("--config", folder / "config.yaml"))
    try:
        yield server.root
    finally:
        server.process.kill()
        server.ended()


@contextmanager
def gunicorn(folder, data):
    environment = configured(folder, **settings(folder, data))
    with processes.gunicorn(FACTORY, "-w", "2", environment=environment) as (root, _):
        yield root


@pytest.fixture(scope="module", params=[gunicorn, waitress])
def served(request, tmp_path_factory, data):
    """Root URL of a server, and a token that was added while it ran."""
    folder = tmp_path_factory.mktemp("served")
    with request.param(folder, data) as root:
        assert ask(root + PATH).status == 401
        yield root, accounts.add_token(folder / "users", "viewer")


def raw(root, path, *headers):
    """Return the status for headers that are sent as they are written."""
    parts = urlsplit(root)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
    connection.putrequest("GET", path)
    for name, value in headers:
        connection.putheader(name, value)
    connection.endheaders()
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def test_every_worker_knows_the_users_and_the_links_of_the_others(served):
    root, token = served
    for _ in range(10):
        assert ask(root + PATH, headers=bearer(token)).status == 200
        assert ask(root + PATH, headers=basic("alice", PASSWORD)).status == 200
    nodes = ask(f"{root}/lab/api/v4/nodes?limit=400", headers=bearer(token)).column("uuid")
    path = f"/api/v4/nodes/{nodes[0]}/repo/contents?filename=none"
    body = json.dumps({"path": path}).encode()
    answer = ask(f"{root}/lab/api/v4/download_links", "POST", headers=bearer(token), body=body)
    for _ in range(10):
        assert ask(answer.data["url"]).json["code"] == "no-such-file"  # past the door


def test_unknown_and_guarded_paths_are_alike_on_the_wire(served):
    root, _ = served
    for tail in ("", "/", "/api/v4/nodes", "/api/v4//nodes", "/nothing", "/%2e%2e/lab/", "//"):
        for method in ("GET", "POST", "OPTIONS"):
            known, unknown = (ask(f"{root}/{name}{tail}", method) for name in ("lab", "nix"))
            assert known.status == unknown.status, (tail, method)
            if known.status != 308:
                assert known.body == unknown.body, (tail, method)
                assert set(known.headers) == set(unknown.headers)


def test_a_header_is_believed_as_it_is_spelled_only(served):
    root, _ = served
    assert raw(root, PATH, ("X-Remote-User", "alice")) == 200
    assert raw(root, PATH, ("x-remote-user", "alice")) == 200
    # What a web server in front may pass on, because it is not the header that it sets.
    assert raw(root, PATH, ("X_Remote_User", "alice")) == 401
    assert raw(root, PATH, ("X_REMOTE-USER", "alice")) == 401
    assert raw(root, PATH, ("X-Remote-User", "nobody"), ("X_Remote_User", "alice")) == 401
    assert raw(root, PATH, ("X-Remote-User", "alice"), ("X-Remote-User", "nobody")) in (400, 401)


def test_repeated_credentials_open_nothing(served):
    root, token = served
    good, bad = f"Bearer {token}", "Bearer x"
    for pair in ((good, bad), (bad, good)):
        headers = [("Authorization", value) for value in pair]
        assert raw(root, PATH, *headers) in (400, 401)
