"""Published archives of older versions, served over HTTP: each answer is that of their twin.

A twin is what AiiDA's migration made of an archive. AiiDA 2 migrates none of 0.1 to 0.3 and 1.0,
but those here hold the same as an archive of a later version.
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

import provender
from provender.settings import Stores
from support import walking
from support.legacy.reading import compared
from support.server import ask, serving
from support.waiting import wait_until

FOLDER = Path(__file__).parents[1] / "data" / "legacy"
OTHERS = {
    **{f"{version}--core.export_{version}_simple": "0.5--core.export_0.5_simple"
       for version in ("0.1", "0.2", "0.3")},
    "1.0--core.export_v1.0_simple": "main_0000--core.export_main_0000_simple",
}  # fmt: skip
"""Archives without a twin of their own, and those whose twin is theirs."""
NEWER = "main_0002--core.export_main_0002_simple"
TWINS = {
    **{
        path.name.removesuffix(".migrated.aiida"): path.name.removesuffix(".migrated.aiida")
        for path in FOLDER.glob("*.migrated.aiida")
    },
    **OTHERS,
}
EXPOSED = ("users.email", "authinfo")
LISTS = [
    *("nodes?attributes=true&extras=true&limit=400", "computers", "groups", "users", "processes"),
    *("calcjobs", "codes", "nodes/statistics", "nodes/full_types", "nodes/full_types_count"),
    *("nodes/download_formats", "processes/types", "nodes/facets", "nodes/keys", "schemas"),
    *("nodes?orderby=-ctime,uuid", "nodes/projectable_properties"),
]
OLD_LISTS = ["nodes?limit=400", "computers", "groups", "users", "codes", "nodes/statistics"]
BELOW = [
    *("?attributes=true&extras=true", "/links/incoming", "/links/outgoing", "/links/tree"),
    *("/contents/derived_properties", "/repo/list?metadata=1", "/groups", "/record"),
]
OF_PROCESSES = ["report", "status", "summary", "history", "results", "inputs", "logs", "traceback"]
OF_JOBS = ["input_files", "output_files", "files"]
SPREAD = 10
"""Of the requests of a fuzzing test, one in so many is asked of each archive."""
OWN = ("/server", "/server/info", "/server/statistics")
"""Paths whose answers tell of the archive itself: who wrote it, its version."""
CHANGES = "/api/v4/nodes/changes"
"""What is told since a cursor; the cursor tells of the archive itself."""


@dataclass(frozen=True)
class Store:
    """A store that is served below its name, with others."""

    name: str
    root: str

    def get(self, path, **options):
        return ask(self.root + path, **options)


@pytest.fixture(scope="module")
def served(settings):
    """A function that returns an archive by its name; one server has all of them."""
    stores = Stores(open=2 * len(TWINS))
    chosen = replace(
        settings, archives=(FOLDER,), default_profile=NEWER, expose=EXPOSED, stores=stores
    )
    app = provender.create_app(settings=chosen)
    with serving(app) as root:
        yield lambda name: prepared(Store(name, f"{root}/{name}"))
    app.extensions["provender"].stores.close()


def prepared(store):
    """Wait until a store is ready, and return it."""
    wait_until(lambda: store.get("/api/v4/nodes?limit=1").status == 200)
    return store


@pytest.fixture(params=sorted(TWINS))
def pair(request, served):
    """An archive and its twin, served."""
    return served(request.param), served(f"{TWINS[request.param]}.migrated")


def answered(store, path, **options):
    """Return an answer as far as two stores can have it in common."""
    answer = store.get(path, **options)
    kind = answer.headers.get("content-type", "")
    if answer.body[:2] == b"PK":
        return answer.status, kind, members(answer.body)
    if not kind.startswith("application/json"):
        return answer.status, kind, hashlib.sha256(answer.body).hexdigest()
    body = answer.body.decode().replace(store.root, "").replace(f"/{store.name}/api", "/api")
    document = json.loads(body)
    if document.get("path") == CHANGES:
        document.pop("next", None)
    return answer.status, answer.headers.get("x-total-count"), compared(document)


def members(body):
    """Return what is in a zip; the keys of an object in JSON have no order."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return {name: content(name, archive.read(name)) for name in archive.namelist()}


def content(name, found):
    if name.endswith(".sqlite3"):
        return rows_of(found)
    return compared(json.loads(found)) if name.endswith(".json") else hashlib.sha256(found).digest()


def rows_of(database):
    """Return the rows of all tables of a database."""
    with tempfile.NamedTemporaryFile(suffix=".sqlite3") as file:
        file.write(database)
        file.flush()
        with closing(sqlite3.connect(file.name)) as connection:
            tables = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            return {
                table: [
                    [as_stored(value) for value in row]
                    for row in connection.execute(f"SELECT * FROM {table}")
                ]
                for (table,) in connection.execute(tables).fetchall()
            }


def as_stored(value):
    """Return a value; JSON as it is compared."""
    try:
        return compared(json.loads(value)) if isinstance(value, str) else value
    except ValueError:
        return value


