"""A chain of a thousand calls is streamed in constant memory; `--large` says how many bytes."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support import growing

CHAIN = "7ecba7ea-6275-4480-9606-4b0689d980f1"
CALLS = 1000
MOST = 20_000_000
"""Bytes of memory that the download may take."""
JOB = "'process.calculation.calcjob.CalcJobNode.'"

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is read from /proc"
)


def fill(store, container, size):
    """Let the chain call jobs: each with an input, an output and a file of `size` bytes."""
    key = zeros(size)
    place = container / "loose" / key[:2] / key[2:]
    place.parent.mkdir(exist_ok=True)
    with place.open("wb") as file:
        file.truncate(size)  # a hole: it takes no room on the disk
    first, json_of_file = growing.FIRST, json.dumps({"o": {"large.bin": {"k": key}}})
    attributes = json.dumps(
        {"process_label": "Job", "process_state": "finished", "exit_status": 0, "text": "x" * 500}
    )
    is_job = f"n.i < {CALLS}"
    growing.add_nodes(
        store,
        3 * CALLS,
        node_type=f"CASE WHEN {is_job} THEN {JOB} ELSE 'data.core.dict.Dict.' END",
        process_type=f"CASE WHEN {is_job} THEN 'made.up' ELSE NULL END",
        attributes=f"'{attributes}'",
        repository_metadata=f"CASE WHEN {is_job} THEN '{json_of_file}' ELSE '{{}}' END",
    )
    for start, end, label, kind in (
        ("o.id", "n.id", "CALL", "call_calc"),
        (f"n.id + {CALLS}", "n.id", "parameters", "input_calc"),
        ("n.id", f"n.id + {2 * CALLS}", "output_parameters", "create"),
    ):
        growing.change(
            store,
            "INSERT INTO db_dblink (id, input_id, output_id, label, type) SELECT "
            f"(SELECT max(id) FROM db_dblink) + n.id, {start}, {end}, '{label}', '{kind}' FROM "
            f"db_dbnode n, db_dbnode o WHERE n.id >= {first} AND n.id < {first + CALLS} AND "
            f"o.uuid = '{CHAIN}'",
        )


def zeros(size):
    digest, block = hashlib.sha256(), bytes(1 << 20)
    for _ in range(size >> 20):
        digest.update(block)
    digest.update(bytes(size % (1 << 20)))
    return digest.hexdigest()


class Served:
    """A server in a process of its own."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "provender", "restapi", *map(str, arguments), "-P", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        for line in self.process.stdout:
            if found := re.search(r"(http://[\d.]+:\d+)/ ", line):
                self.root = urlsplit(found[1])
            if "Ctrl-C" in line:
                break

    def memory(self, name):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", status)[1]) * 1024

    def take(self, uuid, path):
        """Download an archive; return its length as it was told, and the memory that it took."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        before = self.memory("VmRSS")
        connection = http.client.HTTPConnection(self.root.hostname, self.root.port, timeout=60)
        connection.request("GET", f"/api/v4/processes/{uuid}/archive.zip")
        response = connection.getresponse()
        assert response.status == 200
        with path.open("wb") as file:
            shutil.copyfileobj(response, file, 1 << 20)
        connection.close()
        return int(response.headers["Content-Length"]), self.memory("VmHWM") - before

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=20)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(request, unpacked, tmp_path_factory):
    folder, size = tmp_path_factory.mktemp("calls"), request.config.getoption("--large") // CALLS
    with ExitStack() as stack:
        if request.param == "sqlite":
            store = growing.copied(unpacked, folder)
            arguments, container = [store], store / "container"
        else:
            store = stack.enter_context(growing.database(request.getfixturevalue("cluster")))
            container = shutil.copytree(unpacked / "repo" / "container", folder / "container")
            arguments = [store, "--repository", container]
        fill(store, container, size)
        found = Served(*arguments)
        stack.callback(found.stop)
        yield found


def test_a_chain_of_a_thousand_calls_is_streamed_in_constant_memory(served, tmp_path, figures):
    served.take("78ccdb4c-e7b5-453b-9de9-3949114d5452", tmp_path / "small.zip")
    path = tmp_path / "large.zip"
    length, memory = served.take(CHAIN, path)
    figures.note("archives", f"{length:,} bytes of {CALLS} calls: {memory:,} bytes of memory")
    assert path.stat().st_size == length
    assert memory <= MOST
    with zipfile.ZipFile(path) as file:
        listed = json.loads(file.read("manifest.json"))["files"]
        assert len(listed) > 4 * CALLS
        for item in listed:
            with file.open(item["path"]) as member:
                assert digest_of(member) == item["sha256"]


def digest_of(stream):
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
