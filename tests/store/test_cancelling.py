"""A statement is cancelled without holding up the other threads, whatever the network does."""

from __future__ import annotations

import threading
from contextlib import closing

import psycopg2
import pytest

from provender.store.database.cancelling import Cancellation
from support import postgres
from support.proxy import Proxy
from support.waiting import wait_until

SLEEPING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


@pytest.fixture
def proxy(own_postgres):
    made = Proxy(own_postgres.url)
    yield made
    made.close()


def sleeping(url):
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(SLEEPING)
        return cursor.fetchone()[0]


def test_a_running_statement_is_cancelled(own_postgres, proxy):
    with closing(postgres.connect(proxy.url)) as connection, connection.cursor() as cursor:
        cancellation = Cancellation(connection)

        def cancel():
            wait_until(lambda: sleeping(own_postgres.url) == 1)
            assert cancellation.send() == ""

        other = threading.Thread(target=cancel)
        other.start()
        with pytest.raises(psycopg2.errors.QueryCanceled):
            cursor.execute("SELECT pg_sleep(60)")
        other.join()
        cancellation.close()
        assert cancellation.send() == "the connection is closed"


def test_other_threads_run_while_a_stalled_server_is_told(proxy):
    """The proxy runs in this process: it goes on only if the lock of Python is free."""
    with closing(postgres.connect(proxy.url)) as connection:
        cancellation = Cancellation(connection)
        with proxy.stalled():
            other = threading.Thread(target=cancellation.send)
            other.start()
            wait_until(lambda: proxy.connections >= 4)  # the one for the cancellation was taken
            assert other.is_alive()
        other.join()
        cancellation.close()


def test_a_closed_connection_is_not_cancelled(own_postgres):
    connection = postgres.connect(own_postgres.url)
    connection.close()
    cancellation = Cancellation(connection)
    assert cancellation.send() == "the connection is closed"
    cancellation.close()
