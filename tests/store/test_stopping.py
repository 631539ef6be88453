"""Statements that are stopped: their client is gone, or cheaper requests wait for the place."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from provender.errors import ClientGone, QueryTimeout
from provender.schema.entities import Kind
from provender.schema.statements import Statement
from provender.settings import Limits, Pool
from provender.store import cancellation
from provender.store.addresses import parse_url
from provender.store.cancellation import Cancellation
from provender.store.database import engines
from provender.store.database.reader import Reader
from provender.store.places import Places
from provender.store.sqlite.files import SqliteFile
from support.waiting import wait_until

ENDLESS = {
    "postgresql": "SELECT count(*) AS endless FROM generate_series(1, 1000000000000)",
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) "
    "SELECT count(*) FROM n",
}
RUNNING = (
    "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %(text)s AND state = 'active' "
    "AND pid <> pg_backend_pid()"
)


@pytest.fixture(params=["postgresql", "sqlite"])
def kind(request):
    return request.param


@pytest.fixture
def make_reader(lab_postgres, unpacked, kind):
    """A function that makes readers of the lab store."""
    made = []

    def make(pool=Pool(size=1), limits=Limits(expensive=1)):  # noqa: B008 - never changed
        file = SqliteFile(unpacked / "sqlite_dos" / "database.sqlite")
        if kind == "postgresql":
            engine = engines.postgresql(parse_url(lab_postgres), pool, limits)
        else:
            engine = engines.sqlite(file, pool, limits)
        made.append(Reader(engine, "lab", None, Places(limits, pool)))
        return made[-1]

    yield make
    for one in made:
        one.close()


class Asked:
    """A statement that runs for a request in a thread of its own."""

    def __init__(self, threads, reader, text, client="", **options):
        self.request, self.begun = Cancellation(client), threading.Event()
        self._statement = Statement(text, {}, (Kind.INTEGER,))
        self.future = threads.submit(self._run, reader, options)

    def _run(self, reader, options):
        cancellation.bind(self.request)
        try:
            return reader.within(self._work, **options)
        finally:
            cancellation.unbind()

    def _work(self, snapshot):
        assert snapshot.token
        self.begun.set()
        return snapshot.run(self._statement)


@pytest.fixture
def threads():
    with ThreadPoolExecutor(10) as pool:
        yield pool


def read(reader, sql="SELECT 1", values=None):
    return reader.within(lambda snapshot: snapshot.read(sql, values))


def test_the_statement_of_a_client_that_is_gone_ends(make_reader, kind, threads):
    reader = make_reader()
    asked = Asked(threads, reader, ENDLESS[kind])
    assert asked.begun.wait(30)
    time.sleep(0.2)
    asked.request.cancel()
    assert isinstance(asked.future.exception(10), ClientGone)
    assert read(reader) == [(1,)]
    if kind == "postgresql":
        wait_until(lambda: read(reader, RUNNING, {"text": "%AS endless%"}) == [(0,)])


def test_a_client_that_leaves_at_any_moment_stops_no_other(make_reader, kind, threads):
    """Its connection may be in use again at the moment when it is told to stop."""
    reader = make_reader(Pool(size=1, waiting=50))
    stop = threading.Event()

    def leave(asked):
        asked.begun.wait(30)
        asked.request.cancel()

    def stay():
        while not stop.is_set():
            assert read(reader) == [(1,)]

    staying = threads.submit(stay)
    for _ in range(30):
        asked = Asked(threads, reader, "SELECT 2")
        threads.submit(leave, asked).result(30)
        assert isinstance(asked.future.exception(30), ClientGone | None)
    stop.set()
    assert staying.exception(30) is None


def test_a_slow_statement_begins_anew_in_an_expensive_place_when_others_wait(
    make_reader, kind, threads
):
    reader = make_reader(limits=Limits(expensive=1, statement_seconds=1.5))
    holds = Asked(threads, reader, ENDLESS[kind], "a", is_expensive=True)
    wait_until(lambda: reader.places.running == 1)
    slow = Asked(threads, reader, ENDLESS[kind], "b")
    assert slow.begun.wait(30)
    slow.begun.clear()
    while not slow.begun.is_set():  # until it was stopped, and began anew after the first
        assert read(reader) == [(1,)]
    assert isinstance(holds.future.exception(30), QueryTimeout)
    assert isinstance(slow.future.exception(30), QueryTimeout)


def test_cheap_requests_are_served_beside_slow_ones(make_reader, kind, threads):
    """The slow ones are not known as such when they come."""
    reader = make_reader(Pool(size=2), Limits(expensive=1, expensive_waiting=9))
    slow = [Asked(threads, reader, ENDLESS[kind], "heavy") for _ in range(4)]
    wait_until(lambda: reader.places.running == 1)
    for _ in range(200):
        assert read(reader) == [(1,)]
    for one in slow:
        one.request.cancel()
    assert all(isinstance(one.future.exception(30), ClientGone) for one in slow)
    assert read(reader) == [(1,)]


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)
def test_no_statement_is_compiled_by_the_server(make_reader):
    reader = make_reader()
    statement = Statement("SELECT current_setting('jit')", {}, (Kind.TEXT,))
    run = [lambda it: it.read(statement.text), lambda it: it.run(statement)]
    for work in (*run, *run):  # the later ones are joined to the beginning
        assert reader.within(work) == [("off",)]
    assert reader.within(run[1], is_single=True) == [("off",)]
    assert reader.within(lambda it: list(it.stream(statement))) == [("off",)]
