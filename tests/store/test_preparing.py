"""What is made in the cache for the first use of a store, while commands and requests wait."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time

import pytest

from provender.errors import StorePreparing, UnsupportedStore
from provender.settings import Cache
from provender.store.cache import CacheFolder
from provender.store.preparing import Recipe, prepare
from support.waiting import wait_until

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


def asked(cache, fill, progress=None, called=NAME, key="key", is_small=False):
    return prepare(cache, Recipe(key, ["whole"], fill, is_small), progress, called)


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


def comes_to_hold(folder, *names):
    """Return whether a cache soon holds these and nothing else: the right is given up last."""
    return wait_until(lambda: left(folder) == list(names), patience=10)


def test_what_takes_a_moment_is_there_at_the_first_request(folder):
    entry = asked(cache_of(folder), Slow(10))
    assert sorted(entry.files) == ["whole"]
    assert comes_to_hold(folder, "key")


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
    assert fill.runs == 1
    assert comes_to_hold(folder, "key")


def test_every_process_tells_the_same(folder):
    maker, other, fill = cache_of(folder), cache_of(folder), Slow()
    for cache in (maker, other):
        with pytest.raises(StorePreparing, match=r"writing nodes, \d+ %"):
            asked(cache, fill)
    fill.may_end.set()
    assert after(other, fill).folder == after(maker, fill).folder
    assert fill.runs == 1


def test_a_command_shows_what_another_makes(folder):
    maker, fill, seen = cache_of(folder), Slow(), []
    with pytest.raises(StorePreparing):
        asked(maker, fill)
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
    assert fill.runs == 1
    assert comes_to_hold(folder)
    fill.error = None
    time.sleep(1.5)
    assert list(after(cache, fill).files) == ["whole"]


def test_an_error_waits_for_a_request_also_when_others_come(folder):
    cache, fill = cache_of(folder), Slow(error=UnsupportedStore("It is damaged."))
    with pytest.raises(StorePreparing):
        asked(cache, fill)
    fill.may_end.set()
    for key in "abc":
        asked(cache, Slow(1), key=key)
        time.sleep(0.5)
    with pytest.raises(UnsupportedStore, match="damaged"):
        asked(cache, fill)
    assert fill.runs == 1


def test_large_ones_are_made_one_after_the_other_and_small_ones_at_once(folder):
    cache, first, second = cache_of(folder), Slow(), Slow()
    with pytest.raises(StorePreparing):
        asked(cache, first)
    with pytest.raises(StorePreparing, match=r"`y` will be prepared .* once another is") as caught:
        asked(cache, second, called="The store `y`", key="second")
    assert caught.value.retry_after >= 10
    assert list(asked(cache, Slow(1), key="small", is_small=True).files) == ["whole"]
    assert second.runs == 0
    first.may_end.set()
    second.may_end.set()
    after(cache, first)
    assert list(asked(cache, second, key="second").files) == ["whole"]


FORKING = """
import os, sys, time
from pathlib import Path
from provender.errors import StorePreparing
from provender.settings import Cache, Settings
from provender.store.preparing import Recipe, prepare
from provender.store.profiles import Profiles
from provender.store.registry import StoreRegistry

def fill(folder, progress):
    while True:
        progress("writing nodes", 1, 100)
        time.sleep(0.01)

registry = StoreRegistry(Profiles({}), Settings(cache=Cache(folder=Path(sys.argv[1]))))
try:
    prepare(registry._cache, Recipe("key", (), fill), None, "The store `x`")
except StorePreparing:
    pass
if os.fork() == 0:
    sys.stdin.read()  # as a worker that lives on
    os._exit(0)
print("forked", flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_fork_of_a_process_that_is_killed_does_not_keep_its_right(folder):
    command = [sys.executable, "-c", FORKING, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as maker:
        assert maker.stdout.readline() == b"forked\n"
        assert maker.wait() == -signal.SIGKILL
        assert left(folder) != []
        entry = after(cache_of(folder), Slow(1))
        maker.stdin.close()
    assert list(entry.files) == ["whole"]
    assert comes_to_hold(folder, "key")


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
