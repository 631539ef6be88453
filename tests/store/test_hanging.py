"""A database that stops answering: given up in time, and found again by itself."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from provender.errors import StoreError, StoreUnreachable
from provender.settings import Limits, Pool
from provender.store.addresses import parse_url
from provender.store.database import engines, watchdog
from provender.store.database.reader import Reader
from support import postgres
from support.waiting import wait_until

QUICK = Limits(statement_seconds=1)
"""Given up `GRACE_SECONDS` later."""
ONE = Pool(size=1, connect_seconds=2)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"


@pytest.fixture
def reader(own_postgres):
    """A function that makes readers of the PostgreSQL that may hang."""
    made = []

    def make(pool=ONE, limits=QUICK):
        made.append(Reader(engines.postgresql(parse_url(own_postgres.url), pool, limits), "lab"))
        return made[-1]

    yield make
    for one in made:
        one.close()


def read(reader, sql="SELECT 1"):
    return reader.within(lambda snapshot: snapshot.read(sql))


def wait_until_it_answers(reader):
    return wait_until(lambda: read(reader), raising=StoreError)


def test_a_server_that_hangs_before_a_transaction_is_given_up_and_found_again(reader, own_postgres):
    one = reader()
    assert read(one) == [(1,)]
    with own_postgres.hanging():
        with pytest.raises(StoreUnreachable) as first:
            read(one)
        assert first.value.reason == "the database stopped answering"
        with pytest.raises(StoreUnreachable) as second:
            read(one)
        assert second.value is first.value
    assert wait_until_it_answers(one) == [(1,)]


def test_a_server_that_hangs_during_a_statement_is_given_up(reader, own_postgres):
    one = reader(limits=Limits(statement_seconds=3))
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(read, one, "SELECT pg_sleep(60)")
        with_another = reader()
        while read(with_another, WAITING) == [(0,)]:
            time.sleep(0.05)
        with own_postgres.hanging(), pytest.raises(StoreUnreachable):
            asked.result(30)
    assert wait_until_it_answers(one) == [(1,)]


def test_connections_from_before_are_not_tried_one_after_the_other(reader, own_postgres):
    """As many requests would fail, each after its own wait."""
    one, pids = reader(Pool(size=3, connect_seconds=2)), set()
    barrier = threading.Barrier(3)

    def work(snapshot):
        barrier.wait()
        pids.add(snapshot.read("SELECT pg_backend_pid()")[0][0])

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(one.within, [work] * 3))
    with own_postgres.hanging(), pytest.raises(StoreUnreachable):
        read(one)
    assert one.connections() == (3, 0)
    wait_until_it_answers(one)
    for _ in range(3):
        assert not set(read(one, "SELECT pg_backend_pid()")[0]) & pids


def test_while_a_database_hangs_all_requests_fail_at_once(reader, own_postgres):
    """What tries again is a probe of ours, never a request."""
    one = reader(Pool(size=4, connect_seconds=3))
    read(one)
    with own_postgres.hanging():
        with pytest.raises(StoreUnreachable):
            read(one)
        wait_until(lambda: "probe" in names_of_threads())
        with ThreadPoolExecutor(4) as pool:
            begun = time.monotonic()
            errors = {str(pool.submit(read, one).exception(30)) for _ in range(40)}
            assert time.monotonic() - begun < 3  # one that tried would take that long
        assert errors == {"The store `lab` cannot be reached."}
        with pytest.raises(StoreUnreachable):  # what would wait for a place looks first
            one.check()
    assert wait_until_it_answers(one) == [(1,)]
    assert one.check() is None
    wait_until(lambda: "probe" not in names_of_threads())


def names_of_threads():
    return [thread.name for thread in threading.enumerate()]


def backend_of(reader, marker):
    """Return the process of a statement of another reader, once it runs."""
    sql = "SELECT pid FROM pg_stat_activity WHERE query LIKE %(text)s AND pid <> pg_backend_pid()"
    return wait_until(lambda: reader.within(lambda it: it.read(sql, {"text": f"%{marker}%"})))[0][0]


def test_a_statement_that_never_ends_is_an_error_of_its_request_alone(reader):
    """A server that is busy beyond its own time-out still answers others."""
    one, other = reader(Pool(size=2, connect_seconds=2)), reader()
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(read, one, "SELECT 1 AS stuck FROM pg_sleep(60)")
        pid = backend_of(other, "AS stuck")
        os.kill(pid, signal.SIGSTOP)
        try:
            outcomes = []
            while not asked.done():
                outcomes.append(read(one))
                time.sleep(0.01)
            assert isinstance(asked.exception(), StoreUnreachable)
            for _ in range(100):
                outcomes.append(read(one))
                time.sleep(0.01)
            assert set(map(str, outcomes)) == {"[(1,)]"}
        finally:
            os.kill(pid, signal.SIGCONT)


def test_a_statement_that_is_slow_but_allowed_is_left_alone(reader):
    one = reader(limits=Limits(statement_seconds=10))
    assert read(one, "SELECT 1 FROM pg_sleep(1)") == [(1,)]
    assert watchdog.WATCHDOG.running == 0


def test_many_connections_are_watched_by_one_thread(reader):
    readers = [reader() for _ in range(5)]
    with ThreadPoolExecutor(5) as pool:
        assert list(pool.map(read, readers)) == [[(1,)]] * 5
    assert [thread.name for thread in threading.enumerate()].count("watchdog") == 1


def test_what_a_url_says_of_keeping_alive_wins(own_postgres):
    dsn = parse_url(own_postgres.url) | {"keepalives_idle": "7"}
    engine = engines.postgresql(dsn, ONE, QUICK)
    connection = engine.pool.connect()
    try:
        parameters = connection.dbapi_connection.get_dsn_parameters()
        assert parameters["keepalives_idle"] == "7"
        assert parameters["tcp_user_timeout"] == str(engines.DEAD_PEERS["tcp_user_timeout"])
    finally:
        connection.close()
        engine.close()


def test_connections_in_use_while_a_store_is_closed_are_closed_when_given_back(
    reader, own_postgres
):
    name = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'closing'"
    dsn = parse_url(own_postgres.url) | {"application_name": "closing"}
    one = Reader(engines.postgresql(dsn, Pool(size=2), QUICK), "lab")
    another = reader()

    def work(snapshot):
        one.close()
        return snapshot.read(name)

    assert one.within(work) == [(1,)]
    assert one.connections() == (0, 0)
    wait_until(lambda: read(another, name) == [(0,)])


def test_the_processes_go_on_after_a_test(own_postgres):
    with own_postgres.hanging():
        pass
    with closing(postgres.connect(own_postgres.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
