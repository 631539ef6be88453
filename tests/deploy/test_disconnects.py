"""Clients that go away, and clients that ask for too much, behind real web servers."""

from __future__ import annotations

import json
import select
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from urllib.parse import urlsplit

import pytest

from deploy.processes import configured
from deploy.servers import SERVERS, by_waitress
from support import postgres
from support.server import ask
from support.waiting import wait_until

NAME = "provender-leaving"
ACTIVE = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND state = 'active' "
    "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)
PATIENCE = 20
"""Seconds; the statements below would take hours, and have a minute."""


def pairs(length):
    """A posted query for the number of nodes, squared, cubed and so on, that have the same user."""
    path = [{"entity_type": "", "tag": "n0"}]
    for number in range(1, length):
        user, node = f"u{number}", f"n{number}"
        before = path[-1]["tag"]
        path += [
            {"entity_type": "user", "tag": user, "joining_keyword": "with_node",
             "joining_value": before},
            {"entity_type": "", "tag": node, "joining_keyword": "with_user",
             "joining_value": user},
        ]  # fmt: skip
    return json.dumps({"path": path, "project": {"n0": [{"id": {"func": "count"}}]}}).encode()


HEAVY, LIGHT = pairs(5), pairs(1)
NEXT = b"GET /alive HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture(params=["postgresql", "sqlite"])
def store(request, lab_postgres, data):
    if request.param == "sqlite":
        return str(data / "lab.aiida")
    mark = "&" if "?" in lab_postgres else "?"
    return f"{lab_postgres}{mark}application_name={NAME}"


@pytest.fixture
def settings(tmp_path, store):
    """The environment of a server of the store."""
    return configured(
        tmp_path,
        profiles={"lab": store},
        limits={"statement_seconds": 60, "expensive": 1, "expensive_waiting": 4},
        pool={"wait_seconds": 60},
        proxy={"trusted": ["127.0.0.1"]},
        metrics=True,
    )


@pytest.fixture(params=SERVERS)
def root(request, settings, make_app):
    with request.param(settings, make_app) as found:
        yield found


@pytest.fixture
def waitress(settings, make_app):
    with by_waitress(settings, make_app) as found:
        yield found


def sent(root, body, more=b"", client="192.0.2.1"):
    """Return a connection on which a query was posted, whose answer nobody has read."""
    parts = urlsplit(root)
    connection = socket.create_connection((parts.hostname, parts.port))
    head = (
        f"POST /api/v4/querybuilder HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: {client}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body + more)
    return connection


def posted(root, body, client="192.0.2.2"):
    headers = {"Content-Type": "application/json", "X-Forwarded-For": client}
    return ask(f"{root}/api/v4/querybuilder", "POST", headers, body)


def runs(root):
    """Tell whether the only place for expensive requests is taken."""
    return b'provender_expensive{state="running"} 1.0' in ask(f"{root}/metrics").body


def active(url):
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(ACTIVE, (NAME,))
        return cursor.fetchone()[0]


def test_the_statement_of_a_client_that_went_away_is_stopped(root, store):
    """Else the only place for expensive requests would be taken for a minute.

    The bytes of a further request wait in the socket: they hide its end from who reads it.
    """
    with closing(sent(root, HEAVY, NEXT)) as gone, ThreadPoolExecutor(1) as pool:
        wait_until(lambda: runs(root), PATIENCE)
        asked = pool.submit(posted, root, LIGHT)
        with pytest.raises(TimeoutError):
            asked.result(1)
        gone.close()
        assert asked.result(PATIENCE).status == 200
    if store.startswith("postgresql"):
        wait_until(lambda: active(store) == 0, PATIENCE)
    assert b"provender_statements_stopped_total 1.0" in ask(f"{root}/metrics").body
    stays(root)


def stays(root):
    """Check that a client that stays is answered: its socket is watched, and left as it is."""
    with closing(sent(root, pairs(2))) as connection:
        connection.settimeout(PATIENCE)
        answer = connection.recv(10_000)
        while not answer.endswith(b"}\n") and not answer.endswith(b"}"):
            answer += connection.recv(10_000)
    assert b"97344" in answer
    assert ask(f"{root}/api/v4/nodes?limit=1").status == 200


def test_heavy_clients_stop_no_cheap_request(waitress, store):
    """They stay, and more come than may wait."""
    heavy = [sent(waitress, HEAVY, client=f"192.0.2.{number}") for number in range(12)]
    try:
        answers = [ask(f"{waitress}/api/v4/nodes?limit=1&offset={n}").status for n in range(100)]
        assert set(answers) == {200}
    finally:
        for connection in heavy:
            connection.close()


def test_the_queue_of_one_client_makes_room_for_another(waitress, store):
    """One runs, four wait; the last one is refused when another client comes."""
    with ExitStack() as stack:
        heavy = [stack.enter_context(closing(sent(waitress, HEAVY)))]
        wait_until(lambda: runs(waitress), PATIENCE)
        heavy += [stack.enter_context(closing(sent(waitress, HEAVY))) for _ in range(5)]
        for connection in heavy:
            connection.settimeout(PATIENCE)
        assert b" 503 " in answered(heavy)  # there is one more than may wait
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(posted, waitress, LIGHT)
            assert b"store-busy" in answered(heavy)
            for connection in heavy:
                connection.close()
            assert asked.result(PATIENCE).status == 200


def answered(connections):
    """Return the answer to the first of some requests that is answered, and take it away."""
    found, _, _ = select.select(connections, [], [], PATIENCE)
    connections.remove(found[0])
    with closing(found[0]):
        answer = found[0].recv(100_000)
        while b"hint" not in answer:
            answer += found[0].recv(100_000)
    return answer
