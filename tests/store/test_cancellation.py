"""A client that goes away, and what is stopped then."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from provender.errors import ClientGone
from provender.store import cancellation
from provender.store.cancellation import Cancellation


def test_what_runs_is_stopped_once_and_the_block_ends_in_an_error():
    one, stops = Cancellation(), []

    def run():
        with one.stopping(lambda: stops.append(1)):
            one.cancel()
            one.cancel()

    with pytest.raises(ClientGone):
        run()
    assert stops == [1]
    with pytest.raises(ClientGone):
        one.check()


def test_what_has_ended_is_never_stopped():
    one, stops = Cancellation(), []
    with one.stopping(lambda: stops.append(1)):
        one.check()
    one.cancel()
    assert stops == []


def test_nothing_begins_for_a_client_that_is_gone():
    one = Cancellation()
    one.cancel()
    with pytest.raises(ClientGone), one.stopping(print):
        pytest.fail("the block began")


def test_an_error_of_what_was_stopped_is_not_shown():
    one = Cancellation()

    def run():
        with one.stopping(lambda: None):
            one.cancel()
            raise ValueError("interrupted")

    with pytest.raises(ClientGone) as found:
        run()
    assert isinstance(found.value.__cause__, ValueError)


def test_a_block_does_not_end_while_it_is_being_stopped():
    """Else a statement of the next request would be stopped."""
    one, begun, go_on, ended = Cancellation(), *(threading.Event() for _ in range(3))

    def stop():
        begun.set()
        assert go_on.wait(30)
        assert not ended.is_set()

    def run():
        with one.stopping(stop):
            assert begun.wait(30)
        ended.set()

    with ThreadPoolExecutor(2) as pool:
        ran, cancelled = pool.submit(run), pool.submit(one.cancel)
        assert begun.wait(30)
        assert not ended.wait(0.1)
        go_on.set()
        cancelled.result(30)
        assert isinstance(ran.exception(30), ClientGone)


def test_each_thread_has_the_request_that_it_answers():
    one = Cancellation("10.0.0.1")
    cancellation.bind(one)
    try:
        assert cancellation.current() is one
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(cancellation.current).result().client == ""
    finally:
        cancellation.unbind()
    assert cancellation.current() is not one
