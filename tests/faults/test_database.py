"""A database that breaks under load: nothing wrong is ever sent, and all is well soon after."""

from __future__ import annotations

import contextlib
import time
from contextlib import ExitStack, closing, contextmanager

import psycopg2
import pytest

from faults import serving
from faults.crowd import BOUND, asking
from faults.serving import POOL, WORKERS, connections
from support import postgres
from support.server import ask
from support.waiting import wait_until

MOST_MORE = 12
"""Descriptors that may be open after a fault and were not before: idle connections of a pool."""
STALLED = 4.0
"""Seconds in which a statement is given up: its own second, and what the watchdog adds."""
TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    f"WHERE application_name = '{serving.NAME}'"
)


@contextmanager
def breaking(server, url, figures, name, *, failing=True):
    """Judge what a crowd sees of a fault, which is the block; yields the crowd."""
    before = server.descriptors()
    with asking(server.root) as crowd:
        yield crowd
        healed = time.monotonic()
        recovery = crowd.recovery(healed)
    figures.fault(f"{name}, {server.kind}", crowd, recovery)
    assert crowd.wrong() == []
    assert set(crowd.counts()) <= {200, 400, 503}
    assert (crowd.counts()[503] > 0) >= failing
    assert crowd.worst() < BOUND
    assert "Traceback" not in server.said()
    most = POOL * (WORKERS if server.kind == "gunicorn" else 1)
    wait_until(lambda: connections(url) <= most, raising=psycopg2.OperationalError)
    wait_until(lambda: server.descriptors() <= before + MOST_MORE)


def test_a_database_is_stopped_and_started(server, own_postgres, figures):
    with breaking(server, own_postgres.url, figures, "PostgreSQL stopped") as crowd:
        own_postgres.server.stop()
        crowd.wait_for(503, 20)
        own_postgres.server.start()


def test_a_database_is_restarted(server, own_postgres, figures):
    with breaking(server, own_postgres.url, figures, "PostgreSQL restarted"):
        own_postgres.server.stop()
        own_postgres.server.start()


def test_a_database_is_killed(server, own_postgres, figures):
    with breaking(server, own_postgres.url, figures, "PostgreSQL killed"):
        own_postgres.server.kill()
        own_postgres.server.start()


def test_one_backend_is_killed(server, own_postgres, figures):
    """PostgreSQL then ends all its connections, and recovers by itself."""
    with breaking(server, own_postgres.url, figures, "one backend killed") as crowd:
        own_postgres.server.kill_one(serving.NAME)
        crowd.wait_for(503)
        serving.wait_until_ready(own_postgres.url)


def test_connections_are_terminated_again_and_again(server, own_postgres, figures):
    with (
        closing(postgres.connect(own_postgres.url)) as other,
        breaking(
            server, own_postgres.url, figures, "connections terminated", failing=False
        ) as crowd,
        other.cursor() as cursor,
    ):
        for _ in range(5):
            cursor.execute(TERMINATE)
            crowd.wait_for(200, 5)


def test_all_slots_of_a_database_are_taken(server, own_postgres, figures):
    with (
        ExitStack() as stack,
        breaking(server, own_postgres.url, figures, "no slot left") as crowd,
    ):
        other = stack.enter_context(closing(postgres.connect(own_postgres.url)))
        with other.cursor() as cursor:
            with contextlib.suppress(psycopg2.OperationalError):
                while True:
                    cursor.execute(TERMINATE)
                    taken = postgres.connect(own_postgres.url)
                    stack.enter_context(closing(taken))
            cursor.execute(TERMINATE)
            crowd.wait_for(503, 10)
        stack.close()


def test_a_table_is_locked(server, own_postgres, figures):
    with (
        breaking(server, own_postgres.url, figures, "a table locked") as crowd,
        postgres.locked(own_postgres.url),
    ):
        crowd.wait_for(503, 10)


def test_the_network_stalls(server, own_postgres, proxy, figures):
    with (
        breaking(server, own_postgres.url, figures, "the network stalls") as crowd,
        proxy.stalled(),
    ):
        time.sleep(STALLED)
        crowd.wait_for(503, 20)
        assert ask(f"{server.root}/alive").status == 200


@pytest.mark.parametrize("after", [0, 5_000, 200_000])
def test_the_network_cuts_answers_of_the_database(server, own_postgres, proxy, figures, after):
    name = f"answers cut after {after:,} bytes"
    with breaking(server, own_postgres.url, figures, name, failing=False) as crowd:
        for _ in range(3):
            with proxy.cutting(after):
                crowd.wait_for(503, 3)
            crowd.wait_for(200, 5)


def test_the_network_refuses_connections(server, own_postgres, proxy, figures):
    with (
        breaking(server, own_postgres.url, figures, "connections refused") as crowd,
        proxy.refusing(),
    ):
        crowd.wait_for(503, 20)
