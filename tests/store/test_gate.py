"""Who may read a store now, who waits, who gives way, and who is refused."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from provender.errors import ClientGone, StoreBusy, StoreUnreachable
from provender.settings import Limits, Pool
from provender.store import cancellation
from provender.store.cancellation import Cancellation
from provender.store.database.costs import MOST, SLOW_SECONDS, Costs
from provender.store.database.gate import Gate, NeedsPlaceError
from provender.store.places import Places
from support.waiting import wait_until


@pytest.fixture
def threads():
    with ThreadPoolExecutor(30) as pool:
        yield pool


def made(size=2, waiting=1, wait_seconds=30, *, expensive=1, slice_seconds=60.0, **more):
    """Return a gate, from which by default nobody has to give way."""
    pool = Pool(size=size, waiting=waiting, wait_seconds=wait_seconds)
    places = Places(Limits(expensive=expensive), pool)
    return Gate(pool, "Busy.", places, slice_seconds=slice_seconds, **more)


class Stay:
    """A request of a client inside a gate until it is told to leave; it looks for being stopped."""

    def __init__(self, threads, one, client="", *, is_expensive=False):
        self.entered, self.leave = threading.Event(), threading.Event()
        self.request, self.visit = Cancellation(client), one.visit(is_expensive=is_expensive)
        self.future = threads.submit(self._run)

    def _run(self):
        cancellation.bind(self.request)
        try:
            with self.visit as visit:
                self.entered.set()
                while not self.leave.wait(0.01):
                    if visit.is_leaving:
                        raise NeedsPlaceError
        finally:
            cancellation.unbind()


@pytest.fixture
def stay(threads):
    """A function that makes stays, which end with the test."""
    found = []

    def make(one, client="", *, waits=False, **more):
        before = one.waiting
        found.append(Stay(threads, one, client, **more))
        if waits:
            wait_until(lambda: one.waiting > before)
        else:
            assert found[-1].entered.wait(30)
        return found[-1]

    yield make
    for one in found:
        one.leave.set()


def enter(one, **more):
    with one.visit(**more) as visit:
        return visit


def test_where_nothing_moves_a_few_wait_and_the_others_are_refused(threads, stay):
    one = made(waiting=2)
    inside = [stay(one) for _ in range(2)]
    asked = [threads.submit(enter, one) for _ in range(6)]
    wait_until(lambda: one.waiting == 2)
    refused = [future for future in asked if future.done()]
    assert len(refused) == 4
    assert all(isinstance(future.exception(), StoreBusy) for future in refused)
    for each in inside:
        each.leave.set()
    assert all(future.result(30) for future in asked if future not in refused)


def test_where_requests_come_and_go_any_number_waits(threads):
    one = made(size=1, waiting=0, stall_seconds=60)  # no machine is that busy

    def brief():
        with one.visit():
            time.sleep(0.01)
        return True

    asked = [threads.submit(brief) for _ in range(20)]
    assert [future.result(30) for future in asked] == [True] * 20


def test_who_waits_is_refused_after_the_time_set(stay):
    one = made(size=1, wait_seconds=0.05)
    stay(one)
    with pytest.raises(StoreBusy, match="Busy"):
        enter(one)
    assert one.waiting == 0


def test_clients_take_turns(threads, stay):
    one, order = made(size=1, waiting=9, stall_seconds=60), []

    def note(client):
        cancellation.bind(Cancellation(client))
        with one.visit():
            order.append(client)

    first, asked = stay(one, "heavy"), []
    for client in ("heavy", "heavy", "heavy", "other"):
        asked.append(threads.submit(note, client))
        wait_until(lambda: one.waiting == len(asked))
    first.leave.set()
    for future in asked:
        future.result(30)
    assert order == ["heavy", "other", "heavy", "heavy"]


def test_a_client_that_went_away_waits_no_more(stay):
    one = made(size=1)
    inside, gone = stay(one), stay(one, waits=True)
    gone.request.cancel()
    assert isinstance(gone.future.exception(30), ClientGone)
    inside.leave.set()
    assert enter(one)


def test_an_expensive_request_takes_no_cheap_place(stay):
    one = made(size=1)
    stay(one, is_expensive=True)
    assert enter(one)
    inside = stay(one)
    inside.leave.set()
    inside.future.result(30)


def test_who_stays_long_moves_to_an_expensive_place_when_others_wait(stay):
    one = made(size=1, slice_seconds=0.05)
    long = stay(one)
    assert not enter(one).is_expensive
    assert long.visit.is_expensive
    assert not long.visit.is_leaving
    long.leave.set()
    long.future.result(30)
    assert enter(one)


def test_who_stays_long_begins_anew_if_no_expensive_place_is_free(stay):
    one = made(size=1, slice_seconds=0.05)
    stay(one, is_expensive=True)
    long = stay(one)
    assert enter(one)
    assert isinstance(long.future.exception(30), NeedsPlaceError)


def test_who_stays_long_stays_when_nobody_waits(stay):
    one = made(size=1, slice_seconds=0.01)
    stay(one, is_expensive=True)
    long = stay(one)
    time.sleep(0.1)
    assert not long.visit.is_leaving


def test_a_statement_that_took_long_needs_an_expensive_place(stay):
    one = made(size=1)
    with one.visit() as visit:
        visit.begin("slow")
        visit.note("slow", 4 * SLOW_SECONDS)
        assert not visit.is_expensive
        visit.begin("quick")
        assert not visit.is_expensive
        visit.begin("slow")
        assert visit.is_expensive
    stay(one, is_expensive=True)
    with one.visit() as visit, pytest.raises(NeedsPlaceError):
        visit.begin("slow")


def test_wanted_work_takes_an_expensive_place_before_its_first_statement():
    one = made()
    with one.visit(is_wanted=True) as visit:
        assert not visit.is_expensive
        visit.begin("any")
        assert visit.is_expensive


def test_who_holds_a_place_already_needs_no_other():
    places = Places(Limits(expensive=1))
    one = Gate(Pool(wait_seconds=0), "Busy.", places)
    with places.expensive():
        with one.visit(is_expensive=True):
            assert places.running == 1
        with one.visit(), places.expensive():
            assert places.running == 1
    assert places.running == 0


def test_a_statement_is_quick_again_after_a_few_quick_runs():
    costs = Costs()
    costs.note("x", 1.5 * SLOW_SECONDS)
    assert not costs.is_slow("x")  # once is an accident
    costs.note("x", 1.5 * SLOW_SECONDS)
    assert costs.is_slow("x")
    for _ in range(5):
        costs.note("x", 0.001)
    assert not costs.is_slow("x")


def test_a_bounded_number_of_statements_is_remembered():
    costs = Costs()
    for number in range(2 * MOST):
        costs.note(f"statement {number}", 10.0)
    assert sum(costs.is_slow(f"statement {number}") for number in range(2 * MOST)) == MOST


def test_a_failure_is_told_to_those_who_wait_and_those_who_come(threads, stay):
    one = made(waiting=5)
    for _ in range(2):
        stay(one)
    waiting = [threads.submit(enter, one) for _ in range(5)]
    wait_until(lambda: one.waiting == 5)
    error = StoreUnreachable("Gone.")
    one.trip(error)
    assert [future.exception(30) for future in waiting] == [error] * 5
    for is_expensive in (False, True):
        with pytest.raises(StoreUnreachable, match="Gone"):
            enter(one, is_expensive=is_expensive)
    one.reset()
    assert enter(one, is_expensive=True)
