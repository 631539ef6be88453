"""Indexes that stay open between requests, while AiiDA's library writes and packs."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from disk_objectstore import CompressMode
from disk_objectstore import Container as Writer

from provender.errors import CorruptObject
from provender.store.files.container import Container
from support.folders import fingerprint


@pytest.fixture
def folder(tmp_path):
    pack(tmp_path / "container", b"first")
    return tmp_path / "container"


def key_of(content):
    return hashlib.sha256(content).hexdigest()


def pack(folder, *contents):
    with Writer(folder) as writer:
        if not writer.is_initialised:
            writer.init_container()
        writer.add_objects_to_pack(list(contents))


def read(container, content):
    with container.open(key_of(content)) as stream:
        return stream.read() == content


def kept(container):
    return len(container.index.kept)


def test_the_index_stays_open_between_two_reads_and_leaves_no_trace(folder):
    before, container = fingerprint(folder), Container.at(folder)
    assert read(container, b"first")
    (known,) = container.index.kept
    assert read(container, b"first")
    assert container.index.kept == (known,)
    container.close()
    assert kept(container) == 0
    assert fingerprint(folder) == before


def test_what_is_packed_later_is_found(folder):
    container = Container.at(folder)
    for number in range(20):
        content = f"number {number}".encode()
        with pytest.raises(CorruptObject):
            container.open(key_of(content))
        pack(folder, content)
        assert read(container, content)
        assert container.sizes([key_of(content)]) == {key_of(content): len(content)}


def test_what_moves_when_packs_are_written_anew_is_found(folder):
    contents = [bytes([number]) * 1000 for number in range(50)]
    pack(folder, *contents)
    container = Container.at(folder)
    assert all(read(container, content) for content in contents)
    with Writer(folder) as writer:
        writer.delete_objects([key_of(content) for content in contents[:25]])
        writer.repack(CompressMode.YES)
    assert all(read(container, content) for content in contents[25:])
    with pytest.raises(CorruptObject):
        container.open(key_of(contents[0]))


def test_another_container_in_its_place_is_read(folder, tmp_path):
    pack(tmp_path / "other", b"second")
    container = Container.at(folder)
    assert read(container, b"first")
    shutil.rmtree(folder)
    (tmp_path / "other").rename(folder)
    assert read(container, b"second")
    with pytest.raises(CorruptObject):
        container.open(key_of(b"first"))


def test_a_writer_never_waits_for_an_index_that_stays_open(folder):
    container = Container.at(folder)
    assert read(container, b"first")
    assert kept(container) == 1
    with closing(sqlite3.connect(folder / "packs.idx", timeout=0)) as writer:
        writer.execute("PRAGMA locking_mode = EXCLUSIVE")
        assert writer.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
        writer.execute("VACUUM")


def test_while_somebody_writes_nothing_stays_open(folder):
    container = Container.at(folder)
    with Writer(folder) as writer:
        writer.add_objects_to_pack([b"second"])
        assert (folder / "packs.idx-wal").stat().st_size
        assert read(container, b"first")
        assert read(container, b"second")
        assert kept(container) == 0
    assert not (folder / "packs.idx-wal").exists()
    assert read(container, b"second")
    assert kept(container) == 1


def test_many_threads_share_few_connections(folder):
    contents = [str(number).encode() for number in range(200)]
    pack(folder, *contents)
    container = Container.at(folder)
    with ThreadPoolExecutor(16) as threads:
        assert all(threads.map(lambda content: read(container, content), contents * 5))
    assert 1 <= kept(container) < 16
    container.close()
    assert read(container, b"first")
    assert kept(container) == 0
