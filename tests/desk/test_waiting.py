"""Clients that wait for a change of a process, behind real web servers."""

from __future__ import annotations

import shutil
import signal
import socket
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from urllib.parse import urlsplit

import pytest

from deploy import processes
from deploy.processes import configured
from support import badrows, postgres
from support.command import Server
from support.server import ask
from support.waiting import wait_until

PLACES = 3
PATIENCE = 15
"""Seconds, fewer than the 25 that the requests here would wait."""
RUNNING = (
    "UPDATE db_dbnode SET attributes = attributes - 'sealed' || '{\"process_state\": \"running\"}' "
    "WHERE uuid = '%s'"
)
FINISHED = (
    "UPDATE db_dbnode SET attributes = attributes || "
    '\'{"process_state": "finished", "exit_status": 7}\' WHERE uuid = \'%s\''
)
PAUSED = "UPDATE db_dbnode SET attributes = attributes || '{\"paused\": true}' WHERE uuid = '%s'"
OTHERS = "UPDATE db_dbnode SET mtime = now(), label = 'changed' WHERE uuid <> '%s'"


@contextmanager
def waitress(environment, *_):
    server = Server(environment=environment)
    try:
        yield server.root, server.process
    finally:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGINT)
        server.ended()


@contextmanager
def gunicorn(environment, *options):
    more = ("-w", "1", "--graceful-timeout", "5", *options)
    with processes.gunicorn("provender:create_app()", *more, environment=environment) as found:
        yield found


@pytest.fixture(params=[waitress, gunicorn])
def server(request):
    return request.param


