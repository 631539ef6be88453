"""A folder that follows a selection."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import subprocess
import sys

import pytest

from provender.client import BadQuery, Client, ClientError, NotServed, Retries
from provender.client.transfers.mirroring import PAGE
from support import filestore, growing
from support.cutting import Cutter
from support.rude import Rude
from support.server import serving

SEEN = 'node_type=like="data.core.%"'
FOLDER = filestore.NODE


def told(client, where):
    """Return the uuids and contents that the server has, by paths in a mirror."""
    files = {f"{file.uuid}/files/{file.path}": file.sha256 for file in client.files.find(where)}
    records = {f"{node.uuid}/record.json" for node in client.nodes.list(where)}
    return files, records


def written(folder):
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != "mirror.json"]
    names = {str(path.relative_to(folder)): path for path in paths}
    files = {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in names.items()
        if "/files/" in name
    }
    return files, set(names) - set(files)


@pytest.fixture
def postgres(lab_copy, unpacked, make_app):
    """A client of a copy of the lab in PostgreSQL; `store` is its URL."""
    app = make_app(store=lab_copy, repository=unpacked / "repo" / "container")
    with serving(app) as root, Client(root) as client:
        client.store = lab_copy
        yield client


def test_only_what_changed_is_fetched(postgres, tmp_path):
    first = postgres.mirror(SEEN, tmp_path)
    assert written(tmp_path) == told(postgres, SEEN)
    assert first.nodes == postgres.nodes.list(SEEN).count() > 100
    assert (first.removed, first.failed, first.is_anew) == ([], {}, False)
    assert first.files == len(written(tmp_path)[0]) > 10
    again = postgres.mirror(SEEN, tmp_path)
    assert (again.nodes, again.files) == (0, 0)
    growing.change(
        postgres.store, f"UPDATE db_dbnode SET label = 'changed' WHERE uuid = '{FOLDER}'"
    )
    growing.add_nodes(postgres.store, 3, node_type="'data.core.dict.Dict.'")
    changed = postgres.mirror(SEEN, tmp_path)
    assert (changed.nodes, changed.files) == (4, 0)
    record = json.loads((tmp_path / FOLDER / "record.json").read_text())
    assert record["label"] == "changed"
    assert written(tmp_path) == told(postgres, SEEN)


def test_a_node_that_is_gone(postgres, tmp_path):
    growing.add_nodes(postgres.store, 2, node_type="'data.core.dict.Dict.'")
    postgres.mirror(SEEN, tmp_path)
    before = written(tmp_path)
    growing.change(postgres.store, f"DELETE FROM db_dbnode WHERE id >= {growing.FIRST}")
    assert postgres.mirror(SEEN, tmp_path).removed == []  # no server tells it
    assert written(tmp_path) == before
    (tmp_path / "mine").mkdir()
    pruned = postgres.mirror(SEEN, tmp_path, prune=True)
    assert len(pruned.removed) == 2
    assert written(tmp_path) == told(postgres, SEEN)
    assert (tmp_path / "mine").is_dir()


def test_it_begins_anew_where_the_server_lost_track(unpacked, tmp_path, make_app):
    store, target = growing.copied(unpacked, tmp_path), tmp_path / "mirror"
    with serving(make_app(store=store)) as root, Client(root) as client:
        client.mirror("", target)
        file = next(target.glob("*/files/*.out"))
        kept = file.stat().st_mtime_ns
        growing.change(store, f"UPDATE db_dbnode SET label = 'x' WHERE uuid = '{FOLDER}'")
        again = client.mirror("", target)
        assert (again.is_anew, again.files) == (True, 0)
        assert again.nodes == client.nodes.list().count()
        assert written(target) == told(client, "")
    assert file.stat().st_mtime_ns == kept


SCRIPT = """
import os, signal, sys
from provender.client import Client

left = [int(sys.argv[3])]

def progress(more):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)

