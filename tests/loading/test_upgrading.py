"""An archive that is written anew: the same rows and files, and what it says of itself."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing

import pytest

from provender.errors import (
    ConfigurationError,
    CorruptObject,
    ProvenderError,
    StoreUnreachable,
    UnsupportedStore,
)
from provender.loading.archives.metadata import renewed
from provender.loading.archives.upgrading import upgrade
from provender.store.archive import open_archive
from provender.store.cache import CacheFolder
from support import oldarchives
from support.folders import fingerprint

ZERO = "0" * 64


@pytest.fixture
def path(tmp_path):
    """Where the new archive goes: nothing else is in the folder."""
    (tmp_path / "new").mkdir()
    return tmp_path / "new" / "new.aiida"


@pytest.fixture
def make(settings, path):
    """A function that writes an archive anew."""

    def make(archive, progress=lambda *_: None):
        return upgrade(str(archive), path, settings, progress)

    return make


def members(path):
    """Return the members of an archive, in their order."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows(database):
    """Return all rows of all tables."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as reading:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1"
        tables = [name for (name,) in reading.execute(names)]
        return {
            name: reading.execute(f"SELECT * FROM {name} ORDER BY id").fetchall() for name in tables
        }


@pytest.mark.parametrize("name", ["lab", "materials", "edge/stored_members", "edge/empty"])
def test_an_archive_of_today_is_copied(make, path, data, name):
    old, steps = data / f"{name}.aiida", []
    before = fingerprint(old)
    done = make(old, lambda *step: steps.append(step))
    assert fingerprint(old) == before
    given, found = members(old), members(path)
    assert list(found)[:2] == ["metadata.json", "db.sqlite3"]
    assert found.keys() == given.keys()
    assert {key for key in found if found[key] != given[key]} <= {"metadata.json"}
    assert (done.size, done.files) == (path.stat().st_size, len(found) - 2)
    assert [place.name for place in path.parent.iterdir()] == ["new.aiida"]
    assert all(number <= total for _, number, total in steps)
    assert {"copying the database"} <= {what for what, _, _ in steps}


def test_it_is_not_larger_than_what_aiida_wrote(make, path, data):
    make(data / "lab.aiida")
    assert path.stat().st_size <= (data / "lab.aiida").stat().st_size


def test_it_says_what_it_is(make, path, data, settings):
    make(data / "lab.aiida")
    old = json.loads(members(data / "lab.aiida")["metadata.json"])
    found = json.loads(members(path)["metadata.json"])
    assert found == {**old, "mtime": found["mtime"]}
    opened = open_archive(path, "It", CacheFolder(settings.cache))
    opened.objects.close()
    assert (opened.origin.version, opened.origin.aiida_version) == ("main_0001", "2.9.4")


def test_what_an_older_version_says_of_itself():
    old = {
        "export_version": "0.8",
        "aiida_version": "1.0.1",
        "conversion_info": ["Converted from version 0.7 to 0.8 with AiiDA v1.0.1"],
        "unique_identifiers": {"Node": "uuid"},
        "all_fields_info": {"Node": {}},
        "export_parameters": {"include_logs": True},
    }
    found = renewed(old)
    assert found.pop("mtime") > "2026"
    line = found["conversion_info"].pop()
    assert line.startswith("Converted from version 0.8 to main_0001 with Provender v")
    assert found == {
        "export_version": "main_0001",
        "aiida_version": "1.0.1",
        "conversion_info": old["conversion_info"],
        "creation_parameters": {"include_logs": True},
        "key_format": "sha256",
        "compression": 6,
    }
    assert renewed({"export_version": "0.4", "conversion_info": "?"})["conversion_info"] == [
        line.replace("0.8", "0.4")
    ]
    assert renewed({"export_version": "0.4"})["creation_parameters"] == {}


def test_an_unpacked_archive_while_its_database_is_written(make, path, data, tmp_path):
    folder = tmp_path / "open"
    with zipfile.ZipFile(data / "lab.aiida") as archive:
        archive.extractall(folder)
    (folder / "repo" / "README").write_text("no object")
    with closing(sqlite3.connect(folder / "db.sqlite3")) as writing:
        writing.execute("PRAGMA journal_mode = WAL")
        writing.execute("UPDATE db_dbnode SET label = 'in the log' WHERE id = 100")
        writing.commit()
        assert (folder / "db.sqlite3-wal").stat().st_size
        assert make(folder).files == 111
    found = members(path)
    assert found.keys() == members(data / "lab.aiida").keys()
    (tmp_path / "copy").write_bytes(found["db.sqlite3"])
    assert rows(tmp_path / "copy") == rows(folder / "db.sqlite3")
    assert found["db.sqlite3"][18:20] == b"\x01\x01"  # no log belongs to it
    assert [place.name for place in path.parent.iterdir()] == ["new.aiida"]


METHODS = [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


@pytest.mark.parametrize("method", METHODS)
def test_archives_in_other_compressions_are_deflated(make, path, data, tmp_path, method):
    old = tmp_path / "x.aiida"
    given = members(data / "lab.aiida")
    with zipfile.ZipFile(old, "w", method) as new:
        for name, content in given.items():
            new.writestr(name, content)
    make(old)
    found = members(path)
    assert {name: found[name] for name in given if name != "metadata.json"} == {
        name: given[name] for name in given if name != "metadata.json"
    }
    with zipfile.ZipFile(path) as archive:
        methods = {item.compress_type for item in archive.infolist()}
    assert methods == {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@pytest.mark.parametrize(
    ("archive", "error", "message"),
    [
        ("none.aiida", ConfigurationError, "is not an archive"),
        ("configs", ConfigurationError, "is not an archive"),
        ("edge/truncated.aiida", UnsupportedStore, "truncated"),
        ("edge/unknown_main_9999.aiida", UnsupportedStore, "newer"),
        ("edge/garbage_database.aiida", UnsupportedStore, "damaged"),
        ("edge/bad_crc.aiida", CorruptObject, "A file of the archive is damaged"),
        ("edge/missing_object.aiida", CorruptObject, r"`root\.txt` of the node a8358adf-\S+ is"),
    ],
)
def test_what_cannot_be_copied_leaves_nothing(make, path, data, archive, error, message):
    with pytest.raises(error, match=message):
        make(data / archive)
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ("'?'", "A file of the node"),
        ("'[]'", "A file of the node"),
        ('\'{"o": {"a": 5}}\'', "`a` of the node"),
        (f'\'{{"o": {{"b": {{"k": "{ZERO}"}}}}}}\'', "`b` of the node"),
    ],
)
def test_trees_of_files_that_lead_nowhere(make, path, altered, tree, message):
    old = altered(f"UPDATE db_dbnode SET repository_metadata = {tree} WHERE id = 100")
    with pytest.raises(CorruptObject, match=message):
        make(old)
    assert list(path.parent.iterdir()) == []


def test_a_member_with_another_content_of_the_same_size(make, path, data, tmp_path):
    old = tmp_path / "x.aiida"
    given = members(data / "lab.aiida")
    name = max(
        (name for name in given if name.startswith("repo/")), key=lambda name: len(given[name])
    )
    given[name] = given[name][:-1] + b"?"
    with zipfile.ZipFile(old, "w", zipfile.ZIP_DEFLATED) as new:
        for member, content in given.items():
            new.writestr(member, content)
    with pytest.raises(CorruptObject) as caught:
        make(old)
    assert caught.value.reason == f"{name}: its checksum is wrong"
    assert list(path.parent.iterdir()) == []


def test_a_link_in_an_unpacked_archive(make, path, data, tmp_path):
    with zipfile.ZipFile(data / "lab.aiida") as archive:
        archive.extractall(tmp_path / "open")
    content = b"a secret"
    (tmp_path / "secret").write_bytes(content)
    key = hashlib.sha256(content).hexdigest()
    (tmp_path / "open" / "repo" / key).symlink_to(tmp_path / "secret")
    with pytest.raises(ProvenderError, match="damaged"):
        make(tmp_path / "open")
    assert list(path.parent.iterdir()) == []


STEPS = ["nodes whose files were looked for", "copying the database", "copying files"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError])
def test_whatever_happens_on_the_way_leaves_nothing(make, path, data, step, error):
    def interrupt(what, _done, _total):
        if what == step:
            raise error

    with pytest.raises(error):
        make(data / "lab.aiida", interrupt)
    assert list(path.parent.iterdir()) == []


def test_an_archive_that_is_changed_meanwhile(make, path, data, tmp_path):
    old = tmp_path / "old.aiida"
    shutil.copy(data / "lab.aiida", old)

    def change(what, done, total):
        if what == "copying files" and done == total:
            with old.open("ab") as file:
                file.write(b"more")

    with pytest.raises(StoreUnreachable, match="was changed while it was read"):
        make(old, change)
    assert list(path.parent.iterdir()) == []


def test_an_archive_that_is_replaced_meanwhile_is_copied_as_it_was(make, path, data, tmp_path):
    old = tmp_path / "old.aiida"
    shutil.copy(data / "lab.aiida", old)

    def replace(what, _done, _total):
        if what == "copying the database":
            shutil.copy(data / "materials.aiida", tmp_path / "another")
            (tmp_path / "another").rename(old)

    make(old, replace)
    given, found = members(data / "lab.aiida"), members(path)
    assert found.keys() == given.keys()


def test_nothing_is_written_over(make, path, data):
    path.write_text("mine")
    with pytest.raises(ConfigurationError, match="exists"):
        make(data / "lab.aiida")
    assert path.read_text() == "mine"


def test_what_is_written_can_be_written_anew(make, path, data, settings):
    make(data / "lab.aiida")
    second = path.with_name("second.aiida")
    upgrade(str(path), second, settings, lambda *_: None)
    given, found = members(path), members(second)
    assert {name: found[name] for name in found if name != "metadata.json"} == {
        name: given[name] for name in given if name != "metadata.json"
    }


LEGACY = ["legacy_0.3", "legacy_0.4_tar", "legacy_0.12", "old_main_0000"]


@pytest.mark.parametrize("name", LEGACY)
def test_an_older_archive_is_served_the_same_as_what_is_written_of_it(
    make, path, data, serve, name
):
    old = data / "edge" / f"{name}.aiida"
    done = make(old)
    assert done.origin.version == name.split("_", 1)[1].removesuffix("_tar")
    assert (done.files, done.counts["db_dbnode"]) == (16, 10)
    found = members(path)
    assert list(found)[:2] == ["metadata.json", "db.sqlite3"]
    told = json.loads(found["metadata.json"])
    assert told["conversion_info"][-1].startswith(
        f"Converted from version {done.origin.version} to main_0001 with Provender v"
    )
    before, after = serve(old), serve(path, name=f"new-{name}")
    route = "/api/v4/nodes?attributes=true&extras=true&orderby=id"
    nodes = before.get(route).data["nodes"]
    assert len(nodes) == 10
    assert after.get(route).data["nodes"] == nodes
    for node in nodes:
        for part in ("repo/list?metadata=1", "links/incoming", "links/outgoing"):
            place = f"/api/v4/nodes/{node['uuid']}/{part}"
            assert after.get(place).data == before.get(place).data


@pytest.mark.parametrize("name", LEGACY)
def test_every_file_of_an_older_archive_has_the_name_of_its_content(make, path, data, name):
    make(data / "edge" / f"{name}.aiida")
    files = {key: text for key, text in members(path).items() if key.startswith("repo/")}
    assert len(files) == 16
    assert {f"repo/{hashlib.sha256(text).hexdigest()}" for text in files.values()} == set(files)


def test_what_the_reading_left_out_is_told(make, data, tmp_path):
    old = oldarchives.with_lost_links(data / "edge" / "legacy_0.12.aiida", tmp_path / "old.aiida")
    (remark,) = make(old).origin.remarks
    assert (remark.count, "unknown node" in remark.kind) == (2, True)
