"""`/alive` and `/ready`: the process, and whether it can serve."""

from __future__ import annotations

import socket
import threading
from dataclasses import replace

import pytest

from provender.settings import Pool, ProfileSettings
from support import postgres
from support.server import Asking, ask, serving


@pytest.fixture
def served(make_app, settings):
    """A function that serves profiles, the first one by default; gives the root URL and the app."""
    stack = []

    def start(**profiles):
        named = {name: ProfileSettings(str(store)) for name, store in profiles.items()}
        chosen = replace(settings, profiles=named, default_profile=next(iter(named)))
        app = make_app(settings=chosen)
        stack.append(serving(app))
        return stack[-1].__enter__(), app

    yield start
    for context in stack:
        context.__exit__(None, None, None)


@pytest.fixture
def silent():
    """URL of a database whose server takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        port = listener.getsockname()[1]
        yield f"postgresql://me@127.0.0.1:{port}/silent?connect_timeout=5"


NOBODY = "postgresql://me:secret@127.0.0.1:1/nobody"


def test_alive_touches_no_store(served, tmp_path):
    root, app = served(gone=tmp_path / "gone.aiida")
    answer = ask(f"{root}/alive")
    assert (answer.status, answer.json) == (200, {"status": "alive"})
    stores = app.extensions["provender"].stores
    assert stores.open_names == ()


def test_ready_says_that_the_store_answers(served, data):
    root, _ = served(lab=data / "lab.aiida")
    answer = ask(f"{root}/ready")
    assert (answer.status, answer.json) == (200, {"status": "ready"})


@pytest.mark.parametrize("path", ["/alive", "/ready", "/alive/"])
@pytest.mark.parametrize("store", ["demo", NOBODY])
def test_nobody_may_keep_the_answer(served, path, store):
    answer = ask(served(one=store)[0] + path)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_both_answer_below_a_mount(make_app, settings):
    client = make_app(store="demo", settings=settings).test_client()
    for path in ("/alive", "/ready"):
        answer = client.get(path, environ_base={"SCRIPT_NAME": "/app1"})
        assert answer.status_code == 200


def test_a_store_that_is_away_is_told_in_words_and_its_address_in_the_log_only(served, caplog):
    answer = ask(served(lab=NOBODY)[0] + "/ready")
    assert answer.status == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.json["code"] == "store-unreachable"
    assert answer.json["message"] == "The store `lab` cannot be reached."
    assert b"127.0.0.1" not in answer.body
    assert 'connection to server at "127.0.0.1", port 1 failed' in caplog.text
    assert b"secret" not in answer.body


def test_a_server_that_hangs_is_told_before_its_time_out(served, silent):
    answer = ask(served(lab=silent)[0] + "/ready")
    assert answer.status == 503
    assert answer.json["message"] == "The store `lab` did not answer within 1 s."


@pytest.mark.parametrize("order", ["broken first", "broken last"])
def test_of_many_stores_one_that_answers_is_enough(served, silent, data, order, tmp_path):
    broken = {"hangs": silent, "nobody": NOBODY, "gone": tmp_path / "gone.aiida"}
    good = {"lab": data / "lab.aiida"}
    root, _ = served(**(broken | good if order == "broken first" else good | broken))
    assert [ask(f"{root}/ready").status for _ in range(3)] == [200] * 3


def test_of_many_broken_stores_some_are_named(served, silent):
    root, _ = served(hangs=silent, **{f"n{number}": NOBODY for number in range(20)})
    answer = ask(f"{root}/ready")
    assert answer.status == 503
    assert answer.json["message"] == "No store can be reached."
    lines = answer.json["detail"].splitlines()
    assert lines[0] == "The store `hangs` did not answer within 1 s."
    assert lines[1] == "The store `n0` cannot be reached."
    assert lines[-1] == "16 more"


def test_a_store_that_is_not_read_is_told_as_that(served, data):
    old = data / "edge" / "unknown_main_9999.aiida"
    answer = ask(served(old=old)[0] + "/ready")
    assert (answer.status, answer.json["code"]) == (503, "unsupported-store")
    assert answer.json["hint"] == "It was written by a newer AiiDA; use a newer Provender."
    assert "retry-after" not in answer.headers
    answer = ask(served(old=old, older=old)[0] + "/ready")
    assert (answer.status, answer.json["message"]) == (503, "No store can be reached.")
    assert answer.json["detail"].count("use a newer Provender") == 2
    assert "retry-after" not in answer.headers
    answer = ask(served(old=old, nobody=NOBODY)[0] + "/ready")
    assert answer.json["code"] == "store-unreachable"
    assert int(answer.headers["retry-after"]) > 0


def test_many_probes_of_a_server_that_hangs_share_one_look(served, silent):
    root, _ = served(lab=silent)
    answers = []
    workers = [
        threading.Thread(target=lambda: answers.append(ask(f"{root}/ready"))) for _ in range(10)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert {answer.status for answer in answers} == {503}
    looking = [item for item in threading.enumerate() if "_reach" in item.name]
    assert len(looking) <= 1


def test_a_store_that_comes_back_is_ready_again(served, data, tmp_path):
    root, _ = served(lab=tmp_path / "lab.aiida")
    assert ask(f"{root}/ready").status == 503
    (tmp_path / "lab.aiida").symlink_to(data / "lab.aiida")
    statuses = set()
    while 200 not in statuses:
        statuses.add(ask(f"{root}/ready").status)
    assert statuses <= {200, 503}


def test_requests_that_wait_for_a_lock_keep_nobody_else_out(make_app, settings, lab_copy):
    small = replace(settings, pool=Pool(size=1), limits=replace(settings.limits, expensive=1))
    with serving(make_app(store=lab_copy, settings=small)) as root:
        assert ask(f"{root}/api/v4/nodes?limit=1").status == 200
        connection = postgres.connect(lab_copy)
        with connection.cursor() as cursor:
            cursor.execute("BEGIN; LOCK TABLE db_dbnode IN ACCESS EXCLUSIVE MODE")
            waiting = [Asking(f"{root}/api/v4/nodes?limit={number}") for number in (2, 3, 4)]
            statuses = [ask(f"{root}{path}").status for path in ("/ready", "/api/v4/users") * 10]
            assert statuses == [200] * 20
            cursor.execute("ROLLBACK")
        connection.close()
        for asking in waiting:
            asking.join()
        assert {asking.outcome for asking in waiting} <= {200, 503}
        assert len(waiting) == 3


def test_while_draining_nothing_is_ready(served):
    root, app = served(one="demo")
    app.extensions["provender"].lifecycle.is_draining = True
    answer = ask(f"{root}/ready")
    assert answer.status == 503
    assert answer.json["code"] == "server-stopping"
    assert "retry-after" in answer.headers
    assert ask(f"{root}/alive").status == 200
