"""Archives: opened, or refused with the reason."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from provender.errors import CorruptObject, StoreUnreachable, UnsupportedStore
from provender.settings import Cache
from provender.store.archive import open_archive
from provender.store.cache import CacheFolder
from support.folders import fingerprint

REFUSED = {
    "old_main_0000": ("old schema main_0000", "verdi archive migrate"),
    "legacy_0.12": ("legacy format 0.12", "verdi archive migrate"),
    "legacy_0.4_tar": ("legacy format 0.4", "verdi archive migrate"),
    "legacy_0.3": ("legacy format 0.3", "with AiiDA 1.x first"),
    "unknown_main_9999": ("main_9999, newer than main_0001", "newer Provender"),
    "no_version_key": ("not a valid AiiDA archive", ""),
    "metadata_not_json": ("not a valid AiiDA archive", ""),
    "no_metadata": ("not an AiiDA archive", ""),
    "plain_zip": ("not an AiiDA archive", ""),
    "no_database": ("damaged archive: it has no database", ""),
    "garbage_database": ("database", ""),
    "truncated": ("truncated", ""),
    "not_a_zip": ("not an AiiDA archive", ""),
    "zero_bytes": ("not an archive", ""),
}
OPENED = {
    "empty": 0,
    "stored_members": 2,
    "migrated_main_0001": 10,
    "missing_object": 2,
    "bad_crc": 2,
}


@pytest.fixture
def cache(tmp_path):
    return CacheFolder(Cache(folder=tmp_path / "cache"))


def opened(path, cache, **options):
    return open_archive(path, "The store `x`", cache, **options)


def count_nodes(archive):
    connection = archive.database.connect()
    try:
        return connection.execute("SELECT count(*) FROM db_dbnode").fetchone()[0]
    finally:
        connection.close()


def test_the_lists_here_are_those_of_the_folder(data):
    names = {path.name.removesuffix(".aiida") for path in (data / "edge").iterdir()}
    assert names == {*REFUSED, *OPENED}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_the_reason(name, data, cache):
    path = data / "edge" / f"{name}.aiida"
    message, hint = REFUSED[name]
    before = fingerprint(path)
    with pytest.raises((UnsupportedStore, sqlite3.DatabaseError)) as caught:
        count_nodes(opened(path, cache))
    if name != "garbage_database":  # its header is right: the store refuses it, see test_stores
        assert message in caught.value.message
        assert hint in (caught.value.hint or "")
    assert fingerprint(path) == before


@pytest.mark.parametrize("name", OPENED)
def test_odd_archives_are_opened(name, data, cache):
    archive = opened(data / "edge" / f"{name}.aiida", cache)
    assert count_nodes(archive) == OPENED[name]
    archive.objects.close()


def test_files_are_read_in_place(data, cache):
    archive = opened(data / "lab.aiida", cache)
    with zipfile.ZipFile(data / "lab.aiida") as zipped:
        keys = [name[5:] for name in zipped.namelist() if name.startswith("repo/")]
        assert archive.objects.sizes(keys) == {
            key: zipped.getinfo(f"repo/{key}").file_size for key in keys
        }
        for key in keys:
            with archive.objects.open(key) as stream:
                assert stream.read() == zipped.read(f"repo/{key}")
                assert stream.size == zipped.getinfo(f"repo/{key}").file_size
    assert len(keys) == 111


@pytest.mark.parametrize("key", ["0" * 64, "../../etc/passwd", ""])
def test_a_missing_key_is_an_error_of_that_file(key, data, cache):
    archive = opened(data / "edge" / "missing_object.aiida", cache)
    with pytest.raises(CorruptObject, match="not available"):
        archive.objects.open(key)
    assert archive.objects.sizes([key]) == {}


def test_a_wrong_byte_is_found_at_the_end_of_the_file(data, cache):
    archive = opened(data / "edge" / "bad_crc.aiida", cache)
    intact, damaged = 0, []
    with zipfile.ZipFile(data / "edge" / "bad_crc.aiida") as zipped:
        for name in zipped.namelist():
            if name.startswith("repo/"):
                try:
                    with archive.objects.open(name[5:]) as stream:
                        stream.read()
                    intact += 1
                except CorruptObject as error:
                    damaged.append(error.message)
    assert intact == 3
    assert damaged == ["The content of the file is damaged: it fails its checksum."]


def test_the_database_is_extracted_once_for_all(data, cache):
    first = opened(data / "lab.aiida", cache)
    status = first.database.path.stat()
    second = opened(data / "lab.aiida", cache)
    assert second.identity == first.identity
    assert second.database.path.stat().st_mtime_ns == status.st_mtime_ns
    assert stat.S_IMODE(status.st_mode) == 0o600
    assert stat.S_IMODE(first.database.path.parent.stat().st_mode) == 0o700
    third = opened(data / "materials.aiida", cache)
    assert third.identity != first.identity


def test_a_replaced_archive_has_another_identity(data, cache, tmp_path):
    path = tmp_path / "x.aiida"
    shutil.copy(data / "lab.aiida", path)
    first = opened(path, cache).identity
    os.utime(path, ns=(1, 1))
    assert opened(path, cache).identity != first


def test_an_archive_in_a_folder_that_cannot_be_written(data, cache, tmp_path):
    folder = tmp_path / "readonly"
    folder.mkdir()
    shutil.copy(data / "lab.aiida", folder)
    folder.chmod(0o500)
    before = fingerprint(folder)
    try:
        assert count_nodes(opened(folder / "lab.aiida", cache)) == 312
        assert fingerprint(folder) == before
    finally:
        folder.chmod(0o700)


def test_an_unpacked_archive_is_read_as_a_folder(data, cache, tmp_path):
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(data / "lab.aiida") as zipped:
        zipped.extractall(folder)  # noqa: S202 - our own archive
        key = next(name[5:] for name in zipped.namelist() if name.startswith("repo/"))
    before = fingerprint(folder)
    archive = opened(folder, cache)
    assert count_nodes(archive) == 312
    with archive.objects.open(key) as stream:
        assert len(stream.read()) == archive.objects.sizes([key, "0" * 64])[key]
    for missing in ("0" * 64, "../metadata.json"):
        with pytest.raises(CorruptObject):
            archive.objects.open(missing)
    archive.objects.close()
    assert fingerprint(folder) == before
    (folder / "db.sqlite3").unlink()
    with pytest.raises(UnsupportedStore, match="no database"):
        opened(folder, cache)


def rewritten(source, target, change):
    """Write an archive anew, with what `change(name, content)` gives for each member."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)


