"""Large archives at their first use: servers and commands that share a cache, stopped or killed."""

from __future__ import annotations

import os
import re
import resource
import select
import signal
import statistics
import subprocess
import threading
import time

import pytest

from faults import serving
from faults.serving import running
from support import largearchive
from support.command import COMMAND, run
from support.hearing import hearing
from support.server import ask
from support.waiting import wait_until

# Seconds that the extraction takes, if nothing else is done.
SECONDS = 4
FAR = re.compile(
    r"The store `big` is being prepared for its first use(: [a-z ]+(, (?P<far>\d+) %)?)?\."
)
# Seconds within which a request is refused: two that it waits, and what a busy machine takes.
REFUSED = 5.0


@pytest.fixture(scope="module")
def large(data, tmp_path_factory):
    """An archive whose database takes some seconds to extract."""
    path = tmp_path_factory.mktemp("large") / "big.aiida"
    return largearchive.make(data / "lab.aiida", path, largearchive.megabytes(SECONDS))


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def serve(data, large, cache, tmp_path, stack):
    """A function that starts a server of a small and a large archive, all with one cache."""

    def start(kind="waitress"):
        folder = tmp_path / f"server{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        stores = {"lab": str(data / "lab.aiida"), "big": str(large)}
        profiles = {name: {"store": path} for name, path in stores.items()}
        settings = {"profiles": profiles, "default_profile": "lab", "cache": {"folder": str(cache)}}
        return stack.enter_context(running(kind, folder, None, **settings))

    return start


def big(server):
    return ask(f"{server.root}/big/api/v4/users")


def listed(server):
    """Return what the list of stores says of the large one."""
    found = ask(f"{server.root}/profiles").json["data"]["profiles"]
    return {one["name"]: one for one in found}["big"]


def checked(refused):
    """Return how far a making is, from an answer that says so; None if it does not say a number."""
    assert refused.status == 503
    found = FAR.fullmatch(refused.json["message"])
    assert found, refused.json
    assert refused.json["code"] == "store-preparing"
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    return found["far"] and int(found["far"])


def patiently(server):
    """Return the refusals and the answer that a client gets which heeds `Retry-After`."""
    refusals = []
    while True:
        begun = time.monotonic()
        answer = big(server)
        if answer.status == 200:
            return refusals, answer
        assert time.monotonic() - begun < REFUSED
        refusals.append(checked(answer))
        time.sleep(int(answer.headers["retry-after"]))


def preparing(server, least=1):
    """Wait until the large store is so many percent prepared."""
    wait_until(lambda: (checked(big(server)) or 0) >= least)


def left(cache):
    return [path for path in cache.iterdir() if path.suffix != ".lock"]


def is_whole(cache, stores=2):
    """Return whether a cache holds so many entries, and nothing else."""
    return len(left(cache)) == stores and all(not path.suffix for path in left(cache))


class Others(threading.Thread):
    """A client of another store, until `stop`: what it got, and in how many seconds."""

    def __init__(self, server):
        super().__init__()
        self._url = f"{server.root}/lab/api/v4/nodes?limit=20"
        self._is_over = threading.Event()
        self.statuses, self.seconds = set(), []
        self.start()

    def run(self):
        while not self._is_over.wait(0.01):
            begun = time.monotonic()
            self.statuses.add(ask(self._url).status)
            self.seconds.append(time.monotonic() - begun)

    def stop(self):
        self._is_over.set()
        self.join()


@pytest.mark.parametrize("kind", serving.KINDS)
def test_requests_are_told_how_far_it_is_while_other_stores_answer(serve, large, cache, kind):
    server = serve(kind)
    assert ask(f"{server.root}/lab/api/v4/users").status == 200
    checked(big(server))
    others = Others(server)
    state = listed(server)
    refusals, answer = patiently(server)
    others.stop()
    assert state["reachable"] is False
    assert state["size"] == large.stat().st_size
    assert state["problem"]["code"] == "store-preparing"
    assert answer.data["users"] == ask(f"{server.root}/lab/api/v4/users").data["users"]
    assert refusals == sorted(refusals, key=lambda far: far or 0)
    assert others.statuses == {200}
    assert statistics.median(others.seconds) < 0.25
    assert is_whole(cache)
    wait_until(lambda: listed(server)["reachable"])
    assert listed(server)["problem"] is None


