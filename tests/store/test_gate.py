"""Who is admitted to a store, who waits, and who is refused."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from provender.errors import QueryTimeout, StoreBusy, StoreUnreachable
from provender.settings import Pool
from provender.store.database.gate import Gate
from support.waiting import wait_until


@pytest.fixture
def threads():
    with ThreadPoolExecutor(20) as pool:
        yield pool


class Stay:
    """Stays inside a gate until it is told to leave."""

    def __init__(self, one, error=None):
        self.entered, self.leave, self._gate, self._error = *_events(2), one, error

    def __call__(self):
        with self._gate:
            self.entered.set()
            assert self.leave.wait(30)
            if self._error is not None:
                raise self._error


def _events(number):
    return [threading.Event() for _ in range(number)]


def full(threads, size=2, waiting=1, wait_seconds=30):
    """Return a gate through which nobody more can go, and who is inside."""
    one = Gate(Pool(size=size, waiting=waiting, wait_seconds=wait_seconds), "Busy.")
    inside = [Stay(one) for _ in range(size)]
    for stay in inside:
        threads.submit(stay)
        assert stay.entered.wait(30)
    return one, inside


def enter(one):
    with one:
        return True


def test_where_nothing_moves_a_few_wait_and_the_others_are_refused(threads):
    one, inside = full(threads, waiting=2)
    asked = [threads.submit(enter, one) for _ in range(6)]
    wait_until(lambda: one.waiting == 2)
    refused = [future for future in asked if future.done()]
    assert len(refused) == 4
    assert all(isinstance(future.exception(), StoreBusy) for future in refused)
    for stay in inside:
        stay.leave.set()
    assert [future.result(30) for future in asked if future not in refused] == [True] * 2


def test_where_requests_come_and_go_any_number_waits(threads):
    one = Gate(Pool(size=1, waiting=0), "Busy.", stall_seconds=60)  # no machine is that busy

    def brief():
        with one:
            time.sleep(0.01)
        return True

    asked = [threads.submit(brief) for _ in range(20)]
    assert [future.result(30) for future in asked] == [True] * 20


def test_who_waits_is_refused_after_the_time_set(threads):
    one, inside = full(threads, wait_seconds=0.05)
    with pytest.raises(StoreBusy, match="Busy"):
        enter(one)
    for stay in inside:
        stay.leave.set()


def test_a_failure_is_told_to_those_who_wait_and_those_who_come(threads):
    one, inside = full(threads, waiting=5)
    waiting = [threads.submit(enter, one) for _ in range(5)]
    wait_until(lambda: one.waiting == 5)
    error = StoreUnreachable("Gone.")
    one.trip(error)
    assert [future.exception(30) for future in waiting] == [error] * 5
    with pytest.raises(StoreUnreachable, match="Gone"):
        enter(one)
    for stay in inside:
        stay.leave.set()


def test_right_after_a_failure_nobody_tries():
    one = Gate(Pool(size=2), "Busy.", retry_seconds=60)
    one.trip(StoreUnreachable("Gone."))
    with pytest.raises(StoreUnreachable, match="Gone"):
        enter(one)


@pytest.fixture
def tripped():
    """A gate whose failure is old enough for one more try."""
    one = Gate(Pool(size=2), "Busy.", retry_seconds=0)
    one.trip(StoreUnreachable("Gone."))
    return one


def admits_two(one, threads):
    """Tell whether a second request gets in while the first is inside: not after a failure."""
    stay = Stay(one)
    first = threads.submit(stay)
    assert stay.entered.wait(30)
    try:
        return enter(one)
    except StoreUnreachable:
        return False
    finally:
        stay.leave.set()
        first.result(30)


def test_after_a_while_one_tries_and_the_others_still_fail(threads, tripped):
    assert not admits_two(tripped, threads)
    assert admits_two(tripped, threads)


def test_an_answer_of_any_kind_ends_the_failure(threads, tripped):
    stay = Stay(tripped, QueryTimeout("Slow."))
    stay.leave.set()
    assert isinstance(threads.submit(stay).exception(30), QueryTimeout)
    assert admits_two(tripped, threads)


def test_a_second_failure_goes_on_with_the_first(threads, tripped):
    stay = Stay(tripped, StoreUnreachable("Still gone."))
    stay.leave.set()
    assert isinstance(threads.submit(stay).exception(30), StoreUnreachable)
    assert not admits_two(tripped, threads)
