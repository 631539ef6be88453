"""Servers of their own on a disk that is full, or that they may not write or read."""

from __future__ import annotations

import http.client
import os
import resource
import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support import filestore
from support.command import COMMAND, Server, unmeasured
from support.server import ask
from support.waiting import wait_until

SMALL = 64 << 10
USERS = "/api/v4/users"
# Seconds within which all is well again once the cause is removed.
RECOVERY = 2.0


@pytest.fixture
def archive(data, tmp_path):
    folder = tmp_path / "archives"
    folder.mkdir()
    return shutil.copy(data / "lab.aiida", folder / "x.aiida")


@pytest.fixture
def configured(archive, data, tmp_path):
    """The arguments for two archives, with a cache of their own: the server starts without one."""
    shutil.copy(data / "materials.aiida", archive.with_name("y.aiida"))
    file = tmp_path / "provender.yaml"
    cache = tmp_path / "cache"
    file.write_text(
        f"archives: [{archive.parent}]\ndefault_profile: x\ncache: {{folder: {cache}}}\n"
    )
    return ("--config", file)


def limited(command, size):
    """Return a command whose files have so many bytes at most, as if its disk were full."""
    return ["sh", "-c", f'ulimit -S -f {size // 512}; exec "$0" "$@"', *map(str, command)]


@contextmanager
def server(*arguments, **options):
    running = Server(*arguments, **options)
    try:
        yield running
    finally:
        status, _, errors = running.stop(signal.SIGTERM)
        assert "Traceback" not in errors
        assert status == 0


def test_a_start_on_a_full_disk_ends_with_a_message(archive, tmp_path):
    done = subprocess.run(
        limited([*COMMAND, "restapi", archive, "-P", "0"], SMALL),
        capture_output=True,
        text=True,
        timeout=60,
        env={**unmeasured(), "PROVENDER_CACHE_FOLDER": str(tmp_path / "cache")},
        check=False,
    )
    assert done.returncode == 1
    assert "the cache has no room for its database" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def answers(running, name):
    return ask(f"{running.root}/{name}{USERS}")


def recovers(running, name):
    wait_until(lambda: answers(running, name).status == 200, patience=RECOVERY + 3)


@pytest.mark.parametrize("size", [0, SMALL])
def test_on_a_full_disk_an_archive_is_a_503_until_there_is_room(size, configured):
    with server(before=configured) as running:
        most = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (size, most[1]))
        for _ in range(3):
            assert answers(running, "x").status == 200
            refused = answers(running, "y")
            assert refused.status == 503
            assert "the cache has no room" in refused.json["message"]
            assert refused.headers["retry-after"]
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, most)
        recovers(running, "y")


UNPRIVILEGED = {
    "module": "support.unprivileged",
    "environment": {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), *sys.path])},
}


def test_an_archive_that_may_not_be_read(configured, archive):
    with server(before=configured, **UNPRIVILEGED) as running:
        assert answers(running, "x").status == 200
        Path(archive).chmod(0)
        refused = answers(running, "x")
        assert refused.status == 503
        assert "cannot be opened" in refused.json["message"]
        Path(archive).chmod(0o600)
        recovers(running, "x")


def test_a_cache_that_may_not_be_written_serves_what_it_holds(configured, tmp_path):
    folder = tmp_path / "cache"
    with server(before=configured, **UNPRIVILEGED) as running:
        assert answers(running, "x").status == 200
    folder.chmod(0o500)
    try:
        with server(before=configured, **UNPRIVILEGED) as running:
            for _ in range(3):
                assert answers(running, "x").status == 200
                refused = answers(running, "y")
                assert refused.status == 503
                assert "the cache of the server cannot be written" in refused.json["message"]
            folder.chmod(0o700)
            recovers(running, "y")
    finally:
        folder.chmod(0o700)


READER = """
import sys
from pathlib import Path
from provender.errors import StoreUnreachable
from provender.settings import Cache, Settings
from provender.store.inspection import counts
from provender.store.profiles import Profiles, from_store
from provender.store.registry import StoreRegistry

profile = from_store(sys.argv[1])
settings = Settings(cache=Cache(folder=Path(sys.argv[2])))
print("ready", flush=True)
good = 0
while good < 20 or not Path(sys.argv[3]).exists():
    stores = StoreRegistry(Profiles({profile.name: profile}), settings)
    try:
        assert stores.get().reader.within(counts)["nodes"] == 312
        good += 1
    except StoreUnreachable as error:
        text = f"{error.message} {error.reason}"
        assert "cache" in text or "changed" in text, text
    stores.close()
"""


def test_processes_that_share_a_cache_which_is_removed_all_the_time(archive, tmp_path):
    over = tmp_path / "over"
    command = [sys.executable, "-c", READER, str(archive), str(tmp_path / "cache"), str(over)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with ExitStack() as stack:
        readers = [
            stack.enter_context(subprocess.Popen(command, **pipes, text=True)) for _ in range(3)
        ]
        for reader in readers:
            assert reader.stdout.readline() == "ready\n"
        for _ in range(15):
            shutil.rmtree(tmp_path / "cache", ignore_errors=True)
            wait_until((tmp_path / "cache").exists)
        over.touch()
        ends = [(reader.communicate(timeout=60)[1], reader.returncode) for reader in readers]
    assert ends == [("", 0)] * 3


BLOCK = bytes(range(256)) * 4096


@pytest.mark.parametrize("form", ["stored", "compressed"])
def test_a_file_that_is_cut_while_it_is_sent_is_never_whole(form, tmp_path, unpacked):
    store = filestore.make(form, tmp_path, unpacked, {"large": [BLOCK] * 24})
    path = store if form in filestore.ARCHIVED else store / "container" / "packs" / "0"
    running = Server(store, environment={"PROVENDER_CACHE_FOLDER": str(tmp_path / "cache")})
    try:
        parts = urlsplit(running.root)
        with closing(http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)) as client:
            client.request("GET", filestore.path_of("large"))
            response = client.getresponse()
            assert (response.status, len(response.read(1 << 16))) == (200, 1 << 16)
            os.truncate(path, 1000)
            with pytest.raises((http.client.IncompleteRead, OSError)):
                response.read()
        assert ask(f"{running.root}/alive").status == 200
    finally:
        running.stop(signal.SIGTERM)
