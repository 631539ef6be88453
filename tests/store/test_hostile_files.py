"""Archives and containers that somebody made to read other files, or to take all memory or time."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import struct
import tarfile
import tracemalloc
import zipfile
from contextlib import closing, contextmanager

import pytest

from provender.errors import CorruptObject, StoreError, StoreUnreachable, UnsupportedStore
from provender.settings import Cache
from provender.store import aiidaconfig, layout
from provender.store.archive import LARGEST_METADATA, open_archive
from provender.store.cache import CacheFolder
from provender.store.files.container import Container
from provender.store.regular import NotRegularError, TooLargeError, open_regular, read_whole

SECRET = b"a secret of the server" * 100_000
KEY = "ab" * 32


@pytest.fixture
def cache(tmp_path):
    return CacheFolder(Cache(folder=tmp_path / "cache"))


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    return path


@pytest.fixture
def folder(data, tmp_path):
    """The lab's archive, unpacked."""
    path = tmp_path / "unpacked"
    with zipfile.ZipFile(data / "lab.aiida") as zipped:
        for name in zipped.namelist():
            zipped.extract(name, path)
    return path


@pytest.fixture
def container(unpacked, tmp_path):
    path = tmp_path / "container"
    shutil.copytree(unpacked / "repo" / "container", path)
    return path


def opened(path, cache):
    return open_archive(path, "The store `x`", cache)


def refused(path, cache, words):
    with pytest.raises(UnsupportedStore, match=words) as caught:
        opened(path, cache)
    assert len(caught.value.message) < 300


def file_of(folder):
    """Return the URL of a file at the top of some node, and its key."""
    with closing(sqlite3.connect(folder / "db.sqlite3")) as connection:
        rows = connection.execute(
            "SELECT uuid, repository_metadata FROM db_dbnode WHERE repository_metadata LIKE '%k%'"
        ).fetchall()
    for uuid, text in rows:
        for name, entry in json.loads(text).get("o", {}).items():
            if "k" in entry:
                return f'/api/v4/nodes/{uuid}/repo/contents?filename="{name}"', entry["k"]
    raise AssertionError("no file")


KINDS = {
    "a link": lambda path, secret: path.symlink_to(secret),
    "a link to nothing": lambda path, secret: path.symlink_to(secret.with_name("none")),
    "a link to a device": lambda path, secret: path.symlink_to("/dev/zero"),
    "a pipe": lambda path, secret: os.mkfifo(path),
    "a folder": lambda path, secret: path.mkdir(),
}


def replaced(path, kind, secret):
    path.unlink(missing_ok=True)
    KINDS[kind](path, secret)


@pytest.mark.parametrize("kind", KINDS)
def test_only_regular_files_of_an_unpacked_archive_are_read(kind, folder, secret, cache):
    replaced(folder / "repo" / KEY, kind, secret)
    objects = opened(folder, cache).objects
    with pytest.raises(CorruptObject, match="is a link or no file"):
        objects.open(KEY)
    assert objects.sizes([KEY]) == {}


def test_no_file_of_the_server_is_served_through_a_link(folder, secret, make_app):
    client = make_app(store=folder).test_client()
    path, key = file_of(folder)
    assert client.get(path).status_code == 200
    replaced(folder / "repo" / key, "a link", secret)
    answer = client.get(path)
    assert answer.status_code == 500
    assert answer.json["code"] == "corrupt-object"
    assert str(secret) not in answer.text
    assert b"secret of" not in answer.data


def test_the_folder_of_objects_of_an_unpacked_archive_is_no_link(folder, tmp_path, cache):
    (folder / "repo").rename(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / KEY).write_bytes(SECRET)
    (folder / "repo").symlink_to(tmp_path / "elsewhere")
    objects = opened(folder, cache).objects
    with pytest.raises(CorruptObject):
        objects.open(KEY)
    assert objects.sizes([KEY]) == {}


def test_an_unpacked_archive_may_itself_be_a_link(folder, tmp_path, cache):
    (tmp_path / "linked").symlink_to(folder)
    (folder / "repo" / KEY).write_bytes(SECRET)
    with opened(tmp_path / "linked", cache).objects.open(KEY) as stream:
        assert stream.read() == SECRET


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["db.sqlite3", "metadata.json"])
def test_a_part_of_an_unpacked_archive_that_is_no_regular_file(name, kind, folder, secret, cache):
    replaced(folder / name, kind, secret)
    refused(folder, cache, "is a link, or no file at all")