@cache
def of_twin(store, path):
    """Return an answer of a twin, which several archives may have."""
    return answered(store, path)


def differing(pair, paths):
    """Return the paths at which two stores answer differently, or with an error of the server."""
    old, twin = pair
    found = {path: (answered(old, path), of_twin(twin, path)) for path in paths}
    return {
        path: both for path, both in found.items() if both[0] != both[1] or both[0][0] in (500, 503)
    }


def nodes_of(store):
    rows = store.get("/api/v4/nodes?limit=400").rows()
    assert len(rows) >= 10
    return rows


def test_there_is_an_archive_of_every_version():
    versions = {name.partition("--")[0] for name in TWINS}
    assert versions == {*(f"0.{number}" for number in range(1, 14)), "1.0", "main_0000"}
    assert len(TWINS) == 19


def test_all_lists_are_those_of_the_twin(pair):
    paths = [f"/api/v4/{path}" for path in LISTS] + [f"/api/v2/{path}" for path in OLD_LISTS]
    assert differing(pair, paths) == {}


def test_the_numbers_are_those_of_the_twin(pair):
    found = [store.get("/api/v4/server/statistics").data["statistics"] for store in pair]
    assert found[0] == found[1]
    assert found[0]


def test_all_of_every_node_is_that_of_the_twin(pair):
    paths = []
    for row in nodes_of(pair[1]):
        paths += [f"/api/v4/nodes/{row['uuid']}{rest}" for rest in BELOW]
        if row["node_type"].startswith("process."):
            paths += [f"/api/v4/processes/{row['uuid']}/{rest}" for rest in OF_PROCESSES]
        if row["node_type"].startswith("process.calculation.calcjob"):
            paths += [f"/api/v4/calcjobs/{row['uuid']}/{rest}" for rest in OF_JOBS]
    assert differing(pair, paths) == {}


def test_every_file_is_that_of_the_twin(pair):
    files = [path for row in nodes_of(pair[1]) for path in files_of(pair[1], row["uuid"])]
    assert len(files) >= 10
    assert differing(pair, files) == {}
    assert {pair[0].get(path).status for path in files} == {200}


def files_of(store, uuid, folder=""):
    """Yield the path of each file of a node, also of those in folders."""
    base = f"/api/v4/nodes/{uuid}/repo"
    listed = store.get(f'{base}/list?filename="{folder}"' if folder else f"{base}/list")
    for entry in listed.data["repo_list"]:
        name = f"{folder}/{entry['name']}" if folder else entry["name"]
        if entry["type"] == "DIRECTORY":
            yield from files_of(store, uuid, name)
        else:
            yield f'{base}/contents?filename="{name}"'


def test_posted_queries_give_what_they_give_of_the_twin(pair, fuzz_count):
    old, twin = pair
    asked = [*walking.posted()]
    alone = [query for query in asked if len(json.loads(query.body)["path"]) == 1]
    joined = drawn([query for query in asked if query not in alone], fuzz_count, old.name)
    wrong = [
        query.body
        for query in [*alone, *joined]
        if answered(old, query.target, method="POST", body=query.body)
        != answered(twin, query.target, method="POST", body=query.body)
    ]
    assert len(alone) == 14
    assert wrong == []


def test_any_request_is_answered_as_on_the_twin(pair, fuzz_count, described):
    ids = {name: ids_of(pair[1], name) for name in ("nodes", "groups", "computers", "users")}
    random = Random(pair[0].name)  # noqa: S311 - a choice, no secret
    targets = [
        target.replace("%7Bid%7D", random.choice(ids.get(target.split("/")[3], ids["nodes"])))
        for target in drawn(described, fuzz_count, pair[0].name)
    ]
    assert differing(pair, targets) == {}


@pytest.fixture(scope="module")
def described():
    """Every described request, with a place for an id."""
    targets = [asked.target for asked in walking.described(lambda _: ["%7Bid%7D"])]
    assert len(targets) > 1000
    return [target for target in targets if not target.endswith(OWN)]


def ids_of(store, resource):
    """Return the ids of a list; one that nothing has, if it is empty."""
    rows = next(iter(store.get(f"/api/v4/{resource}?limit=400").data.values()))
    return [str(row.get("uuid", row["id"])) for row in rows] or ["0"]


def drawn(items, fuzz_count, seed):
    """Return some of the items."""
    random = Random(seed)  # noqa: S311 - a choice, no secret
    return random.sample(items, min(len(items), max(1, fuzz_count // SPREAD)))


def test_an_archive_of_the_newest_version_is_served(served):
    newer = served(NEWER)
    assert len(nodes_of(newer)) == 10
    files = [path for row in nodes_of(newer) for path in files_of(newer, row["uuid"])]
    assert {newer.get(path).status for path in files} == {200}


@pytest.mark.parametrize("name", sorted(TWINS))
def test_the_server_tells_what_an_archive_was_written_as(name, served):
    info = served(name).get("/api/v4/server/info").data["info"]
    assert name.partition("--")[0] in json.dumps(info["store"])
