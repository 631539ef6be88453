"""What one thread reads and another one sends: order, bounds, ends."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import pytest

from provender.errors import ClientGone, StoreUnreachable
from provender.store import cancellation
from provender.store.cancellation import Cancellation, current
from provender.store.conveyor import END, MOST_HELD, Conveyor
from provender.store.places import holds_one
from support.waiting import wait_until

LONG = 30
"""Seconds; no wait here lasts as long."""


@dataclass(frozen=True)
class Item:
    number: int
    size: int = 1


@pytest.fixture
def make():
    """A function that makes conveyors, which are closed with the test."""
    found = []

    def conveyor(work):
        found.append(Conveyor(work))
        return found[-1]

    yield conveyor
    for one in found:
        one.close()
        one.join(LONG)


def numbers(count, size=1, seen=None):
    """Return work that puts so many items."""

    def work(put):
        yield "ready"
        for number in range(count):
            put(Item(number, size))
            if seen is not None:
                seen.append(number)

    return work


def taken(conveyor):
    while not isinstance(item := conveyor.take(LONG), type(END)):
        yield item.number


def test_items_come_in_their_order_and_then_the_end(make):
    conveyor = make(numbers(1000))
    assert conveyor.prepare() == "ready"
    conveyor.start()
    assert list(taken(conveyor)) == list(range(1000))
    assert conveyor.take(LONG) is END


def test_few_are_held(make):
    seen = []
    conveyor = make(numbers(100, MOST_HELD // 4, seen))
    conveyor.prepare()
    conveyor.start()
    wait_until(lambda: len(seen) == 4)
    time.sleep(0.2)
    assert len(seen) == 4
    assert list(taken(conveyor)) == list(range(100))


def test_nothing_comes_so_soon(make):
    go = threading.Event()

    def work(put):
        yield None
        assert go.wait(LONG)
        put(Item(7))

    conveyor = make(work)
    conveyor.prepare()
    conveyor.start()
    conveyor.wait(0.01)
    assert conveyor.take(0.01) is None
    go.set()
    conveyor.wait(None)
    assert conveyor.take(LONG) == Item(7)


def test_what_cannot_begin_is_told_at_once(make):
    def work(put):
        raise StoreUnreachable("away")
        yield

    with pytest.raises(StoreUnreachable):
        make(work).prepare()


def test_an_error_comes_after_what_was_put(make):
    def work(put):
        yield None
        put(Item(1))
        raise StoreUnreachable("away")

    conveyor = make(work)
    conveyor.prepare()
    conveyor.start()
    assert conveyor.take(LONG) == Item(1)
    for _ in range(2):
        with pytest.raises(StoreUnreachable, match="away"):
            conveyor.take(LONG)
    with pytest.raises(StoreUnreachable, match="away"):
        conveyor.wait(LONG)


def test_who_is_stopped_ends_whatever_it_waits_for(make):
    ended = []
    conveyor = make(endless(ended))
    conveyor.prepare()
    conveyor.start()
    conveyor.wait(None)
    conveyor.stop(StoreUnreachable("stopped"))
    conveyor.stop(StoreUnreachable("again"))
    conveyor.join(LONG)
    assert ended == ["ClientGone"]
    with pytest.raises(StoreUnreachable, match="stopped"):
        conveyor.take(LONG)


def endless(ended):
    def work(put):
        yield None
        try:
            while True:
                put(Item(0, MOST_HELD))
        except ClientGone as error:
            ended.append(type(error).__name__)
            raise

    return work


class Statement:
    """What a database runs: it is told when it is stopped."""

    def __init__(self):
        self.stopped = threading.Event()

    def stop(self, error):
        self.stopped.set()


def test_the_statement_of_who_is_stopped_is_stopped(make):
    statement = Statement()

    def work(put):
        yield None
        current().statement = statement
        put(Item(0))
        assert statement.stopped.wait(LONG)
        current().check()

    conveyor = make(work)
    conveyor.prepare()
    conveyor.start()
    assert conveyor.take(LONG) == Item(0)
    conveyor.close()
    conveyor.join(LONG)
    assert statement.stopped.is_set()


def test_a_client_that_leaves_stops_it(make):
    request, ended = Cancellation("a"), []
    cancellation.bind(request)
    try:
        conveyor = make(endless(ended))
        conveyor.prepare()
        conveyor.start()
    finally:
        cancellation.unbind()
    conveyor.wait(None)
    request.cancel()
    conveyor.join(LONG)
    assert ended == ["ClientGone"]
    with pytest.raises(ClientGone):
        conveyor.take(LONG)


def test_a_client_that_left_before_starts_nothing(make):
    request, seen = Cancellation("a"), []
    cancellation.bind(request)
    try:
        conveyor = make(numbers(3, seen=seen))
        conveyor.prepare()
        request.cancel()
        with pytest.raises(ClientGone):
            conveyor.start()
    finally:
        cancellation.unbind()
    conveyor.close()
    assert seen == []


def test_what_was_prepared_only_is_put_in_order(make):
    ended = []

    def work(put):
        try:
            yield None
        finally:
            ended.append(holds_one())

    conveyor = make(work)
    conveyor.prepare()
    conveyor.close()
    assert ended == [True]  # as one that has a place
    assert holds_one() is False


def test_a_request_that_ended_stops_nothing_later(make):
    request = Cancellation("a")
    cancellation.bind(request)
    try:
        conveyor = make(numbers(3))
        conveyor.prepare()
        conveyor.start()
        assert list(taken(conveyor)) == [0, 1, 2]
        conveyor.close()
    finally:
        cancellation.unbind()
    request.cancel()
    assert conveyor.take(LONG) is END
