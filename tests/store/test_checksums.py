"""The CRC-32 of contents that is kept in the cache folder."""

from __future__ import annotations

import hashlib
import sqlite3
import threading
from contextlib import closing

import pytest

from provender.settings import Cache
from provender.store.cache import CacheFolder
from provender.store.cacheentry import list_files
from provender.store.files.checksums import FILE, CachedChecksums


def key(number):
    return hashlib.sha256(str(number).encode()).hexdigest()


KNOWN = {key(number): number * 1_000_003 for number in range(2500)}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


@pytest.fixture
def checksums(folder):
    return CachedChecksums(CacheFolder(Cache(folder=folder)))


def test_what_was_kept_is_found(checksums, folder):
    assert checksums.find(KNOWN) == {}
    assert not (folder / FILE).exists()
    checksums.keep(KNOWN)
    assert checksums.find([*KNOWN, key("other"), "no key"]) == KNOWN
    again = CachedChecksums(CacheFolder(Cache(folder=folder)))
    assert again.find([key(7)]) == {key(7): 7 * 1_000_003}
    assert (folder / FILE).stat().st_mode & 0o777 == 0o600


def test_what_is_no_key_is_not_kept(checksums):
    checksums.keep({"no key": 1, key(1): 2})
    assert checksums.find(["no key", key(1)]) == {key(1): 2}


@pytest.mark.parametrize("content", [b"", b"no database" * 500])
def test_a_file_that_is_damaged_is_made_anew(content, checksums, folder):
    checksums.keep(KNOWN)
    (folder / FILE).write_bytes(content)
    assert checksums.find(KNOWN) == {}
    checksums.keep({key(1): 2})
    checksums.keep({key(1): 2})
    assert checksums.find(KNOWN) == {key(1): 2}


@pytest.mark.parametrize("value", ["'x'", "-1", "1 << 32", "NULL", "x'00'"])
def test_a_value_that_is_none_is_not_found(value, checksums, folder):
    checksums.keep({key(1): 2})
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        connection.execute(f"UPDATE checksum SET crc = {value}")
    assert checksums.find([key(1)]) == {}


def test_a_file_that_is_too_large_is_begun_anew(folder):
    small = CachedChecksums(CacheFolder(Cache(folder=folder)), most_bytes=50_000)
    small.keep(KNOWN)
    small.keep({key("new"): 7})
    assert small.find([*KNOWN, key("new")]) == {key("new"): 7}


def test_a_folder_that_cannot_be_used_keeps_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    none = CachedChecksums(CacheFolder(Cache(folder=tmp_path / "file" / "cache")))
    none.keep(KNOWN)
    assert none.find(KNOWN) == {}


def test_a_folder_in_the_place_of_the_file_keeps_nothing(checksums, folder):
    checksums.keep({key(1): 2})
    (folder / FILE).unlink()
    (folder / FILE).mkdir()
    checksums.keep({key(1): 2})
    assert checksums.find([key(1)]) == {}


def test_a_file_that_another_process_writes_costs_a_second_only(checksums, folder):
    checksums.keep({key(1): 2})
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        checksums.keep({key(2): 3})
        assert checksums.find([key(1)]) == {}
        connection.execute("ROLLBACK")
    assert checksums.find([key(1), key(2)]) == {key(1): 2}


def test_many_threads_keep_at_the_same_time(checksums):
    parts = [dict(list(KNOWN.items())[start::8]) for start in range(8)]
    threads = [threading.Thread(target=checksums.keep, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = checksums.find(KNOWN)
    assert len(found) > 2000
    assert found.items() <= KNOWN.items()


def test_the_cache_evicts_entries_beside_it(checksums, folder):
    checksums.keep(KNOWN)
    cache = CacheFolder(Cache(folder=folder, max_bytes=0))
    for name in ("a", "b"):
        cache.entry(name, _made).close()
    assert checksums.find([key(3)]) == {key(3): 3 * 1_000_003}


def _made(place):
    place.mkdir()
    (place / "x").write_text("x")
    list_files(place)
