"""Thousands of odd requests: no error of the server, none slow, none leaves a trace."""

from __future__ import annotations

import pytest

from fuzz import making
from fuzz.making import MAKERS

HALF = 2
"""There are two stores, and each gets a half."""
OWN, LARGE = 0.73, 0.02
"""The share of our own requests in all, and of those that are much too large."""
MOST_GROWTH = 60_000_000
"""Bytes by which a server may grow: caches fill, and arenas of threads are kept."""


@pytest.fixture
def untouched(target):
    """Look at the store before and after."""
    before = target.trace()
    yield
    assert target.trace() == before


def judged(target):
    tally = target.tally
    assert tally.wrong == []
    assert tally.slow == []
    assert "Traceback" not in target.server.said()


@pytest.mark.usefixtures("untouched")
def test_odd_requests_are_answered_and_leave_no_trace(
    target, client, known, chance, request_count, figures
):
    makers = [maker for maker, often in MAKERS.items() for _ in range(often)]
    count = int(OWN * request_count / HALF)
    before = 0
    for number in range(count):
        if number == count // 5:
            before = target.resident_bytes()
        maker = chance.choice(makers)
        client.send(maker(chance, known), is_http=maker is not making.of_bytes)
    growth = target.resident_bytes() - before
    told = f"{before / 1e6:.0f} MB after a fifth of the requests, {growth / 1e6:+.0f} MB at the end"
    figures.note("fuzzing", f"{target.name}: memory {told}")
    judged(target)
    assert growth < MOST_GROWTH
    assert {200, 400, 404} <= set(target.tally.statuses)


@pytest.mark.usefixtures("untouched")
def test_requests_that_are_much_too_large_are_refused(target, client, known, chance, request_count):
    for _ in range(max(20, int(LARGE * request_count / HALF))):
        client.send(making.of_sizes(chance, known), is_http=False)
    judged(target)
    assert 400 in target.tally.statuses


def test_every_line_of_the_corpus_is_one_input():
    found = making.inputs()
    assert set(found) == {"injection", "traversal", "unicode", "headers", "names"}
    assert sum(map(len, found.values())) > 250
    assert b"\x00" in found["unicode"]
    assert "\U0001f600".encode() in found["unicode"]