@pytest.fixture
def uuid(lab_copy):
    """The uuid of a process that runs."""
    with closing(postgres.connect(lab_copy)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT uuid FROM db_dbnode WHERE node_type LIKE 'process.%' LIMIT 1")
        found = cursor.fetchone()[0]
    postgres.run(lab_copy, RUNNING % found)
    return str(found)


@pytest.fixture
def environment(tmp_path, lab_copy):
    return configured(
        tmp_path,
        profiles={"lab": lab_copy},
        limits={"waits": PLACES},
        pool={"size": 1},
        proxy={"trusted": ["127.0.0.1"]},
        metrics=True,
    )


@pytest.fixture
def asking():
    """A function that asks in a thread of its own."""
    with ThreadPoolExecutor(16) as pool:
        yield lambda *arguments: pool.submit(ask, *arguments)


def url_of(root, uuid, wait=25):
    return f"{root}/api/v4/processes/{uuid}/status" + (f"?wait={wait}" if wait else "")


def metric(root, name):
    lines = ask(f"{root}/metrics").body.decode().splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def wait_for(root, number):
    """Wait until so many requests wait."""
    wait_until(lambda: metric(root, "provender_waits") == number, PATIENCE)


def client(number):
    return {"X-Forwarded-For": f"192.0.2.{number}"}


def test_a_change_answers_all_who_wait(server, environment, lab_copy, uuid, asking):
    with server(environment) as (root, _):
        before = ask(url_of(root, uuid, 0))
        assert before.data["status"]["is_running"] is True
        known = {"If-None-Match": before.headers["etag"]}
        waiting = [asking(url_of(root, uuid)), asking(url_of(root, uuid), "GET", known)]
        wait_for(root, 2)
        postgres.run(lab_copy, OTHERS % uuid)
        wait_until(lambda: metric(root, "provender_connections_used") == 0, PATIENCE)
        assert ask(url_of(root, uuid, 0), "GET", known).status == 304
        assert metric(root, "provender_waits") == 2
        postgres.run(lab_copy, FINISHED % uuid)
        for answer in (one.result(PATIENCE) for one in waiting):
            assert answer.status == 200
            assert answer.data["status"]["exit_status"] == 7
            assert answer.headers["etag"] != before.headers["etag"]
        wait_for(root, 0)


def test_a_change_between_two_requests_is_not_missed(environment, lab_copy, uuid, asking):
    with waitress(environment) as (root, _):
        before = ask(url_of(root, uuid, 0)).headers["etag"]
        postgres.run(lab_copy, PAUSED % uuid)
        told = asking(url_of(root, uuid), "GET", {"If-None-Match": before}).result(PATIENCE)
        assert told.data["status"]["paused"] is True
        both = {"If-None-Match": f"{before}, {told.headers['etag']}"}
        waiting = asking(url_of(root, uuid), "GET", both)
        wait_for(root, 1)
        postgres.run(lab_copy, FINISHED % uuid)
        assert waiting.result(PATIENCE).data["status"]["process_state"] == "finished"


def test_when_the_time_is_up_the_answer_is_that_of_a_poll(server, environment, uuid):
    with server(environment) as (root, _):
        now = ask(url_of(root, uuid, 0))
        for wait in (0.2, 1.2):
            after = ask(url_of(root, uuid, wait))
            assert (after.status, after.data) == (200, now.data)
            for known in (now.headers["etag"], f"W/{now.headers['etag']}", "*"):
                again = ask(url_of(root, uuid, wait), "GET", {"If-None-Match": known})
                assert again.status == 304


def test_a_client_that_disconnects_frees_its_place(server, environment, uuid):
    with server(environment) as (root, _):
        parts = urlsplit(url_of(root, uuid))
        head = f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        with ExitStack() as stack:
            for _ in range(PLACES):
                address = (parts.hostname, parts.port)
                gone = stack.enter_context(closing(socket.create_connection(address)))
                gone.sendall(head)
            wait_for(root, PLACES)
        wait_for(root, 0)
        assert ask(url_of(root, uuid, 0.1)).status == 200


def test_one_too_many_is_refused_and_others_go_on(server, environment, lab_copy, uuid, asking):
    with server(environment) as (root, _):
        waiting = [asking(url_of(root, uuid), "GET", client(n)) for n in range(PLACES)]
        wait_for(root, PLACES)
        refused = ask(url_of(root, uuid), "GET", client(99))
        assert (refused.status, refused.json["code"]) == (503, "too-many-waits")
        assert refused.headers["retry-after"].isdigit()
        assert f"{PLACES} requests may wait" in refused.json["message"]
        assert "leave out `wait`" in refused.json["hint"]
        polls = [ask(url_of(root, uuid, 0)).status for _ in range(20)]
        lists = [ask(f"{root}/api/v4/nodes?limit=1&offset={n}").status for n in range(20)]
        assert set(polls + lists) == {200}
        postgres.run(lab_copy, FINISHED % uuid)
        assert [one.result(PATIENCE).status for one in waiting] == [200] * PLACES


def test_a_client_with_many_waits_makes_room_for_another(environment, lab_copy, uuid, asking):
    with waitress(environment) as (root, _):
        greedy = [asking(url_of(root, uuid), "GET", client(1)) for _ in range(PLACES)]
        wait_for(root, PLACES)
        other = asking(url_of(root, uuid), "GET", client(2))
        wait_until(lambda: any(one.done() for one in greedy), PATIENCE)
        wait_for(root, PLACES)
        postgres.run(lab_copy, FINISHED % uuid)
        assert sorted(one.result(PATIENCE).status for one in greedy) == [200, 200, 503]
        assert other.result(PATIENCE).status == 200


def test_a_server_that_is_told_to_stop_answers_all_who_wait(server, environment, uuid, asking):
    """They would wait for longer than the server gives to running requests."""
    with server(environment) as (root, process):
        waiting = [asking(url_of(root, uuid)) for _ in range(PLACES)]
        wait_for(root, PLACES)
        process.send_signal(signal.SIGTERM)
        answers = [one.result(PATIENCE) for one in waiting]
        assert [answer.status for answer in answers] == [200] * PLACES
        assert {answer.data["status"]["process_state"] for answer in answers} == {"running"}


def test_at_most_a_quarter_of_the_threads_of_gunicorn_waits(environment, lab_copy, uuid, asking):
    with gunicorn(environment, "--threads", "7") as (root, _):
        waiting = asking(url_of(root, uuid))
        wait_for(root, 1)
        refused = ask(url_of(root, uuid))
        assert (refused.status, refused.json["code"]) == (503, "too-many-waits")
        assert "1 request may wait" in refused.json["message"]
        postgres.run(lab_copy, FINISHED % uuid)
        assert waiting.result(PATIENCE).status == 200


def test_where_there_is_one_thread_nobody_waits(environment, lab_copy, uuid):
    with gunicorn(environment, "-k", "sync", "--threads", "1") as (root, _):
        refused = ask(url_of(root, uuid))
        assert (refused.status, refused.json["code"]) == (503, "too-many-waits")
        assert "one request at a time" in refused.json["message"]
        known = {"If-None-Match": '"another"'}
        assert ask(url_of(root, uuid), "GET", known).status == 200
        postgres.run(lab_copy, FINISHED % uuid)
        assert ask(url_of(root, uuid)).status == 200


def test_no_place_at_all_is_a_setting(tmp_path, lab_copy, uuid):
    environment = configured(tmp_path, profiles={"lab": lab_copy}, limits={"waits": 0})
    with waitress(environment) as (root, _):
        refused = ask(url_of(root, uuid))
        assert (refused.status, refused.json["message"]) == (
            503,
            "No request may wait here (`limits.waits`).",
        )


def test_a_process_that_goes_away_meanwhile_is_a_404(environment, lab_copy, uuid, asking):
    with waitress(environment) as (root, _):
        waiting = asking(url_of(root, uuid))
        wait_for(root, 1)
        postgres.run(
            lab_copy,
            "UPDATE db_dbnode SET uuid = '00000000-0000-0000-0000-000000000000' "
            f"WHERE uuid = '{uuid}'",
        )
        assert waiting.result(PATIENCE).status == 404


SET = "json_remove(json_set(attributes, '$.process_state', {state}), '$.sealed')"


def first_process(database):
    with closing(sqlite3.connect(database)) as connection:
        text = "SELECT uuid FROM db_dbnode WHERE node_type LIKE 'process.%' LIMIT 1"
        return connection.execute(text).fetchone()[0]


def set_state(database, uuid, state):
    with closing(sqlite3.connect(database)) as connection, connection:
        text = f"UPDATE db_dbnode SET attributes = {SET.format(state='?')} WHERE uuid = ?"
        connection.execute(text, (state, uuid))


def test_a_change_of_a_sqlite_profile_is_seen(tmp_path, unpacked, serve, asking):
    folder = shutil.copytree(unpacked / "sqlite_dos", tmp_path / "profile")
    database = folder / "database.sqlite"
    uuid = first_process(database)
    set_state(database, uuid, "running")
    served = serve(folder, metrics=True)
    waiting = asking(url_of(served.root, uuid))
    wait_for(served.root, 1)
    set_state(database, uuid, "finished")
    assert waiting.result(PATIENCE).data["status"]["process_state"] == "finished"


def test_an_archive_that_is_replaced_is_seen(tmp_path, data, serve, asking):
    """Its processes never change; but the file may."""
    change = "UPDATE db_dbnode SET attributes = " + SET.format(state="'waiting'")
    archive = badrows.archive(tmp_path, data / "lab.aiida", [change])
    served = serve(archive, metrics=True)
    uuid = served.get("/api/v4/processes?limit=1").rows()[0]["uuid"]
    assert ask(url_of(served.root, uuid, 0.3)).data["status"]["process_state"] == "waiting"
    waiting = asking(url_of(served.root, uuid))
    wait_for(served.root, 1)
    shutil.copy(data / "lab.aiida", tmp_path / "new.aiida")
    (tmp_path / "new.aiida").replace(archive)
    assert waiting.result(PATIENCE).data["status"]["process_state"] == "finished"
