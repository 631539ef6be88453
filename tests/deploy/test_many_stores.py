"""A hundred archives and three databases in one process; one of the databases hangs."""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
import yaml

from deploy import processes
from support import postgres
from support.server import ask

FACTORY = "provender:create_app()"
ARCHIVES = 100
DATABASES = ("first", "second", "third")
MOST_MEMORY = 150_000_000
LOAD_SECONDS = 6
SLOWER = 6
"""How much slower the slowest of a hundred requests may get on a machine that does other things."""
PATHS = (
    "/api/v4/nodes?limit=400&attributes=true",
    "/api/v4/nodes/statistics",
    "/api/v4/nodes/full_types_count",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory, data):
    """A folder with a hundred archives: one file under many names, each a store of its own."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "archives").mkdir()
    content = (data / "lab.aiida").read_bytes()
    for number in range(1, ARCHIVES + 1):
        (folder / "archives" / f"paper-{number:03}.aiida").write_bytes(content)
    return folder


@pytest.fixture
def served(place, unpacked, lab_postgres, own_postgres):
    """A function that serves them all, and a database that can be made to hang, by one process."""
    mark = "&" if "?" in lab_postgres else "?"

    def profile(name, url=lab_postgres + mark):
        container = str(unpacked / "repo" / "container")
        return {"store": f"{url}application_name={name}", "repository": container}

    @contextmanager
    def start(**settings):
        mark = "&" if "?" in own_postgres.url else "?"
        profiles = {name: profile(name) for name in DATABASES}
        profiles["third"] = profile("third", own_postgres.url + mark)
        configured = {
            "profiles": profiles,
            "default_profile": "first",
            "archives": [str(place / "archives")],
            "cache": {"folder": str(place / "cache")},
        }
        file = place / "config.yaml"
        file.write_text(yaml.safe_dump(configured | settings))
        environment = {"PROVENDER_CONFIG": str(file)}
        with processes.gunicorn(FACTORY, "-w", "1", environment=environment) as (root, process):
            yield root, _output("ps", "-o", "pid=", "--ppid", process.pid)

    return start


def _output(*command):
    """Return the number that a command prints."""
    done = subprocess.run(
        ["/usr/bin/env", *map(str, command)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


def names():
    return [*(f"paper-{number:03}" for number in range(1, ARCHIVES + 1)), *DATABASES]


def listed(root):
    return ask(f"{root}/profiles").json["data"]["profiles"]


@pytest.mark.parametrize("most_open", [32, 200])
def test_all_stores_are_used_within_150_megabytes(most_open, served):
    """Kept open all together, and with no more of them open than by default."""
    with served(stores={"open": most_open}) as (root, worker), ThreadPoolExecutor(4) as pool:
        urls = [f"{root}/{name}{path}" for path in PATHS for name in names()]
        assert {answer.status for answer in pool.map(ask, urls)} == {200}
        processes.wait_until(lambda: [one["nodes"] for one in listed(root)] == [312] * 103)
        memory = _output("ps", "-o", "rss=", "-p", worker) << 10
        assert memory < MOST_MEMORY, f"{memory / 1e6:.0f} MB"


def test_connections_stay_within_the_formula(served, lab_postgres):
    """Of several databases of one server, under load, whatever is asked for at a time."""
    size, most_open, seen = 2, 2, []
    sql = "SELECT count(*) FROM pg_stat_activity WHERE application_name IN ('first', 'second')"
    settings = {"stores": {"open": most_open}, "pool": {"size": size, "waiting": 20}}
    with (
        served(**settings) as (root, _),
        closing(postgres.connect(lab_postgres)) as connection,
        connection.cursor() as cursor,
        ThreadPoolExecutor(8) as pool,
    ):
        some = itertools.cycle(["first", "second", "paper-001", "third", "paper-002"])
        urls = [f"{root}/{next(some)}/api/v4/nodes?limit=1&offset={n}" for n in range(300)]
        asked = [pool.submit(ask, url) for url in urls]
        while not all(future.done() for future in asked):
            cursor.execute(sql)
            seen.append(cursor.fetchone()[0])
            time.sleep(0.01)
        assert {future.result().status for future in asked} == {200}
    assert 0 < max(seen) <= size * most_open


def slowest_of_a_hundred(root):
    """Return the time below which 99 of 100 answers of the other stores come, under load.

    Others ask the third database all the while, so that its requests would take every thread.
    """
    seconds, stop = [], threading.Event()
    others = [name for name in names() if name != "third"]

    def disturb():
        while not stop.is_set():
            ask(f"{root}/third/api/v4/nodes?limit=2")
            time.sleep(0.02)

    def measure(first):
        for name in itertools.islice(itertools.cycle(others), first, None):
            if stop.is_set():
                return
            begun = time.perf_counter()
            answer = ask(f"{root}/{name}/api/v4/nodes?limit=20&orderby=-id")
            seconds.append(time.perf_counter() - begun)
            assert answer.status == 200, answer.body

    with ThreadPoolExecutor(12) as pool:
        running = [pool.submit(disturb) for _ in range(8)]
        running += [pool.submit(measure, 30 * number) for number in range(3)]
        time.sleep(LOAD_SECONDS)
        stop.set()
        for future in running:
            future.result()
    return statistics.quantiles(seconds, n=100)[-1]


def test_a_database_that_hangs_makes_no_other_store_slower(served, own_postgres, record_property):
    with served() as (root, _):
        for name in names():
            assert ask(f"{root}/{name}/api/v4/nodes?limit=1").status == 200
        before = slowest_of_a_hundred(root)
        with own_postgres.hanging():
            during = slowest_of_a_hundred(root)
            answer = ask(f"{root}/third/api/v4/nodes?limit=2")
            assert (answer.status, answer.json["code"]) == (503, "store-unreachable")
            assert answer.headers["retry-after"]
            one = next(one for one in listed(root) if one["name"] == "third")
            assert (one["reachable"], one["nodes"]) == (False, None)
        record_property("p99", f"{1000 * before:.0f} ms before, {1000 * during:.0f} ms during")
        assert during < SLOWER * before, (before, during)
        processes.wait_until(lambda: ask(f"{root}/third/api/v4/nodes?limit=2").status == 200)


def test_every_worker_finds_the_stores_again_after_a_reload(served):
    """Leases, threads and locks of a process are its own."""
    with served() as (root, worker):
        assert ask(f"{root}/paper-007/api/v4/users").status == 200
        os.kill(worker, 15)  # gunicorn starts another
        processes.wait_until(lambda: _is_served(f"{root}/paper-007/api/v4/users"))
        assert len(listed(root)) == ARCHIVES + len(DATABASES)


def _is_served(url):
    try:
        return ask(url).status == 200
    except OSError:
        return False