Client(sys.argv[1]).mirror(sys.argv[4], sys.argv[2], progress=progress)
"""
FEW = "group=processes"


@pytest.mark.parametrize("number", [1, 20, 60])
def test_a_mirror_that_was_killed_goes_on(client, tmp_path, number):
    arguments = [client.connection.root, str(tmp_path), str(number), FEW]
    killed = subprocess.run([sys.executable, "-c", SCRIPT, *arguments], check=False)
    assert killed.returncode == -signal.SIGKILL
    check_begun(client, FEW, tmp_path)
    client.mirror(FEW, tmp_path)
    assert written(tmp_path) == told(client, FEW)


@pytest.mark.parametrize("number", [1, 10, 30])
def test_a_mirror_whose_server_went_goes_on(client, tmp_path, number):
    retries = Retries(tries=2, first_seconds=0)
    with (
        Cutter(client.connection.root, [None] * number + [0] * 400) as between,
        Client(between.url, retries=retries) as cut,
        pytest.raises(ClientError),
    ):
        cut.mirror(FEW, tmp_path)
    check_begun(client, FEW, tmp_path)
    (tmp_path / "mirror.json").unlink(missing_ok=True)  # it has the address of the proxy
    client.mirror(FEW, tmp_path)
    assert written(tmp_path) == told(client, FEW)


def check_begun(client, where, folder):
    """Check that nothing in a mirror is half there, but for what is called a part."""
    files, records = told(client, where)
    found, there = written(folder)
    assert there <= records
    assert all(files[name] == digest for name, digest in found.items() if ".part" not in name)


def test_a_posted_selection_and_files_that_are_lost(client, tmp_path):
    where = {"or": [{"label": "files of many kinds"}, {"label": "energy"}]}
    first = client.mirror(where, tmp_path)
    assert first.nodes == client.nodes.list(where).count() < PAGE
    victim = next(path for path in tmp_path.rglob("pw.out"))
    victim.write_bytes(b"x")
    shutil.rmtree(victim.parent / "data")
    (victim.parent / "not mine").write_bytes(b"")
    state = json.loads((tmp_path / "mirror.json").read_text())
    (tmp_path / "mirror.json").write_text(json.dumps({**state, "since": "*"}))
    again = client.mirror(where, tmp_path)
    assert again.files == 4
    assert victim.stat().st_size == 20_000
    assert not (victim.parent / "not mine").exists()


def test_a_file_that_cannot_be_had_is_asked_for_again(unpacked, tmp_path, make_app):
    folder, target = tmp_path / "store", tmp_path / "mirror"
    folder.mkdir()
    files = {"a": [b"a" * 100], "b": [b"b" * 100]}
    store = filestore.make("loose", folder, unpacked, files)
    key = filestore.sha256(files["b"])
    lost = store / "container" / "loose" / key[:2] / key[2:]
    lost.unlink()
    where = f'uuid="{FOLDER}"'
    with serving(make_app(store=store)) as root, Client(root) as client:
        first = client.mirror(where, target)
        assert list(first.failed) == [f"{FOLDER}/b"]
        assert set(written(target)[0]) == {f"{FOLDER}/files/a"}
        filestore.put(store / "container", {key: files["b"]})
        again = client.mirror(where, target)
        assert (again.failed, again.files) == ({}, 1)
        assert written(target) == told(client, where)
        assert client.mirror(where, target).nodes == 0


def test_a_folder_mirrors_one_selection(client, tmp_path):
    client.mirror("group=processes", tmp_path)
    with pytest.raises(BadQuery, match="mirrors `group=processes`"):
        client.mirror("", tmp_path)
    (tmp_path / "mirror.json").write_text("[]")
    with pytest.raises(BadQuery, match="no mirror"):
        client.mirror("group=processes", tmp_path)


def test_two_mirrors_do_not_write_into_one_folder(client, tmp_path):
    seen = []

    def progress(more):
        if not seen:
            seen.append(more)
            with pytest.raises(ClientError, match="Another download"):
                client.mirror("", tmp_path)

    client.mirror("", tmp_path, progress=progress)
    assert seen


def test_a_server_that_does_not_tell_changes(tmp_path):
    with serving(Rude()) as root, Client(root) as client, pytest.raises(NotServed):
        client.mirror("", tmp_path)