def test_another_server_goes_on_when_the_one_that_makes_it_is_killed(serve, cache):
    maker, other = serve(), serve()
    preparing(maker)
    assert checked(big(other)) is not None
    maker.process.kill()
    maker.process.wait()
    refusals, _ = patiently(other)
    assert refusals  # it begins anew
    assert is_whole(cache, 2)


def test_what_a_killed_server_left_goes_with_the_next_making(serve, cache, data):
    maker = serve()
    preparing(maker)
    maker.process.kill()
    maker.process.wait()
    assert len(left(cache)) > 1
    run("check", data / "materials.aiida", environment={"PROVENDER_CACHE_FOLDER": str(cache)})
    assert is_whole(cache)


@pytest.mark.parametrize("kind", serving.KINDS)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_is_stopped_leaves_nothing_half(serve, cache, kind, number):
    server = serve(kind)
    preparing(server)
    begun = time.monotonic()
    server.send(number)
    server.process.wait(20)
    assert time.monotonic() - begun < 8
    assert "Traceback" not in server.said()
    assert all(not path.suffix for path in left(cache))


def test_a_full_disk_is_told_and_forgotten(serve, cache):
    server = serve()
    assert ask(f"{server.root}/lab/api/v4/users").status == 200
    most = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (100 << 20, most[1]))
    refused = wait_until(lambda: (found := big(server)).json["code"] != "store-preparing" and found)
    assert refused.status == 503
    assert "the cache has no room" in refused.json["message"]
    assert is_whole(cache, 1)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, most)
    wait_until(lambda: big(server).status == 200)
    assert is_whole(cache)


def test_a_server_of_one_store_is_ready_once_it_is_prepared(large, tmp_path, stack):
    server = stack.enter_context(running("gunicorn", tmp_path, {"store": str(large)}))
    refused = ask(f"{server.root}/ready")
    assert refused.status == 503
    assert refused.headers["retry-after"]
    wait_until(lambda: ask(f"{server.root}/ready").status == 200)


class Terminal:
    """A command in a terminal, with what it has written so far."""

    def __init__(self, *arguments, cache):
        self._ours, theirs = os.openpty()
        with hearing():
            self.process = subprocess.Popen(
                [*COMMAND, *map(str, arguments)],
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                env={**os.environ, "PROVENDER_CACHE_FOLDER": str(cache)},
                start_new_session=True,
            )
        os.close(theirs)
        self.text = ""

    def _read(self):
        """Return what is written next; a command that says nothing for a minute hangs."""
        assert select.select([self._ours], [], [], 60)[0], self.text
        return os.read(self._ours, 4096)

    def read_until(self, pattern):
        while not (found := re.search(pattern, self.text)):
            self.text += self._read().decode()
        return found

    def end(self):
        """Return the exit status, after everything was read."""
        try:
            while block := self._read():
                self.text += block.decode()
        except OSError:  # the end, on Linux
            pass
        os.close(self._ours)
        return self.process.wait(20)


@pytest.mark.parametrize("command", [("check",), ("restapi", "-P", "0")])
def test_a_command_shows_how_far_it_is_and_stops_cleanly(large, cache, command):
    shown = Terminal(*command, large, cache=cache)
    shown.read_until(r"extracting the database: +[1-9]\d* %")
    shown.process.send_signal(signal.SIGINT)
    assert shown.end() != 0
    assert "Traceback" not in shown.text
    assert left(cache) == []


def test_a_command_shows_how_far_another_process_is(serve, large, cache):
    server = serve()
    preparing(server)
    shown = Terminal("check", large, cache=cache)
    found = shown.read_until(r"extracting the database: +(\d+) %")
    assert int(found[1]) > 0
    assert shown.end() == 0, shown.text
    assert "100 %" in shown.text
    assert "312  nodes" in shown.text
    assert big(server).status == 200
