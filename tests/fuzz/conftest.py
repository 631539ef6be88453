from __future__ import annotations

import json
import random
import re
import shutil
from contextlib import closing
from dataclasses import dataclass

import pytest

from faults.serving import running
from fuzz.sending import Client, Tally
from support import postgres, walking
from support.folders import fingerprint
from support.server import ask

SETTINGS = {
    "limits": {"statement_seconds": 1, "url_bytes": 16384},
    "expose": [],
    "metrics": True,
}
TABLES = "SELECT relname FROM pg_stat_user_tables ORDER BY relname"
WRITES = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
CONTENT = "SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"
KINDS = ("postgresql", "archive")
SEED = 20261126


@dataclass(frozen=True)
class Target:
    """A server that is fuzzed: `trace` tells what a request might have changed in its store."""

    name: str
    server: object
    trace: object
    tally: Tally

    def resident_bytes(self):
        """Return the memory of its processes."""
        total = 0
        for pid in self.server.workers():
            with open(f"/proc/{pid}/status") as file:  # noqa: PTH123 - proc(5)
                total += int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) * 1024
        return total


@pytest.fixture(scope="module", params=KINDS)
def target(request, tmp_path_factory, unpacked, figures):
    """The lab in each form of store, served by a process of its own."""
    folder = tmp_path_factory.mktemp("fuzzed")
    if request.param == "postgresql":
        shutil.copytree(unpacked / "repo" / "container", folder / "container")
        url = request.getfixturevalue("fuzzed_database")
        store = {"store": url, "repository": str(folder / "container")}
    else:
        url = None
        shutil.copy(unpacked / "lab.aiida", folder)
        store = {"store": str(folder / "lab.aiida")}
    kept = next(path for path in folder.iterdir())

    def trace():
        return fingerprint(kept), None if url is None else content(url)

    with running("waitress", tmp_path_factory.mktemp("served"), store, **SETTINGS) as server:
        found = Target(request.param, server, trace, Tally())
        yield found
        if found.tally.count:
            figures.note("fuzzing", f"{found.name}: {found.tally}")


@pytest.fixture(scope="session")
def fuzzed_database(cluster):
    """URL of a copy of the lab that nobody else writes to."""
    url = postgres.create_database(cluster)
    postgres.restore(url, postgres.LAB)
    yield url
    postgres.drop_database(cluster, url)


def content(url):
    """Return a checksum of each table, and how many rows were ever written."""
    with closing(postgres.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(TABLES)
        names = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(CONTENT.format(name))
            found[name] = cursor.fetchone()[0]
        cursor.execute(WRITES)
        return found, int(cursor.fetchone()[0])


@pytest.fixture
def client(target):
    """A client of the server, whose connection ends with the test."""
    found = Client(target.server.port, target.tally)
    yield found
    found.close()


@pytest.fixture
def chance(request):
    """The same numbers in each run, others for each test."""
    return random.Random(f"{SEED} {request.node.name}")  # noqa: S311 - not for secrets


@pytest.fixture(scope="module")
def known(target):
    """What a server knows: ids, targets, queries, cursors."""
    root = target.server.root
    rows = ask(f"{root}/api/v4/nodes?limit=400").rows()
    uuids = [row["uuid"] for row in rows]
    targets = [one.target for one in walking.described(lambda _: uuids[:2])]
    queries = [one.body.decode() for one in walking.posted()]
    cursors = []
    for path in ("nodes?limit=3&orderby=-ctime", "nodes?limit=2&orderby=label", "users?limit=1"):
        link = ask(f"{root}/api/v4/{path}&cursor=*").headers["link"]
        cursors.append((f"/api/v4/{path}", re.search(r"cursor=([\w-]+)", link)[1]))
    assert json.loads(queries[0])
    return {"uuids": uuids, "targets": targets, "queries": queries, "cursors": cursors}


@pytest.fixture(scope="session")
def request_count(request):
    """How many requests all fuzzing over HTTP sends together."""
    return request.config.getoption("--requests")
