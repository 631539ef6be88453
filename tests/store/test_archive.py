"""Archives: opened, or refused with the reason."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from provender.errors import CorruptObject, StoreUnreachable, UnsupportedStore
from provender.settings import Cache, Limits, Pool
from provender.store.archive import LARGEST_METADATA, open_archive
from provender.store.cache import CacheFolder
from provender.store.database import engines
from provender.store.database.reader import Reader
from provender.store.inspection import missing_indexes
from support.folders import fingerprint

REFUSED = {
    "unknown_main_9999": ("main_9999, newer than main_0002", "newer Provender"),
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
    "old_main_0000": 10,
    "legacy_0.12": 10,
    "legacy_0.4_tar": 10,
    "legacy_0.3": 10,
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


def test_an_older_archive_has_all_indexes(data, cache):
    archive = opened(data / "edge" / "legacy_0.12.aiida", cache)
    engine = engines.sqlite(archive.database, Pool(), Limits())
    with closing(Reader(engine, "x")) as reader:
        missing = reader.within(lambda snapshot: missing_indexes(snapshot, engine.backend))
    assert missing == ()
    archive.objects.close()


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
    with pytest.raises(CorruptObject, match="is missing in"):
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


def zipfile_read(data, key):
    """Return a file of the lab as the standard library reads it."""
    with zipfile.ZipFile(data / "lab.aiida") as zipped:
        return zipped.read(f"repo/{key}")


def rewritten(source, target, change):
    """Write an archive anew, with what `change(name, content)` gives for each member."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)


def compressed(source, target, method):
    """Write an archive anew, all its members compressed by a method of `zipfile`."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))


METHODS = {"bzip2": zipfile.ZIP_BZIP2, "lzma": zipfile.ZIP_LZMA}


@pytest.mark.parametrize("method", METHODS)
def test_archives_are_read_however_their_members_are_compressed(method, data, cache, tmp_path):
    path = tmp_path / "x.aiida"
    compressed(data / "lab.aiida", path, METHODS[method])
    archive = opened(path, cache)
    assert count_nodes(archive) == 312
    with zipfile.ZipFile(data / "lab.aiida") as zipped:
        contents = {
            name[5:]: zipped.read(name) for name in zipped.namelist() if name.startswith("repo/")
        }
    assert len(contents) == 111
    for key, content in contents.items():
        with archive.objects.open(key) as stream:
            assert stream.read() == content
            assert stream.seek(-3, io.SEEK_END) == max(0, len(content) - 3)
            assert stream.read(2) == content[-3:][:2]
    sizes = {key: len(content) for key, content in contents.items()}
    assert archive.objects.sizes(list(contents)) == sizes


@pytest.mark.parametrize("method", METHODS)
def test_a_wrong_byte_in_any_compression_is_an_error_of_that_file(method, data, cache, tmp_path):
    path = tmp_path / "x.aiida"
    compressed(data / "edge" / "stored_members.aiida", path, METHODS[method])
    with zipfile.ZipFile(path) as zipped:
        names = [info for info in zipped.infolist() if info.filename.startswith("repo/")]
        info = max(names, key=lambda info: info.compress_size)
    content = bytearray(path.read_bytes())
    content[info.header_offset + 30 + len(info.filename) + info.compress_size // 2] ^= 0x55
    path.write_bytes(content)
    archive = opened(path, cache)
    with (
        archive.objects.open(info.filename[5:]) as stream,
        pytest.raises(CorruptObject, match="is damaged"),
    ):
        stream.read()


def marked(source, target, name, change):
    """Copy an archive; `change` is an offset in the directory's entry of a member, and a value."""
    content = bytearray(source.read_bytes())
    place = content.rindex(name.encode()) - 46
    assert content[place : place + 4] == b"PK\x01\x02"
    offset, value = change
    content[place + offset : place + offset + 2] = value.to_bytes(2, "little")
    target.write_bytes(content)


ENCRYPTED, METHOD = 8, 10
"""Where an entry of the directory has its flags and its method."""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((ENCRYPTED, 1), "is encrypted"),
        ((METHOD, 99), "is encrypted"),
        ((METHOD, 9), "is compressed with Deflate64"),
        ((METHOD, 77), "is compressed with method 77"),
    ],
)
@pytest.mark.parametrize("name", ["metadata.json", "db.sqlite3"])
def test_members_in_forms_that_are_not_read_are_not_called_damaged(
    change, words, name, data, cache, tmp_path
):
    path = tmp_path / "x.aiida"
    marked(data / "lab.aiida", path, name, change)
    with pytest.raises(UnsupportedStore) as caught:
        opened(path, cache)
    assert caught.value.message == f"The store `x` cannot be read: its {name} {words}."
    assert "zip it again" in caught.value.hint


@pytest.mark.parametrize(
    ("change", "words"), [((ENCRYPTED, 1), "is encrypted"), ((METHOD, 98), "with PPMd")]
)
def test_a_file_in_a_form_that_is_not_read_is_an_error_of_that_file(
    change, words, data, cache, tmp_path
):
    path = tmp_path / "x.aiida"
    with zipfile.ZipFile(data / "lab.aiida") as zipped:
        names = [name for name in zipped.namelist() if name.startswith("repo/")]
    marked(data / "lab.aiida", path, names[0], change)
    archive = opened(path, cache)
    with pytest.raises(CorruptObject, match=words) as caught:
        archive.objects.open(names[0][5:])
    assert "damaged" not in caught.value.message
    with archive.objects.open(names[1][5:]) as stream:
        assert stream.read() == zipfile_read(data, names[1][5:])


def test_a_metadata_file_is_not_read_whatever_its_size(data, cache, tmp_path):
    path = tmp_path / "bomb.aiida"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as new:
        new.writestr("metadata.json", b" " * (LARGEST_METADATA + 1))
    assert path.stat().st_size < 10_000
    with pytest.raises(UnsupportedStore, match=r"its metadata\.json is too large"):
        opened(path, cache)


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
        (b'{"export_version": 5}', "its version is no string: 5"),
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
    [(b"", "its database is empty"), (b"nonsense" * 100, "its database is not a SQLite file")],
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


def test_a_tar_is_searched_for_its_metadata_once(data, cache, tmp_path):
    path = tmp_path / "late.tar.gz"
    with (
        tarfile.open(data / "edge" / "legacy_0.4_tar.aiida") as old,
        tarfile.open(path, "w:gz") as new,
    ):
        first = tarfile.TarInfo("nodes/aa/bb/cc/path/zeros")
        first.size = 64 << 20
        new.addfile(first, io.BytesIO(bytes(first.size)))
        for member in old.getmembers():
            new.addfile(member, old.extractfile(member) if member.isfile() else None)
    seconds = []
    for _ in range(2):
        begun = time.process_time()
        archive = opened(path, cache, progress=lambda what, done, total: None)
        seconds.append(time.process_time() - begun)
        assert archive.metadata["export_version"] == "0.4"
    assert seconds[1] < seconds[0] / 5


def test_progress_is_told(data, cache):
    seen = []
    opened(data / "lab.aiida", cache, progress=lambda what, done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1] > 0


def test_the_metadata_is_kept(data, cache):
    metadata = opened(data / "lab.aiida", cache).metadata
    assert metadata["aiida_version"] == "2.9.4"
    assert json.dumps(metadata)
