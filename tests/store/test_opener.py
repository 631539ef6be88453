"""Opening a store: one request does it, others wait, and all hear of a failure."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from provender.errors import StoreBusy, StoreUnreachable
from provender.settings import Pool
from provender.store.opener import Opener
from support.waiting import wait_until


@pytest.fixture
def threads():
    with ThreadPoolExecutor(20) as pool:
        yield pool


class Stay:
    """Opens a store until it is told to end."""

    def __init__(self, one, error=None):
        self.entered, self.leave = threading.Event(), threading.Event()
        self._opener, self._error = one, error

    def __call__(self):
        with self._opener:
            self.entered.set()
            assert self.leave.wait(30)
            if self._error is not None:
                raise self._error


def begun(threads, one, error=None):
    """Return a stay that has begun, and its future."""
    stay = Stay(one, error)
    future = threads.submit(stay)
    assert stay.entered.wait(30)
    return stay, future


def enter(one):
    with one:
        return True


def test_while_a_store_is_opened_a_few_wait_and_the_others_are_refused(threads):
    one = Opener(Pool(size=2, waiting=1, wait_seconds=30), "Busy.", stall_seconds=0.2)
    stay, _ = begun(threads, one)
    asked = [threads.submit(enter, one) for _ in range(6)]
    wait_until(lambda: one.waiting == 2)
    refused = [future for future in asked if future.done()]
    assert len(refused) == 4
    assert all(isinstance(future.exception(), StoreBusy) for future in refused)
    stay.leave.set()
    assert [future.result(30) for future in asked if future not in refused] == [True] * 2


def test_a_store_that_is_opened_quickly_refuses_nobody(threads):
    one = Opener(Pool(size=1, waiting=0), "Busy.", stall_seconds=60)
    stay, _ = begun(threads, one)
    asked = [threads.submit(enter, one) for _ in range(10)]
    wait_until(lambda: one.waiting == 10)
    stay.leave.set()
    assert [future.result(30) for future in asked] == [True] * 10


def test_who_waits_is_refused_after_the_time_set(threads):
    one = Opener(Pool(wait_seconds=0.05), "Busy.")
    stay, _ = begun(threads, one)
    with pytest.raises(StoreBusy, match="Busy"):
        enter(one)
    stay.leave.set()


def test_a_failure_is_told_to_those_who_wait_and_those_who_come(threads):
    one = Opener(Pool(waiting=5), "Busy.", retry_seconds=60)
    stay, _ = begun(threads, one)
    waiting = [threads.submit(enter, one) for _ in range(5)]
    wait_until(lambda: one.waiting == 5)
    error = StoreUnreachable("Gone.")
    one.trip(error)
    assert [future.exception(30) for future in waiting] == [error] * 5
    stay.leave.set()
    with pytest.raises(StoreUnreachable, match="Gone"):
        enter(one)


def test_after_a_while_one_tries_and_the_others_still_fail(threads):
    one = Opener(Pool(), "Busy.", retry_seconds=0)
    one.trip(StoreUnreachable("Gone."))
    stay, future = begun(threads, one)
    with pytest.raises(StoreUnreachable, match="Gone"):
        enter(one)
    stay.leave.set()
    future.result(30)
    assert enter(one)


def test_a_second_failure_goes_on_with_the_first(threads):
    one = Opener(Pool(), "Busy.", retry_seconds=60)
    one.trip(StoreUnreachable("Gone."))
    with pytest.raises(StoreUnreachable, match="Gone"):
        enter(one)
    again = Opener(Pool(), "Busy.", retry_seconds=0)
    again.trip(StoreUnreachable("Gone."))
    stay, future = begun(threads, again, StoreUnreachable("Still gone."))
    stay.leave.set()
    assert isinstance(future.exception(30), StoreUnreachable)
    stay, _ = begun(threads, again)
    with pytest.raises(StoreUnreachable, match="Gone"):
        enter(again)
    stay.leave.set()
