"""Files of any size are streamed: memory stays flat, also for a range in the middle."""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

BLOCK = bytes(range(256)) * 4096  # 1 MiB
NODE = "a8358adf-784e-45d5-9623-3b6914b7acac"


@pytest.fixture(scope="module")
def size(request):
    return request.config.getoption("--large") // len(BLOCK) * len(BLOCK)


@pytest.fixture(scope="module")
def key(size):
    digest = hashlib.sha256()
    for _ in range(size // len(BLOCK)):
        digest.update(BLOCK)
    return digest.hexdigest()


def point_to(database, key):
    with closing(sqlite3.connect(database)) as connection, connection:
        tree = json.dumps({"o": {"large": {"k": key}}})
        connection.execute(
            "UPDATE db_dbnode SET repository_metadata = ? WHERE uuid = ?", (tree, NODE)
        )


def write_blocks(file, size):
    for _ in range(size // len(BLOCK)):
        file.write(BLOCK)


def make_profile(folder, unpacked, key, size, form):
    shutil.copytree(unpacked / "sqlite_dos", folder)
    point_to(folder / "database.sqlite", key)
    container = folder / "container"
    if form == "loose":
        path = container / "loose" / key[:2] / key[2:]
        path.parent.mkdir(exist_ok=True)
        with path.open("wb") as file:
            write_blocks(file, size)
        return folder
    compressor, length = zlib.compressobj(1), 0
    with (container / "packs" / "0").open("wb") as file:
        for _ in range(size // len(BLOCK)):
            length += file.write(compressor.compress(BLOCK))
        length += file.write(compressor.flush())
    with closing(sqlite3.connect(container / "packs.idx")) as index, index:
        index.execute(
            "INSERT INTO db_object (hashkey, compressed, size, offset, length, pack_id) "
            "VALUES (?, 1, ?, 0, ?, 0)",
            (key, size, length),
        )
    return folder


def make_archive(path, data, tmp_path, key, size, method):
    database = tmp_path / "db.sqlite3"
    with zipfile.ZipFile(data / "lab.aiida") as old:
        database.write_bytes(old.read("db.sqlite3"))
        metadata = old.read("metadata.json")
    point_to(database, key)
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as new:
        new.writestr("metadata.json", metadata)
        new.write(database, "db.sqlite3")
        with new.open(f"repo/{key}", "w", force_zip64=True) as member:
            write_blocks(member, size)
    return path


@pytest.fixture(scope="module", params=["loose", "packed", "stored", "deflated"])
def large_store(request, tmp_path_factory, unpacked, data, key, size):
    folder = tmp_path_factory.mktemp(request.param)
    if request.param in ("loose", "packed"):
        yield make_profile(folder / "profile", unpacked, key, size, request.param)
    else:
        method = zipfile.ZIP_STORED if request.param == "stored" else zipfile.ZIP_DEFLATED
        yield make_archive(folder / "x.aiida", data, folder, key, size, method)
    shutil.rmtree(folder)


@pytest.fixture
def server(large_store):
    process = subprocess.Popen(
        [sys.executable, "-m", "provender", "restapi", large_store, "-P", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    root = ""
    for line in process.stdout:
        if found := re.search(r"(http://[\d.]+:\d+)/ ", line):
            root = found[1]
        if "Ctrl-C" in line:
            break
    yield process, root
    process.terminate()
    process.communicate(timeout=20)


def peak(process):
    """Return the largest resident memory so far, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def read(root, headers=None):
    """Return status, headers, number of bytes and checksum of the large file."""
    parts = urlsplit(root)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
    connection.request(
        "GET", f"/api/v4/nodes/{NODE}/repo/contents?filename=large", headers=headers or {}
    )
    response = connection.getresponse()
    digest, size = hashlib.sha256(), 0
    while chunk := response.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    connection.close()
    return response.status, response.headers, size, digest.hexdigest()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_stays_flat(server, key, size):
    process, root = server
    read(root, {"Range": "bytes=0-9"})
    before = peak(process)
    middle = size // 2
    status, headers, length, digest = read(root, {"Range": f"bytes={middle}-{middle + 999_999}"})
    assert (status, length) == (206, 1_000_000)
    assert headers["Content-Range"] == f"bytes {middle}-{middle + 999_999}/{size}"
    piece = (BLOCK * 2)[middle % len(BLOCK) :][:1_000_000]
    assert digest == hashlib.sha256(piece).hexdigest()
    status, headers, length, digest = read(root)
    assert (status, length, digest) == (200, size, key)
    assert headers["Content-Length"] == str(size)
    assert headers["ETag"] == f'"{key}"'
    assert peak(process) - before < 20_000_000
