"""Files of any size are streamed: memory stays flat, also for a range in the middle."""

from __future__ import annotations

import hashlib
import http.client
import re
import shutil
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support import filestore
from support.command import Server

BLOCK = bytes(range(256)) * 4096  # 1 MiB


@pytest.fixture(scope="module")
def blocks(request):
    return [BLOCK] * (request.config.getoption("--large") // len(BLOCK))


@pytest.fixture(scope="module", params=["loose", "compressed", "stored", "deflated"])
def large_store(request, tmp_path_factory, unpacked, blocks):
    folder = tmp_path_factory.mktemp(request.param)
    yield filestore.make(request.param, folder, unpacked, {"large": blocks})
    shutil.rmtree(folder)


@pytest.fixture
def server(large_store):
    server = Server(large_store)
    yield server.process, server.root
    server.stop(signal.SIGTERM)


def peak(process):
    """Return the largest resident memory so far, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024


def read(root, headers=None):
    """Return status, headers, number of bytes and checksum of the large file."""
    parts = urlsplit(root)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
    connection.request("GET", filestore.path_of("large"), headers=headers or {})
    response = connection.getresponse()
    digest, size = hashlib.sha256(), 0
    while chunk := response.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    connection.close()
    return response.status, response.headers, size, digest.hexdigest()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_memory_stays_flat(server, blocks):
    process, root = server
    size, key = len(blocks) * len(BLOCK), filestore.sha256(blocks)
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
