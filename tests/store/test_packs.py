"""Reading containers that the library of AiiDA wrote."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import os
import random
import shutil
import sqlite3
import threading
from collections import Counter
from contextlib import closing

import pytest
from disk_objectstore import CompressMode
from disk_objectstore import Container as Writer

from provender.errors import CorruptObject, StoreError, StoreUnreachable, UnsupportedStore
from provender.store.files.container import Container
from support.folders import fingerprint

CONTENTS = [b"", b"a" * 10, bytes(range(256)) * 400, b"last"]


def key_of(content):
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "container"


def write(folder, mode=None, **options):
    with Writer(folder) as writer:
        writer.init_container(**options)
        for content in CONTENTS:
            writer.add_object(content)
        if mode is not None:
            writer.pack_all_loose(compress=mode)
            writer.clean_storage()


@pytest.mark.parametrize("mode", [None, CompressMode.NO, CompressMode.YES])
@pytest.mark.parametrize("prefix", [0, 2])
def test_every_form_of_object_is_read_and_no_trace_left(folder, mode, prefix):
    write(folder, mode, loose_prefix_len=prefix)
    before = fingerprint(folder)
    container = Container.at(folder)
    for content in CONTENTS:
        with container.open(key_of(content)) as stream:
            assert stream.size == len(content)
            assert stream.read() == content
    assert container.sizes([key_of(content) for content in CONTENTS]) == {
        key_of(content): len(content) for content in CONTENTS
    }
    container.close()
    assert fingerprint(folder) == before


def test_a_container_that_cannot_be_written(folder):
    write(folder, CompressMode.YES)
    folder.chmod(0o500)
    before = fingerprint(folder)
    try:
        with Container.at(folder).open(key_of(CONTENTS[2])) as stream:
            assert stream.read() == CONTENTS[2]
        assert fingerprint(folder) == before
    finally:
        folder.chmod(0o700)


def test_rows_that_are_still_in_the_wal_are_seen(folder, tmp_path):
    write(folder, CompressMode.YES)
    content = b"added while somebody writes"
    with Writer(folder) as writer:
        writer.add_objects_to_pack([content])
        assert (folder / "packs.idx-wal").stat().st_size
        with Container.at(folder).open(key_of(content)) as stream:
            assert stream.read() == content
        left = tmp_path / "left"  # as a writer leaves it that was killed
        shutil.copytree(folder, left)
        (left / "packs.idx-shm").unlink()
        before = fingerprint(left)
        with Container.at(left).open(key_of(content)) as stream:
            assert stream.read() == content
        assert Container.at(left).sizes([key_of(content)]) == {key_of(content): len(content)}
        assert fingerprint(left) == before


def test_an_object_may_be_loose_and_packed(unpacked):
    container = Container.at(unpacked / "repo" / "container")
    path = f"file:{container.folder}/packs.idx?immutable=1"
    with closing(sqlite3.connect(path, uri=True)) as index:
        keys = [key for (key,) in index.execute("SELECT hashkey FROM db_object")]
    both = [key for key in keys if (container.folder / "loose" / key[:2] / key[2:]).exists()]
    assert both
    for key in keys:
        with container.open(key) as stream:
            assert key_of(stream.read()) == key


def test_many_sizes_at_once(folder):
    with Writer(folder) as writer:
        writer.init_container()
        keys = writer.add_objects_to_pack([str(number).encode() for number in range(2000)])
    found = Container.at(folder).sizes([*keys, "0" * 64, "nonsense"])
    assert found == {key: len(str(number)) for number, key in enumerate(keys)}


@pytest.mark.parametrize("key", ["0" * 64, "../config.json", "", "A" * 64])
def test_a_missing_key_is_an_error_of_that_file(key, folder):
    write(folder)
    with pytest.raises(CorruptObject):
        Container.at(folder).open(key)


def test_a_compression_that_is_not_known(folder):
    write(folder, CompressMode.YES)
    change_config(folder, compression_algorithm="zstd+3")
    with pytest.raises(CorruptObject, match="has an unknown compression"):
        Container.at(folder).open(key_of(CONTENTS[2]))


def test_a_pack_that_is_away_is_an_error_of_the_file(folder):
    write(folder, CompressMode.NO)
    (folder / "packs" / "0").unlink()
    with pytest.raises(CorruptObject):
        Container.at(folder).open(key_of(CONTENTS[2]))


def test_files_are_whole_while_a_container_is_packed_anew(folder):
    """As `verdi storage maintain --full` does: packs of the same names get other offsets."""
    contents = [os.urandom(25 * number) * 3 for number in range(1, 200)]
    with Writer(folder) as writer:
        writer.init_container()
        keys = writer.add_objects_to_pack(contents)
    found, done = Counter(), threading.Event()
    container = Container.at(folder)

    def read():
        while not done.is_set():
            key = random.choice(keys)  # noqa: S311 - no secret
            with container.open(key) as stream:
                found[key_of(stream.read()) == key] += 1

    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        readers = [threads.submit(read) for _ in range(4)]
        for mode in (CompressMode.YES, CompressMode.NO) * 10:
            with Writer(folder) as writer:
                writer.repack(compress_mode=mode)
                writer.clean_storage()
        done.set()
        assert [one.exception() for one in readers] == [None] * 4
    assert set(found) == {True}


def test_an_index_that_cannot_be_read(folder):
    write(folder, CompressMode.NO)
    (folder / "packs.idx").write_bytes(b"nonsense" * 1000)
    with pytest.raises(UnsupportedStore, match="index of the file repository is damaged"):
        Container.at(folder).open(key_of(CONTENTS[2]))
    (folder / "packs.idx").unlink()
    (folder / "packs.idx").mkdir()
    with pytest.raises(StoreUnreachable, match="cannot be read") as caught:
        Container.at(folder).open(key_of(CONTENTS[2]))
    assert caught.value.hint == "Try again later."


def change_config(folder, **values):
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def reason(folder):
    with pytest.raises(StoreError) as caught:
        Container.at(folder)
    assert str(folder) not in caught.value.message
    return caught.value.reason


def test_a_folder_that_is_not_a_container_is_told_from_one_that_is_not_there(folder, tmp_path):
    assert reason(tmp_path / "none") == f"There is no folder {tmp_path}/none."
    assert reason(tmp_path) == f"{tmp_path} is not a container: it has no config.json."
    write(folder)
    around, inside = tmp_path / "around", folder / "packs"
    around.mkdir()
    (around / "container").symlink_to(folder)
    for place, meant in ((around, around / "container"), (inside, folder)):
        expected = f"{place} is not a container: it has no config.json. Is {meant} meant?"
        assert reason(place) == expected
    (tmp_path / "config.json").write_text('{"profiles": {}}')  # that of AiiDA
    (tmp_path / "deep").mkdir()
    assert "meant" not in reason(tmp_path / "deep")


def test_folders_that_are_no_container(folder, tmp_path):
    with pytest.raises(StoreUnreachable):
        Container.at(tmp_path / "none")
    odd = '{"container_version": 1, "loose_prefix_len": "two"}'
    for content in ("nonsense", "[]", "{}", odd):
        folder.mkdir(exist_ok=True)
        (folder / "config.json").write_text(content)
        with pytest.raises(UnsupportedStore):
            Container.at(folder)


@pytest.mark.parametrize("change", [{"container_version": 2}, {"hash_type": "sha1"}])
def test_containers_of_another_kind(change, folder):
    write(folder)
    change_config(folder, **change)
    with pytest.raises(UnsupportedStore) as caught:
        Container.at(folder)
    assert str(next(iter(change.values()))) in caught.value.reason
