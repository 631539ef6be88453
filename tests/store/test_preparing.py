"""What is made in the cache for the first use of a store, while commands and requests wait."""

from __future__ import annotations

import threading
import time

import pytest

from provender.errors import StorePreparing, UnsupportedStore
from provender.settings import Cache
from provender.store.cache import CacheFolder
from provender.store.preparing import prepare

NAME = "The store `x`"


class Slow:
    """A making that goes on step by step until it may end."""

    def __init__(self, total=1000, seconds=0.02, error=None):
        self.total, self.seconds, self.error = total, seconds, error
        self.may_end = threading.Event()
        self.runs = 0

    def __call__(self, folder, progress):
        self.runs += 1
        (folder / "half").write_bytes(b"x")
        for done in range(self.total):
            progress("writing nodes", done, self.total)
            if self.may_end.wait(self.seconds):
                break
        if self.error is not None:
            raise self.error
        (folder / "half").rename(folder / "whole")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


def cache_of(folder):
    return CacheFolder(Cache(folder=folder))


def asked(cache, fill, progress=None, called=NAME):
    return prepare(cache, "key", fill, ["whole"], progress, called=called)


def after(cache, fill, seconds=10):
    """Return the entry once it is ready."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            return asked(cache, fill)
        except StorePreparing:
            time.sleep(0.02)
    raise TimeoutError


def left(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.endswith(".lock"))


def test_what_takes_a_moment_is_there_at_the_first_request(folder):
    entry = asked(cache_of(folder), Slow(10))
    assert sorted(entry.files) == ["whole"]
    assert left(folder) == ["key"]


def test_a_request_is_refused_with_how_far_it_is_and_gets_it_later(folder):
    cache, fill = cache_of(folder), Slow()
    begun = time.monotonic()
    with pytest.raises(StorePreparing, match=r"first use: writing nodes, \d+ %\.") as caught:
        asked(cache, fill)
    assert time.monotonic() - begun < 1
    assert 10 <= caught.value.retry_after <= 30
    with pytest.raises(StorePreparing):
        asked(cache, fill)
    fill.may_end.set()
    assert list(after(cache, fill).files) == ["whole"]
    assert (fill.runs, left(folder)) == (1, ["key"])


def test_every_process_tells_the_same(folder):
    maker, other, fill = cache_of(folder), cache_of(folder), Slow()
    for cache in (maker, other):
        with pytest.raises(StorePreparing, match=r"writing nodes, \d+ %"):
            asked(cache, fill)
    fill.may_end.set()
    assert after(other, fill).folder == after(maker, fill).folder
    assert fill.runs == 1


def test_a_command_shows_what_another_makes(folder):
    fill, seen = Slow(), []
    with pytest.raises(StorePreparing):
        asked(cache_of(folder), fill)
    ending = threading.Timer(1, fill.may_end.set)
    ending.start()
    asked(cache_of(folder), fill, lambda *told: seen.append(told))
    assert len(seen) > 2
    assert seen[-1] == ("writing nodes", 1000, 1000)
    assert fill.runs == 1


def test_an_error_comes_to_the_next_request_and_is_kept_for_a_while(folder):
    cache, fill = cache_of(folder), Slow(error=UnsupportedStore("It is damaged."))
    with pytest.raises(StorePreparing):
        asked(cache, fill)
    fill.may_end.set()
    time.sleep(0.2)
    for _ in range(2):
        with pytest.raises(UnsupportedStore, match="damaged"):
            asked(cache, fill)
    assert (fill.runs, left(folder)) == (1, [])
    fill.error = None
    time.sleep(1.5)
    assert list(after(cache, fill).files) == ["whole"]


def test_an_error_names_the_store_that_was_asked_for(folder):
    cache, fill = cache_of(folder), Slow(1, error=UnsupportedStore("secret"))
    with pytest.raises(UnsupportedStore):
        asked(cache, fill, called="The store `secret`")
    fill.error = UnsupportedStore("open")
    with pytest.raises(UnsupportedStore, match="open"):
        asked(cache, fill)


def test_the_end_of_a_process_removes_what_is_half(folder):
    cache, fill = cache_of(folder), Slow()
    with pytest.raises(StorePreparing):
        asked(cache, fill)
    begun = time.monotonic()
    cache.makings.stop()
    assert time.monotonic() - begun < 0.5
    assert left(folder) == []