@pytest.mark.parametrize("kind", ["a pipe", "a link to a device"])
def test_an_archive_that_is_no_regular_file(kind, secret, tmp_path, cache):
    replaced(tmp_path / "x.aiida", kind, secret)
    refused(tmp_path / "x.aiida", cache, "is a link, or no file at all")


def test_an_archive_may_be_a_link(data, tmp_path, cache):
    (tmp_path / "x.aiida").symlink_to(data / "lab.aiida")
    opened(tmp_path / "x.aiida", cache).objects.close()


@pytest.mark.parametrize("kind", KINDS)
def test_only_regular_files_of_a_container_are_read(kind, container, secret):
    (container / "loose" / KEY[:2]).mkdir(exist_ok=True)
    replaced(container / "loose" / KEY[:2] / KEY[2:], kind, secret)
    found = Container.at(container)
    with pytest.raises(CorruptObject):
        found.open(KEY)
    assert found.sizes([KEY]) == {}


def test_a_folder_of_loose_objects_is_no_link(container, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / KEY[2:]).write_bytes(SECRET)
    shutil.rmtree(container / "loose" / KEY[:2], ignore_errors=True)
    (container / "loose" / KEY[:2]).symlink_to(tmp_path / "other")
    with pytest.raises(CorruptObject):
        Container.at(container).open(KEY)


def indexed(container, *values):
    """Give the container an index with one object: pack, offset, length, size, compressed."""
    (container / "packs.idx").unlink()
    with closing(sqlite3.connect(container / "packs.idx")) as index, index:
        index.execute(
            'CREATE TABLE db_object (hashkey, pack_id, "offset", length, size, compressed)'
        )
        index.execute("INSERT INTO db_object VALUES (?, ?, ?, ?, ?, ?)", (KEY, *values))


SIZE = len(SECRET)


@pytest.mark.parametrize(
    "values",
    [
        ("../../secret", 0, SIZE, SIZE, 0),
        ("{secret}", 0, SIZE, SIZE, 0),
        (b"0", 0, SIZE, SIZE, 0),
        (1.5, 0, SIZE, SIZE, 0),
        (7, 0, SIZE, SIZE, 0),
        (0, -1, 10, 10, 0),
        (0, "0", 10, 10, 0),
        (0, 0, None, None, 0),
        (0, 0, 10, "10", 1),
        (None, 0, 10, 10, 0),
    ],
)
def test_an_index_that_names_another_file(values, container, secret):
    (container / "packs" / "7").symlink_to(secret)
    indexed(container, *(str(v).format(secret=secret) if isinstance(v, str) else v for v in values))
    with pytest.raises(CorruptObject):
        Container.at(container).open(KEY)


def test_a_size_that_is_no_number_is_not_told(container):
    indexed(container, 0, 0, 10, "many", 0)
    assert Container.at(container).sizes([KEY]) == {}


def test_a_container_may_be_reached_through_links(container, secret, tmp_path):
    for name in ("loose", "packs"):
        (container / name).rename(tmp_path / name)
        (container / name).symlink_to(tmp_path / name)
    (tmp_path / "linked").symlink_to(container)
    path = next(item for item in (tmp_path / "loose").rglob("*") if item.is_file())
    key = path.parent.name + path.name
    with Container.at(tmp_path / "linked").open(key) as stream:
        assert hashlib.sha256(stream.read()).hexdigest() == key


@pytest.mark.parametrize(
    "config",
    [
        b'{"container_version": 1, "loose_prefix_len": 63.0}',
        b'{"container_version": 1, "loose_prefix_len": 64}',
        b'{"container_version": 1, "loose_prefix_len": -1}',
        b'{"container_version": 1, "x": ' + b"[" * 100_000,
        b" " * (layout.LARGEST_CONFIGURATION + 1),
        b"\xff\xfe",
    ],
)
def test_a_hostile_configuration_of_a_container(config, container):
    (container / "config.json").write_bytes(config)
    with pytest.raises(StoreError):
        Container.at(container)
    assert not layout.is_container(container) or len(config) < 100


