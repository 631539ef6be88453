"""Streams: who gets a place, and who is too slow."""

from __future__ import annotations

import threading
import time

import pytest

from provender.errors import ClientGone, StreamCut, TooManyStreams
from provender.settings import Limits
from provender.store import cancellation
from provender.store.cancellation import Cancellation
from provender.store.streaming import GRACE_BYTES, Streams
from support.waiting import wait_until

BLOCK = b"x" * (GRACE_BYTES // 4)


@pytest.fixture
def begun():
    """A function that begins a stream of a client; all end with the test."""
    found = []

    def begin(streams, store="lab", client="a", most=None):
        request = client if isinstance(client, Cancellation) else Cancellation(client)
        cancellation.bind(request)
        try:
            found.append(streams.begin(store, most))
        finally:
            cancellation.unbind()
        return found[-1]

    yield begin
    for stream in found:
        stream.close()


def endless():
    while True:
        yield BLOCK


def test_places_are_counted_by_store_and_by_client(begun):
    streams = Streams(Limits(streams=3, client_streams=2))
    first = [begun(streams), begun(streams)]
    with pytest.raises(TooManyStreams, match=r"2 streams of one client .*`limits.client_streams`"):
        begun(streams, "other")
    begun(streams, client="b")
    with pytest.raises(TooManyStreams, match=r"3 streams of this store .*`limits.streams`"):
        begun(streams, client="c")
    assert begun(streams, "other", "c").store == "other"
    assert streams.running == 4
    for _ in range(2):  # a second time does nothing
        first[0].close()
    assert streams.running == 3
    assert begun(streams).client == "a"


def test_there_may_be_no_streams(begun):
    with pytest.raises(TooManyStreams, match="There are no streams here"):
        begun(Streams(Limits(streams=0)))


def test_few_threads_are_not_all_taken(begun):
    streams = Streams(Limits())
    begun(streams, most=1)
    with pytest.raises(TooManyStreams, match="threads for 1 stream at a time"):
        begun(streams, "other", "b", most=1)


def test_a_stream_that_ends_gives_back_its_place_and_what_it_took(begun):
    streams, ended = Streams(Limits()), []

    def blocks():
        try:
            yield b"one"
            yield b"two"
        finally:
            ended.append(True)

    assert b"".join(begun(streams).paced(blocks())) == b"onetwo"
    assert (streams.running, ended) == (0, [True])
    left = begun(streams).paced(blocks())
    assert next(left) == b"one"
    left.close()
    assert (streams.running, ended) == (0, [True, True])


def test_a_stream_has_a_time_of_its_own(begun):
    streams, stopped = Streams(Limits(stream_seconds=0.3)), threading.Event()
    stream = begun(streams)
    stream.stopping(stopped.set)
    blocks = stream.paced(endless())
    assert next(blocks) == BLOCK
    assert stopped.wait(30)
    with pytest.raises(StreamCut, match=r"longer than 0.3 s \(`limits.stream_seconds`\)"):
        next(blocks)
    assert streams.running == 0
    late = threading.Event()
    stream.stopping(late.set)
    assert late.is_set()


def test_a_client_that_takes_nothing_is_cut_off_though_nobody_asks_for_more(begun):
    streams, stopped = Streams(Limits(stream_bytes_per_second=10 * GRACE_BYTES)), threading.Event()
    stream = begun(streams)
    stream.stopping(stopped.set)
    blocks = stream.paced(endless())
    assert next(blocks) == BLOCK
    assert stopped.wait(30)
    with pytest.raises(StreamCut, match=r"10,485,760 bytes per second \(`limits.stream_bytes"):
        next(blocks)


def test_a_client_that_takes_too_little_is_cut_off(begun):
    stream = begun(Streams(Limits(stream_bytes_per_second=8 * GRACE_BYTES)))
    blocks, taken = stream.paced(endless()), 0
    with pytest.raises(StreamCut, match="fewer than"):  # noqa: PT012 - until it is too much
        while taken < 100:
            next(blocks)
            taken += 1
            time.sleep(0.1)  # 2.5 megabytes in a second, of 8
    assert taken > 1


def test_the_time_of_the_server_does_not_count(begun):
    streams = Streams(Limits(stream_bytes_per_second=100 * GRACE_BYTES))

    def slow():
        for _ in range(3):
            time.sleep(0.5)
            yield BLOCK

    assert len(b"".join(begun(streams).paced(slow()))) == 3 * len(BLOCK)


def test_a_large_block_has_the_time_that_it_takes(begun):
    streams = Streams(Limits(stream_bytes_per_second=20 * GRACE_BYTES))
    blocks = begun(streams).paced(iter([b"x" * (40 * GRACE_BYTES), b"end"]))
    assert len(next(blocks)) == 40 * GRACE_BYTES
    time.sleep(0.7)  # a block of 2 seconds
    assert next(blocks) == b"end"


def test_the_first_reason_counts(begun):
    stream = begun(Streams(Limits()))
    stream.check()
    stream.stop(StreamCut("first"))
    stream.stop(StreamCut("second"))
    with pytest.raises(StreamCut, match="first"):
        stream.check()


def test_a_client_that_leaves_gives_its_place_back(begun):
    streams, request, stopped = Streams(Limits()), Cancellation("a"), threading.Event()
    stream = begun(streams, client=request)
    stream.stopping(stopped.set)
    blocks = stream.paced(endless())
    assert next(blocks) == BLOCK
    request.cancel()
    assert (streams.running, stopped.is_set()) == (0, True)
    with pytest.raises(ClientGone):
        next(blocks)
    with pytest.raises(ClientGone):
        begun(streams, client=request)
    assert streams.running == 0
    other = Cancellation("b")
    begun(streams, client=other).close()
    other.cancel()  # nothing of it runs any more
    assert streams.running == 0


def test_nobody_looks_when_nothing_runs(begun):
    streams = Streams(Limits())
    for _ in range(2):
        before = {*threading.enumerate()}
        stream = begun(streams)
        (watch,) = {*threading.enumerate()} - before
        stream.close()
        wait_until(lambda watch=watch: not watch.is_alive())
    assert streams.running == 0


def broken():
    yield b"one"
    raise ValueError("broken")


def test_what_breaks_off_has_a_mark(begun):
    blocks = begun(Streams(Limits())).paced(broken(), b"mark")
    assert [next(blocks), next(blocks)] == [b"one", b"mark"]
    with pytest.raises(ValueError, match="broken"):
        next(blocks)
    blocks = begun(Streams(Limits())).paced(broken())
    assert next(blocks) == b"one"
    with pytest.raises(ValueError, match="broken"):
        next(blocks)


def test_what_never_began_has_no_mark(begun):
    stream = begun(Streams(Limits()))
    blocks = stream.paced(broken(), b"mark")
    stream.stop(StreamCut("too long"))
    with pytest.raises(StreamCut, match="too long"):
        next(blocks)
