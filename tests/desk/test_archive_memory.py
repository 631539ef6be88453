"""A chain of a thousand calls is streamed in constant memory; `--large` says how many bytes."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest

from support import growing
from support.measured import filled, put_zeros

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
    key = put_zeros(container, size)
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


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(request, unpacked, tmp_path_factory):
    folder, size = tmp_path_factory.mktemp("calls"), request.config.getoption("--large") // CALLS
    with filled(request, unpacked, folder, lambda *place: fill(*place, size)) as found:
        yield found


def test_a_chain_of_a_thousand_calls_is_streamed_in_constant_memory(served, tmp_path, figures):
    place = "/api/v4/processes/{}/archive.zip"
    served.take(place.format("78ccdb4c-e7b5-453b-9de9-3949114d5452"), tmp_path / "small.zip")
    path = tmp_path / "large.zip"
    length, memory = served.take(place.format(CHAIN), path)
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