def test_the_order_of_members_does_not_matter(data, cache, tmp_path):
    path = tmp_path / "reordered.aiida"
    with zipfile.ZipFile(data / "lab.aiida") as old, zipfile.ZipFile(path, "w") as new:
        new.writestr("__MACOSX/x", b"")
        for name in reversed(old.namelist()):
            new.writestr(name, old.read(name))
    assert count_nodes(opened(path, cache)) == 312


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", "names no version"),
        (b'{"export_version": "banana"}', "unknown schema version: 'banana'"),
        (b'{"export_version": 5}', "unknown schema version: '5'"),
    ],
)
def test_odd_metadata(content, message, data, cache, tmp_path):
    path = tmp_path / "odd.aiida"
    rewritten(
        data / "lab.aiida",
        path,
        lambda name, old: content if name == "metadata.json" else old,
    )
    with pytest.raises(UnsupportedStore, match=message):
        opened(path, cache)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "its database is empty"), (b"nonsense" * 100, "its database is not one")],
)
def test_odd_databases(content, message, data, cache, tmp_path):
    path = tmp_path / "odd.aiida"
    rewritten(data / "lab.aiida", path, lambda name, old: content if name == "db.sqlite3" else old)
    with pytest.raises(UnsupportedStore, match=message):
        opened(path, cache)
    assert [item.name for item in cache.folder.iterdir() if item.is_dir()] == []


def test_a_damaged_database_member_is_refused(data, cache, tmp_path):
    path = tmp_path / "damaged.aiida"
    content = bytearray((data / "lab.aiida").read_bytes())
    with zipfile.ZipFile(data / "lab.aiida") as zipped:
        info = zipped.getinfo("db.sqlite3")
    place = info.header_offset + info.compress_size // 2
    content[place : place + 20] = b"\xff" * 20
    path.write_bytes(content)
    with pytest.raises(UnsupportedStore, match="damaged archive"):
        opened(path, cache)


def test_a_tar_without_metadata_is_no_archive(cache, tmp_path):
    path = tmp_path / "x.aiida"
    with tarfile.open(path, "w:gz"):
        pass
    with pytest.raises(UnsupportedStore, match="not an AiiDA archive"):
        opened(path, cache)


def test_a_file_that_is_not_there(cache, tmp_path):
    with pytest.raises(StoreUnreachable) as caught:
        opened(tmp_path / "none.aiida", cache)
    assert "none.aiida" in caught.value.reason
    assert "none.aiida" not in caught.value.message


def test_no_room_in_the_cache(data, cache, monkeypatch):
    usage = shutil.disk_usage(Path.cwd())._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(StoreUnreachable, match="no room") as caught:
        opened(data / "lab.aiida", cache)
    assert "1000 free" in caught.value.reason


def test_progress_is_told(data, cache):
    seen = []
    opened(data / "lab.aiida", cache, progress=lambda what, done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 0


def test_the_metadata_is_kept(data, cache):
    metadata = opened(data / "lab.aiida", cache).metadata
    assert metadata["aiida_version"] == "2.9.4"
    assert json.dumps(metadata)
