"""Places for expensive work: who gets one, who waits, who is refused."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from provender.errors import ClientGone, StoreBusy
from provender.settings import Limits, Pool
from provender.store import cancellation, places
from provender.store.cancellation import Cancellation
from provender.store.places import Places
from support.waiting import wait_until


@pytest.fixture
def threads():
    with ThreadPoolExecutor(20) as pool:
        yield pool


class Visit:
    """A request of a client that holds an expensive place until it is told to leave."""

    order: ClassVar[list[str]] = []

    def __init__(self, threads, of, client=""):
        self.entered, self.leave = threading.Event(), threading.Event()
        self.request = Cancellation(client)
        self._of = of
        self.future = threads.submit(self._run)

    def _run(self):
        cancellation.bind(self.request)
        try:
            with self._of.expensive():
                self.order.append(self.request.client)
                self.entered.set()
                assert self.leave.wait(30)
        finally:
            cancellation.unbind()


def made(size=1, waiting=4, wait_seconds=30.0):
    return Places(
        Limits(expensive=size, expensive_waiting=waiting), Pool(wait_seconds=wait_seconds)
    )


@pytest.fixture
def visit(threads):
    """A function that makes visits, which end with the test."""
    found = []

    def make(of, client="", *, waits=False):
        before = of.waiting
        found.append(Visit(threads, of, client))
        if waits:
            wait_until(lambda: of.waiting > before)
        else:
            assert found[-1].entered.wait(30)
        return found[-1]

    Visit.order = []
    yield make
    for one in found:
        one.leave.set()


def test_by_default_one_processor_is_left_for_the_cheap(monkeypatch):
    monkeypatch.delenv(places.WORKERS, raising=False)
    assert places.cores() == len(os.sched_getaffinity(0))
    assert Places().size == max(1, places.cores() - 1)
    assert made(size=7).size == 7


def test_several_processes_share_the_processors(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(9)))
    for workers, size in [("2", 4), ("3", 2), ("20", 1), ("x", 8), ("0", 8), ("", 8)]:
        monkeypatch.setenv(places.WORKERS, workers)
        assert Places().size == size


def test_clients_take_turns(visit):
    of = made()
    first = visit(of, "heavy")
    waiting = [visit(of, name, waits=True) for name in ("heavy", "heavy", "heavy", "other")]
    for one in (first, *waiting):
        one.leave.set()
    for one in waiting:
        one.future.result(30)
    assert Visit.order == ["heavy", "heavy", "other", "heavy", "heavy"]
    assert of.running == of.waiting == 0


def test_more_than_may_wait_are_refused(visit, threads):
    of = made(waiting=1)
    visit(of)
    visit(of, waits=True)
    with pytest.raises(StoreBusy, match=r"limits\.expensive"):
        of.enter()


def test_a_full_queue_of_one_client_makes_room_for_another(visit, threads):
    of = made(waiting=2)
    visit(of, "heavy")
    oldest, newest = (visit(of, "heavy", waits=True) for _ in range(2))
    other = Visit(threads, of, "other")
    assert isinstance(newest.future.exception(30), StoreBusy)
    oldest.leave.set()
    other.leave.set()
    assert of.waiting == 2


def test_who_waits_too_long_is_refused(visit):
    of = made(wait_seconds=0.05)
    visit(of)
    with pytest.raises(StoreBusy):
        of.enter()
    assert of.waiting == 0


def test_a_client_that_went_away_waits_no_more(visit):
    of = made()
    visit(of)
    gone = visit(of, waits=True)
    gone.request.cancel()
    assert isinstance(gone.future.exception(30), ClientGone)
    assert (of.running, of.waiting) == (1, 0)


def test_within_a_place_no_other_is_needed():
    of = made()
    with of.expensive(), of.expensive():
        assert of.running == 1
    assert of.running == 0
    with pytest.raises(ValueError, match="x"), of.expensive():
        raise ValueError("x")
    assert of.running == 0


def test_a_place_is_taken_at_once_only_if_it_is_free(visit):
    of = made()
    assert of.try_enter()
    assert not of.try_enter()
    of.leave()
    assert (of.running, of.waiting) == (0, 0)


def test_threads_take_turns_quickly_while_a_place_is_held():
    usual = sys.getswitchinterval()
    places = Places(Limits(expensive=2))
    with places.expensive():
        assert sys.getswitchinterval() < usual
        assert places.try_enter()
        places.leave()
        assert sys.getswitchinterval() < usual
    assert sys.getswitchinterval() == usual
