"""Slices of a large array take little memory, however it is stored and whatever is asked for."""

from __future__ import annotations

import http.client
import io
import re
import shutil
import signal
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from support import filestore
from support.command import Server

BLOCK = bytes(range(256)) * 4096  # 1 MiB
COLUMNS = 4096
MOST = 20_000_000

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is read from /proc"
)


def head(shape, order):
    """Return what stands in front of the values of a file."""
    stream = io.BytesIO()
    described = {"descr": "<f8", "fortran_order": order == "F", "shape": shape}
    np.lib.format.write_array_header_1_0(stream, described)
    return stream.getvalue()


@pytest.fixture(scope="module")
def size(request):
    """The bytes of an array."""
    return request.config.getoption("--large") // len(BLOCK) * len(BLOCK)


@pytest.fixture(scope="module", params=["loose", "compressed", "stored", "deflated"])
def server(request, tmp_path_factory, unpacked, size):
    folder = tmp_path_factory.mktemp(request.param)
    shape, blocks = (size // 8 // COLUMNS, COLUMNS), [BLOCK] * (size // len(BLOCK))
    files = {f"{order}.npy": [head(shape, order), *blocks] for order in "CF"}
    store = filestore.make(request.param, folder, unpacked, files)
    server = Server(store)
    yield server.process, server.root
    server.stop(signal.SIGTERM)
    shutil.rmtree(folder)


def memory(process, name):
    """Return a line of the memory of a process, in bytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) * 1024


def read(root, path):
    """Return status, headers, the number of bytes of the body, and the first and last of them."""
    parts = urlsplit(root)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=300)
    connection.request("GET", f"/api/v4/nodes/{filestore.NODE}/arrays/{path}")
    response = connection.getresponse()
    number, first, last = 0, b"", b""
    while chunk := response.read(1 << 20):
        number += len(chunk)
        first = first or chunk[:512]
        last = (last + chunk)[-512:]
    connection.close()
    return response.status, response.headers, number, first, last


def asked(server, path):
    """Return an answer, and how much more memory the server had meanwhile."""
    process, root = server
    assert read(root, "C?slice=0,:10&format=json")[0] == 200
    Path(f"/proc/{process.pid}/clear_refs").write_text("5")
    before = memory(process, "VmRSS")
    answer = read(root, path)
    return answer, memory(process, "VmHWM") - before


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize(
    ("form", "written"),
    [
        *(("npy", "..."), ("npy", "1:"), ("npy", "::-1"), ("npy", ":,::2"), ("npy", ":,7")),
        *(("npy", "-10:"), ("npz", "..."), ("npz", "::-1")),
    ],
)
def test_a_file_of_a_slice_takes_little_memory(form, written, order, server, size):
    answer, taken = asked(server, f"{order}?slice={written}&format={form}")
    status, headers, number, first, _ = answer
    assert status == 200
    assert number == int(headers["Content-Length"])
    rows = size // 8 // COLUMNS
    expected = np.broadcast_to(0, (rows, COLUMNS))[eval(f"np.index_exp[{written}]")]  # noqa: S307
    assert 8 * expected.size < number < 8 * expected.size + 2000
    assert first.startswith(b"\x93NUMPY" if form == "npy" else b"PK")
    assert taken < MOST


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("written", ["...", "::-1", ":,::2"])
def test_values_in_another_order_take_little_memory(written, order, server, size):
    answer, taken = asked(server, f"{order}?slice={written}&format=raw")
    status, headers, number, _, _ = answer
    assert status == 200
    assert number == int(headers["Content-Length"]) == size // (2 if "2" in written else 1)
    assert taken < MOST


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_text_takes_little_memory(order, form, server):
    answer, taken = asked(server, f"{order}?slice=:,::4&format={form}")
    status, _, number, first, last = answer
    assert status == 200
    assert number > 1_000_000
    assert last.endswith(b"}\n" if form == "json" else b"\r\n")
    assert first.startswith(b'{"data":{' if form == "json" else b"")
    assert taken < MOST
