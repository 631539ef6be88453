from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from provender.errors import ConfigurationError
from provender.settings import Cache
from provender.store.cache import CacheFolder
from provender.store.preparing import Recipe, prepare
from provender.store.progress import quietly


def fill_with(size, made=None):
    def fill(folder, progress):
        if made is not None:
            made.append(folder)
        (folder / "content").write_bytes(b"x" * size)

    return fill


def entry(cache, key, fill, names=()):
    return prepare(cache, Recipe(key, names, fill), quietly, "The store `x`")


def names(folder):
    return {path.name for path in folder.iterdir() if path.is_dir()}


def test_an_entry_is_made_once_also_by_many_threads(tmp_path):
    cache = CacheFolder(Cache(folder=tmp_path))
    made, entries = [], []

    def work():
        entries.append(entry(cache, "key", fill_with(10, made)))

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1
    assert {entry.folder for entry in entries} == {tmp_path / "key"}


def test_what_was_not_finished_is_not_an_entry(tmp_path):
    cache = CacheFolder(Cache(folder=tmp_path))

    def fail(folder, progress):
        (folder / "half").write_bytes(b"x")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        entry(cache, "key", fail)
    assert names(tmp_path) == set()
    (tmp_path / "key.making-killed").mkdir()
    entry(cache, "key", fill_with(1))
    assert names(tmp_path) == {"key"}


def test_an_entry_that_lost_a_file_while_it_was_made_is_made_again(tmp_path):
    made = []

    def fill(folder, progress):
        fill_with(10, made)(folder, progress)
        if len(made) == 1:
            (folder / "content").unlink()  # another process clears the cache

    found = entry(CacheFolder(Cache(folder=tmp_path)), "key", fill, ["content"])
    assert (len(made), list(found.files)) == (2, ["content"])


def test_the_least_recently_used_entries_go(tmp_path):
    cache = CacheFolder(Cache(folder=tmp_path, max_bytes=250))
    for number, key in enumerate("abc"):
        entry(cache, key, fill_with(100)).close()
        os.utime(tmp_path / key, ns=(number, number))
    entry(cache, "b", fill_with(100)).close()
    entry(cache, "d", fill_with(100)).close()
    assert names(tmp_path) == {"b", "d"}
    assert not (tmp_path / "a.lock").exists()


def test_entries_in_use_stay(tmp_path):
    cache = CacheFolder(Cache(folder=tmp_path, max_bytes=0))
    first = entry(cache, "a", fill_with(100))
    second = entry(cache, "b", fill_with(100))
    assert names(tmp_path) == {"a", "b"}
    first.close()
    entry(cache, "c", fill_with(100)).close()
    assert names(tmp_path) == {"b", "c"}
    second.close()


def test_another_process_keeps_its_entry(tmp_path):
    program = (
        "import sys; from pathlib import Path; from provender.store.cache import CacheFolder;"
        "from provender.settings import Cache;"
        "from provender.store.preparing import Recipe, prepare;"
        "cache = CacheFolder(Cache(folder=Path(sys.argv[1])));"
        "entry = prepare(cache, Recipe('a', (), lambda folder, told: None), print, 'x');"
        "print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout.readline() == b"ready\n"
        (tmp_path / "a" / "content").write_bytes(b"x" * 100)
        cache = CacheFolder(Cache(folder=tmp_path, max_bytes=0))
        entry(cache, "b", fill_with(100)).close()
        assert "a" in names(tmp_path)
        other.stdin.close()
    entry(cache, "c", fill_with(100)).close()
    assert "a" not in names(tmp_path)


def test_the_folder_is_private_and_in_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = CacheFolder(Cache()).folder
    assert folder == tmp_path / "provender"
    assert folder.stat().st_mode & 0o777 == 0o700


def test_without_a_usable_home_it_is_in_the_temporary_folder(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert CacheFolder(Cache()).folder == tmp_path / f"provender-{os.geteuid()}"
    Path(tmp_path / f"provender-{os.geteuid()}").chmod(0o777)
    with pytest.raises(ConfigurationError, match="can be written by other users"):
        _ = CacheFolder(Cache()).folder


def test_a_folder_that_others_can_write_is_refused(tmp_path):
    tmp_path.chmod(0o777)
    with pytest.raises(ConfigurationError, match="can be written by other users"):
        _ = CacheFolder(Cache(folder=tmp_path)).folder


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path):
    os.chown(tmp_path, 12345, 12345)
    with pytest.raises(ConfigurationError, match="belongs to another user"):
        _ = CacheFolder(Cache(folder=tmp_path)).folder


@pytest.mark.parametrize("problem", ["is not a folder", "can be written by other users"])
def test_what_stays_wrong_is_looked_at_once(problem, tmp_path):
    folder, made = tmp_path / "cache", []
    if problem == "is not a folder":
        folder.write_text("")
    else:
        folder.mkdir()
        folder.chmod(0o777)

    def note(_, event, called):
        if event == "c_call" and called is os.mkdir:
            made.append(called)

    sys.setprofile(note)
    try:
        with pytest.raises(ConfigurationError, match=problem):
            _ = CacheFolder(Cache(folder=folder)).folder
    finally:
        sys.setprofile(None)
    assert len(made) == 1


def test_a_folder_that_is_removed_while_it_is_made_is_made_again(tmp_path):
    folder, is_over = tmp_path / "cache", threading.Event()

    def remove():
        while not is_over.wait(0.0002):
            with suppress(OSError):
                folder.rmdir()

    remover = threading.Thread(target=remove)
    remover.start()
    try:
        found = {CacheFolder(Cache(folder=folder)).folder for _ in range(5_000)}
    finally:
        is_over.set()
        remover.join()
    assert found == {folder}
