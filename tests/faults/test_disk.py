"""Files that are replaced, overwritten, cut, removed or locked away while clients read them."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from disk_objectstore import CompressMode
from disk_objectstore import Container as Writer

from faults.comparing import crowd, descriptors, right_answers
from provender.settings import Cache, Settings
from support import filestore
from support.server import ask, serving
from support.waiting import wait_until

NODE = "a8358adf-784e-45d5-9623-3b6914b7acac"
PATHS = [
    "/api/v4/nodes?limit=3&orderby=id",
    "/api/v4/users",
    f"/api/v4/nodes/{NODE}",
    f"/api/v4/nodes/{NODE}/repo/list?metadata=1",
]
# Descriptors of the connections that a crowd may leave in a pool.
CONNECTIONS = 8
# Seconds within which all is well again once the cause is removed.
RECOVERY = 2.0


@pytest.fixture
def archive(data, tmp_path):
    path = tmp_path / "x.aiida"
    shutil.copy(data / "lab.aiida", path)
    return path


@pytest.fixture
def profile(unpacked, tmp_path):
    path = tmp_path / "x"
    shutil.copytree(unpacked / "sqlite_dos", path)
    return path


@pytest.fixture
def served(tmp_path, make_app):
    """A function that serves a store with a cache of its own, and returns root and answers."""
    contexts = []

    def serve(store, paths=PATHS):
        app = make_app(store=store, settings=Settings(cache=Cache(folder=tmp_path / "cache")))
        right = right_answers(app.test_client(), paths)
        contexts.append(serving(app))
        root = contexts[-1].__enter__()
        return root, {path: {ask(root + path).body} for path in right}

    yield serve
    for context in contexts:
        context.__exit__(None, None, None)


def file_paths(store_root):
    """Return the paths of the files of a node."""
    listed = ask(f"{store_root}/api/v4/nodes/{NODE}/repo/list").data["repo_list"]
    return [f"{filestore.path_of(item['name'])}" for item in listed if item["type"] == "FILE"]


def recovers(root, right):
    """Wait until all answers are right again; return the seconds, which are below `RECOVERY`."""
    begun = time.monotonic()

    def is_right():
        return all(ask(root + path).body in bodies for path, bodies in right.items())

    wait_until(is_right, patience=RECOVERY + 3)
    return time.monotonic() - begun


def away(path):
    """Remove a file or folder for a while; return what brings it back."""
    kept = path.with_name(f"{path.name}.away")
    path.rename(kept)

    def back():
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        kept.rename(path)

    return back


def cut(path):
    """Truncate a file in place; return what restores its content, in place as well."""
    content = path.read_bytes()
    os.truncate(path, len(content) // 2)
    return lambda: path.write_bytes(content)


def filled(path):
    """Overwrite a file in place with other bytes; return what restores it."""
    content = path.read_bytes()
    path.write_bytes(bytes(reversed(content)))
    return lambda: path.write_bytes(content)


def instead(make):
    def fault(path):
        back = away(path)
        make(path)
        return back

    return fault


GONE = {
    "removed": away,
    "cut short": cut,
    "overwritten": filled,
    "a folder": instead(lambda path: path.mkdir()),
    "a link to nothing": instead(lambda path: path.symlink_to(path.with_name("none"))),
    "a pipe": instead(os.mkfifo),
}


@pytest.mark.parametrize("fault", GONE)
def test_an_archive_that_goes_and_comes_back(fault, archive, served, figures):
    root, right = served(archive)
    before = descriptors()
    with crowd(root, right) as clients:
        back = GONE[fault](archive)
        clients.has_seen(503)
        back()
        recovery = recovers(root, right)
    figures.fault(f"an archive: {fault}", clients, recovery)
    wait_until(lambda: descriptors() <= before + CONNECTIONS)


@pytest.mark.parametrize("fault", GONE)
def test_a_database_that_goes_and_comes_back(fault, profile, served, figures):
    root, right = served(profile)
    before = descriptors()
    with crowd(root, right) as clients:
        back = GONE[fault](profile / "database.sqlite")
        clients.has_seen(503)
        back()
        recovery = recovers(root, right)
    figures.fault(f"a SQLite profile: {fault}", clients, recovery)
    wait_until(lambda: descriptors() <= before + CONNECTIONS)


def rename_over(path, content):
    new = path.with_name(f"{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def write_over(path, content):
    path.write_bytes(content)


@pytest.mark.parametrize("put", [rename_over, write_over])
def test_an_archive_that_becomes_another_one(put, archive, data, served):
    first = archive.read_bytes()
    second = shutil.copy(data / "materials.aiida", archive.with_name("y.aiida"))
    paths = PATHS[:2]
    root, right = served(archive, paths)
    _, other = served(Path(second), paths)
    host = urlsplit(root).netloc.encode()
    either = {
        path: right[path] | {_elsewhere(body, host) for body in other[path]} for path in paths
    }
    content = {0: Path(second).read_bytes(), 1: first}
    with crowd(root, either):
        for number in range(4):
            put(archive, content[number % 2])
            recovers(root, either)
    put(archive, content[0])
    recovers(root, {path: either[path] - right[path] for path in paths})


def _elsewhere(body, host):
    """Return an answer with its own address replaced by another one."""
    document = json.loads(body)
    own = urlsplit(document["url"]).netloc.encode()
    return body.replace(own, host)


def test_a_database_that_becomes_another_one(profile, served):
    """By `cp`, which takes no lock; the other one has another label for each node."""
    path = profile / "database.sqlite"
    first = path.read_bytes()
    path.with_name("other").write_bytes(first)
    with closing(sqlite3.connect(path.with_name("other"))) as other, other:
        other.execute("UPDATE db_dbnode SET label = 'other'")
    second = path.with_name("other").read_bytes()
    query = "/api/v4/nodes?limit=300&orderby=id&attributes=false"
    root, right = served(profile, [query])
    path.write_bytes(second)
    recovered = ask(root + query).body
    assert recovered not in right[query]
    either = {query: right[query] | {recovered}}
    with crowd(root, either):
        for number in range(6):
            path.write_bytes(first if number % 2 else second)
            recovers(root, {query: right[query] if number % 2 else {recovered}})


def entry_of(folder):
    return next(path for path in folder.iterdir() if path.is_dir() and not path.suffix)


def damaged_in_place(path):
    """Overwrite the middle of a file; size and times stay, as a failing disk leaves them."""
    status = path.stat()
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * (status.st_size - 100))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


CACHE = {
    "the folder is removed": lambda folder: shutil.rmtree(folder, ignore_errors=True),
    "its entries are removed": lambda folder: shutil.rmtree(entry_of(folder), ignore_errors=True),
    "the database is removed": lambda folder: (entry_of(folder) / "db.sqlite3").unlink(),
    "the database is cut": lambda folder: os.truncate(entry_of(folder) / "db.sqlite3", 50_000),
    "the database is empty": lambda folder: os.truncate(entry_of(folder) / "db.sqlite3", 0),
    "the database is damaged": lambda folder: damaged_in_place(entry_of(folder) / "db.sqlite3"),
    "the index is removed": lambda folder: (entry_of(folder) / "objects.sqlite").unlink(),
    "the index is cut": lambda folder: os.truncate(entry_of(folder) / "objects.sqlite", 5000),
    "the index is damaged": lambda folder: damaged_in_place(entry_of(folder) / "objects.sqlite"),
    "the list is removed": lambda folder: (entry_of(folder) / "files.json").unlink(missing_ok=True),
    "the list is no list": lambda folder: (entry_of(folder) / "files.json").write_text("[]"),
    "the locks are removed": lambda folder: [path.unlink() for path in folder.glob("*.lock")],
}


def damage(fault, folder):
    """Damage a cache, while others may be making it anew."""
    wait_until(lambda: [CACHE[fault](folder)], raising=(OSError, StopIteration))


@pytest.mark.parametrize("fault", CACHE)
def test_a_cache_that_is_damaged_is_made_anew(fault, archive, served, tmp_path, caplog, figures):
    root, right = served(archive)
    files = {path: {ask(root + path).body} for path in file_paths(root)}
    assert files
    right |= files
    before = descriptors()
    with crowd(root, right) as clients:
        for _ in range(2):
            damage(fault, tmp_path / "cache")
            recovery = recovers(root, right)
    figures.fault(f"the cache: {fault}", clients, recovery)
    wait_until(lambda: descriptors() <= before + CONNECTIONS)
    assert "damaged archive" not in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("fault", CACHE)
def test_a_cache_that_is_damaged_between_two_starts_is_made_anew(
    fault, archive, tmp_path, make_app
):
    settings = Settings(cache=Cache(folder=tmp_path / "cache"))
    right = right_answers(make_app(store=archive, settings=settings).test_client(), PATHS)
    damage(fault, tmp_path / "cache")
    client = make_app(store=archive, settings=settings).test_client()
    found = {
        path: {wait_until(lambda path=path: _ok(client.get(path)), patience=RECOVERY + 3).data}
        for path in PATHS
    }
    assert found == right


def _ok(answer):
    assert answer.status_code in (200, 503)
    return answer if answer.status_code == 200 else None


def test_an_archive_whose_own_database_is_damaged_is_to_blame(data, tmp_path, make_app, caplog):
    """Its copy is compared with it once, and not made anew for each request."""
    settings = Settings(cache=Cache(folder=tmp_path / "cache"))
    store = data / "edge" / "garbage_database.aiida"
    client = make_app(store=store, settings=settings).test_client()
    assert "is damaged" in client.get("/api/v4/nodes").json["message"]
    entry = entry_of(tmp_path / "cache").stat().st_ino
    assert "is damaged" in client.get("/api/v4/nodes").json["message"]
    assert entry_of(tmp_path / "cache").stat().st_ino == entry
    assert "made anew" not in caplog.text


def test_replaced_stores_leave_no_descriptor_behind(archive, profile, data, served):
    client_of = {}
    for store in (archive, profile):
        root, right = served(store, PATHS[1:2])
        client_of[store] = (root, right)
        for path in file_paths(root):
            ask(root + path)
    before = descriptors()
    for number in range(50):
        for path in (archive, profile / "database.sqlite", profile / "container" / "packs.idx"):
            rename_over(path, path.read_bytes())
        root, right = client_of[archive if number % 2 else profile]
        for path in (*right, *file_paths(root)):
            assert ask(root + path).status == 200
    for root, right in client_of.values():
        recovers(root, right)
    assert wait_until(lambda: descriptors() <= before + CONNECTIONS)


BLOCK = bytes(range(256)) * 4096
LARGE = {"large": [BLOCK] * 24}


def started(root):
    """Return a response of which a block was read."""
    parts = urlsplit(root)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("GET", filestore.path_of("large"))
    response = connection.getresponse()
    assert response.status == 200
    assert len(response.read(1 << 16)) == 1 << 16
    return connection, response


@pytest.mark.parametrize("form", filestore.FORMS)
def test_a_file_that_is_cut_while_it_is_sent_is_never_whole(form, tmp_path, unpacked, served):
    store = filestore.make(form, tmp_path, unpacked, LARGE)
    root, _ = served(store, ["/api/v4/users"])
    if form in filestore.ARCHIVED:
        path = store
    elif form == "loose":
        key = filestore.sha256(LARGE["large"])
        path = store / "container" / "loose" / key[:2] / key[2:]
    else:
        path = store / "container" / "packs" / "0"
    connection, response = started(root)
    os.truncate(path, 1000)
    with closing(connection), pytest.raises((http.client.IncompleteRead, OSError)):
        response.read()
    assert ask(root + "/alive").status == 200


def test_files_are_whole_while_their_container_is_packed_anew(profile, served):
    root, right = served(profile)
    right |= {path: {ask(root + path).body} for path in file_paths(root)}
    before = descriptors()
    with crowd(root, right, allowed=(200,)) as clients:
        for mode in (CompressMode.YES, CompressMode.NO) * 3:
            with Writer(profile / "container") as writer:
                writer.pack_all_loose()
                writer.repack(compress_mode=mode)
                writer.clean_storage()
            clients.has_seen(200)
    assert clients.statuses["cut"] == 0
    wait_until(lambda: descriptors() <= before + CONNECTIONS)


FOLDERS = ["", "packs", "loose"]
FILES = ["packs.idx", "packs/0", "config.json"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [(name, fault) for name in (*FOLDERS, *FILES) for fault in ("removed", "a pipe")]
    + [(name, "cut short") for name in FILES],
)
def test_a_container_that_goes_and_comes_back(name, fault, profile, served, figures):
    place = profile / "container" / name
    root, right = served(profile)
    with Writer(profile / "container") as writer:
        writer.pack_all_loose()
    files = {path: {ask(root + path).body} for path in file_paths(root)}
    with crowd(root, {**right, **files}, allowed=(200, 500, 503)) as clients:
        back = GONE[fault](place)
        clients.has_seen(200)
        assert ask(root + "/api/v4/users").status == 200
        back()
        recovery = recovers(root, {**right, **files})
    figures.fault(f"a container: {name or 'all'} {fault}", clients, recovery)