@pytest.mark.parametrize("kind", ["a pipe", "a folder", "a link to a device"])
def test_a_configuration_that_is_no_regular_file(kind, container, secret):
    replaced(container / "config.json", kind, secret)
    with pytest.raises(StoreUnreachable):
        Container.at(container)
    with pytest.raises(Exception, match="cannot be read"):
        aiidaconfig.read_profiles(container)


def archived(path, metadata, database=b"", method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as new:
        new.writestr("metadata.json", metadata)
        new.writestr("db.sqlite3", database)
    return path


LARGE = {
    "spaces": b" " * (LARGEST_METADATA + 1),
    "lists": b'{"export_version": "main_0001", "x": [' + b"[]," * 5_000_000 + b"[]]}",
    "objects": b"[" + b"{}," * 5_000_000 + b"{}]",
    "numbers": b"[" + b"1.5," * 5_000_000 + b"1]",
    "deep": b"[" * 900_000,
    "a version": json.dumps({"export_version": "x" * 1_000_000}).encode(),
}


@pytest.mark.parametrize("name", LARGE)
def test_metadata_takes_little_memory(name, tmp_path, cache, folder):
    path = archived(tmp_path / "x.aiida", LARGE[name])
    (folder / "metadata.json").write_bytes(LARGE[name])
    tracemalloc.start()
    try:
        for place in (path, folder):
            refused(place, cache, "too large|not JSON|unknown schema version")
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken < 4 * LARGEST_METADATA


def with_size(path, name, size):
    """Change the declared size of a member, in the directory and at its place."""
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as zipped:
        info = zipped.getinfo(name)
    struct.pack_into("<L", content, info.header_offset + 22, size)
    place = content.find(name.encode(), content.find(b"PK\x01\x02")) - 46
    struct.pack_into("<L", content, place + 24, size)
    path.write_bytes(content)


def test_no_more_is_unpacked_than_an_archive_declares(data, tmp_path, cache):
    with zipfile.ZipFile(data / "lab.aiida") as old:
        metadata, database = old.read("metadata.json"), old.read("db.sqlite3")
    path = archived(tmp_path / "x.aiida", metadata, database + bytes(50_000_000))
    with_size(path, "db.sqlite3", len(database))
    refused(path, cache, "damaged")
    path = archived(tmp_path / "y.aiida", metadata + b" " * 50_000_000, database)
    with_size(path, "metadata.json", len(metadata))
    tracemalloc.start()
    try:
        refused(path, cache, "damaged")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_database_compressed_beyond_belief_is_refused(data, tmp_path):
    with zipfile.ZipFile(data / "lab.aiida") as old:
        metadata, database = old.read("metadata.json"), old.read("db.sqlite3")
    path = archived(tmp_path / "x.aiida", metadata, database + bytes(200_000_000))
    small = CacheFolder(Cache(folder=tmp_path / "cache", max_bytes=100_000_000))
    refused(path, small, "compressed")
    assert [item.name for item in small.folder.iterdir() if item.is_dir()] == []
    opened(path, CacheFolder(Cache(folder=tmp_path / "cache"))).objects.close()


@pytest.mark.parametrize(
    "name", ["repo/../../x", "/repo/x", f"repo/{KEY}\0", f"REPO/{KEY}", "../x"]
)
def test_names_that_lead_elsewhere_are_not_those_of_files(name, data, tmp_path, cache):
    path = tmp_path / "x.aiida"
    shutil.copy(data / "lab.aiida", path)
    with zipfile.ZipFile(path, "a") as zipped:
        info = zipfile.ZipInfo()
        info.filename = name
        zipped.writestr(info, b"hostile")
    archive = opened(path, cache)
    assert archive.objects.sizes([KEY, name]) == {}
    with pytest.raises(CorruptObject):
        archive.objects.open(KEY)


def with_huge_numbers(data, path, shift, places):
    """Copy the lab; numbers of its objects are in extra fields, and 2⁶⁴ - 1 - shift."""
    with zipfile.ZipFile(data / "lab.aiida") as old:
        metadata, database = old.read("metadata.json"), old.read("db.sqlite3")
    archived(path, metadata, database)
    with zipfile.ZipFile(path, "a") as zipped:
        info = zipfile.ZipInfo(f"repo/{KEY}")
        info.extra = struct.pack("<HH3Q", 1, 24, *[(1 << 64) - 1 - shift] * 3)
        zipped.writestr(info, b"hostile")
    content = bytearray(path.read_bytes())
    entry = content.rfind(b"PK\x01\x02")
    for place in places:
        struct.pack_into("<L", content, entry + place, 0xFFFFFFFF)
    path.write_bytes(content)


@pytest.mark.parametrize("shift", [0, 1 << 63, (1 << 64) - 1 - (1 << 40)])
@pytest.mark.parametrize("places", [(24, 20, 42), (42,), (24, 20)])
def test_numbers_that_are_larger_than_any_file(shift, places, data, tmp_path, cache):
    path = tmp_path / "x.aiida"
    with_huge_numbers(data, path, shift, places)
    archive = opened(path, cache)
    with pytest.raises(CorruptObject):
        archive.objects.open(KEY).read(10)
    archive.objects.close()


def test_a_directory_that_claims_more_members_than_it_has(data, tmp_path, cache):
    path = tmp_path / "x.aiida"
    content = bytearray((data / "lab.aiida").read_bytes())
    end = content.rfind(b"PK\x05\x06")
    struct.pack_into("<2H", content, end + 8, 65_000, 65_000)
    path.write_bytes(content)
    refused(path, cache, "truncated or damaged")


def test_extra_fields_without_end_are_passed_over(data, tmp_path, cache):
    path = tmp_path / "x.aiida"
    with_huge_numbers(data, path, 0, ())
    with zipfile.ZipFile(path, "a") as zipped:
        for number in range(300):
            info = zipfile.ZipInfo(f"repo/{number:064x}")
            info.extra = struct.pack("<HH", 9, 0) * 16_000
            zipped.writestr(info, b"")
    archive = opened(path, cache)
    assert len(archive.objects.sizes([f"{number:064x}" for number in range(300)])) == 300
    archive.objects.close()


@pytest.fixture
def small_cache(tmp_path):
    return CacheFolder(Cache(folder=tmp_path / "cache", max_bytes=50_000_000))


@contextmanager
def few_bytes(most):
    """Fail if the block takes more than so many bytes of memory at a time."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < most
    finally:
        tracemalloc.stop()


def test_a_tar_is_searched_for_its_metadata_but_not_without_end(tmp_path, small_cache):
    path = tmp_path / "x.aiida"
    with tarfile.open(path, "w:gz") as tar:
        for name, size in (("a", 100_000_000), ("metadata.json", 100)):
            info = tarfile.TarInfo(name)
            info.size = size
            tar.addfile(info, io.BytesIO(bytes(size)))
    with few_bytes(5_000_000):
        refused(path, small_cache, "not an AiiDA archive")


def test_a_tar_with_a_header_of_gigabytes(tmp_path, cache):
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 4 << 30
    path = tmp_path / "x.aiida"
    path.write_bytes(gzip.compress(info.tobuf() + bytes(100_000_000), 1))
    with few_bytes(5_000_000):
        refused(path, cache, "not a readable archive: the tar file is truncated or damaged")


def test_an_older_zip_whose_files_unpack_to_much_is_refused_with_the_figure(tmp_path, small_cache):
    path = tmp_path / "x.aiida"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("metadata.json", '{"export_version": "0.10", "aiida_version": "1.6.0"}')
        zipped.writestr("data.json", "{}")
        for number in range(3):
            zipped.writestr(f"nodes/aa/bb/cc{number}/path/x", bytes(30_000_000))
    refused(path, small_cache, r"unpacks to 6\d+ bytes or more, and `cache.max_bytes` allows 5\d+")


def test_regular_files(tmp_path, secret):
    (tmp_path / "link").symlink_to(secret)
    os.close(open_regular(tmp_path / "link"))
    with pytest.raises(NotRegularError):
        open_regular(tmp_path / "link", below=tmp_path)
    with pytest.raises(TooLargeError):
        read_whole(secret, SIZE - 1)
    assert read_whole(secret, SIZE, below=tmp_path) == SECRET
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "none", below=tmp_path)
