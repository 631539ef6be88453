"""The places of requests that wait for a change."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from provender.errors import ClientGone, TooManyWaits
from provender.store import cancellation
from provender.store.cancellation import Cancellation
from provender.web.answers.waits import Waits
from support.waiting import wait_until

LONG = 60
"""Seconds; no wait here lasts as long."""


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8) as threads:
        yield threads


def waited(waits, client, looks=1000, seconds=LONG):
    """Wait as the request of a client; return how often it looked."""
    request = client if isinstance(client, Cancellation) else Cancellation(client)
    cancellation.bind(request)
    try:
        with waits.place(seconds) as place:
            number = 0
            while number < looks and place.pause():
                number += 1
            return number
    finally:
        cancellation.unbind()


def test_a_place_is_given_back_whatever_happens():
    waits = Waits(1, lambda: False)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), waits.place(LONG):
            1 // (waits.number - 1)
        assert waits.number == 0
    assert waited(waits, "a", looks=1) == 1
    assert waits.number == 0


def test_there_is_a_look_at_the_end_of_a_short_time():
    waits = Waits(1, lambda: False)
    assert waited(waits, "a", seconds=0.01) == 1
    assert waited(waits, "a", seconds=0) == 0


def test_a_server_that_stops_ends_all_waits(pool):
    stopping = threading.Event()
    waits = Waits(2, stopping.is_set)
    found = [pool.submit(waited, waits, client) for client in "ab"]
    wait_until(lambda: waits.number == 2)
    stopping.set()
    assert all(isinstance(one.result(LONG), int) for one in found)
    assert waited(waits, "c") == 0
    assert waits.number == 0


def test_a_client_that_goes_away_frees_its_place(pool):
    waits, request = Waits(1, lambda: False), Cancellation("a")
    found = pool.submit(waited, waits, request)
    wait_until(lambda: waits.number == 1)
    request.cancel()
    with pytest.raises(ClientGone):
        found.result(LONG)
    assert waits.number == 0
    with pytest.raises(ClientGone):
        waited(waits, request)
    assert waits.number == 0


def test_clients_with_equally_many_places_keep_them(pool):
    stopping = threading.Event()
    waits = Waits(2, stopping.is_set)
    found = [pool.submit(waited, waits, client) for client in "ab"]
    wait_until(lambda: waits.number == 2)
    for client in "abc":
        with pytest.raises(TooManyWaits, match="2 requests may wait at a time"):
            waited(waits, client)
    assert waits.number == 2
    stopping.set()
    assert [isinstance(one.result(LONG), int) for one in found] == [True, True]


def test_a_client_with_more_places_loses_one(pool):
    stopping = threading.Event()
    waits = Waits(3, stopping.is_set)
    greedy = [pool.submit(waited, waits, "a") for _ in range(3)]
    wait_until(lambda: waits.number == 3)
    other = pool.submit(waited, waits, "b")
    wait_until(lambda: any(one.done() for one in greedy))
    stopping.set()
    refused = [one for one in greedy if one.exception(LONG) is not None]
    assert [type(one.exception()) for one in refused] == [TooManyWaits]
    assert isinstance(other.result(LONG), int)
    assert waits.number == 0


def test_without_places_nobody_waits():
    with pytest.raises(TooManyWaits, match="No request may wait here"):
        waited(Waits(0, lambda: False), "a")
