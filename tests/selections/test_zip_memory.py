"""A zip of very many files is streamed in constant memory; `--large` says how many bytes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from support import growing
from support.measured import filled, put_zeros

NODES, FILES = 5000, 4
MOST, OF_MEMBER = 20_000_000, 300
"""Bytes of memory that a download may take, and that it may take for each member."""
ATTRIBUTES = {"process_label": "Job", "exit_status": 0, "text": "x" * 500, "list": [0.5] * 20}

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="memory is read from /proc"
)


def fill(store, container, size):
    """Add nodes with some small files each, and one file of `size` bytes."""
    small, large = put_zeros(container, 100), put_zeros(container, size)
    names = {f"folder/name of a file {number}.txt": {"k": small} for number in range(FILES)}
    first, rest = (json.dumps({"o": names | more}) for more in ({"large.bin": {"k": large}}, {}))
    growing.add_nodes(
        store,
        NODES,
        attributes=f"'{json.dumps(ATTRIBUTES)}'",
        repository_metadata=f"CASE WHEN n.i = 0 THEN '{first}' ELSE '{rest}' END",
    )


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(request, unpacked, tmp_path_factory):
    folder, size = tmp_path_factory.mktemp("zips"), request.config.getoption("--large")
    with filled(request, unpacked, folder, lambda *place: fill(*place, size)) as found:
        yield found


@pytest.mark.parametrize("tree", ["uuid", "label", "workflow"])
def test_a_zip_of_many_members_is_streamed_in_constant_memory(served, tree, tmp_path, figures):
    query = f"/api/v4/nodes/archive.zip?tree={tree}"
    served.take(f"{query}&label=%22x%22", tmp_path / "small.zip")
    path = tmp_path / "large.zip"
    length, memory = served.take(query, path)
    with zipfile.ZipFile(path) as file:
        names = file.namelist()
    assert len(names) > NODES * (FILES + 1)
    assert path.stat().st_size == length
    figures.note("archives", f"{length:,} bytes of {len(names):,} members: {memory:,} of memory")
    assert memory <= MOST + OF_MEMBER * len(names)
    tail, memory = served.take(query, tmp_path / "tail", {"Range": f"bytes={length - 5000}-"})
    assert tail == 5000
    assert (tmp_path / "tail").read_bytes() == path.read_bytes()[-5000:]
    assert memory <= MOST + OF_MEMBER * len(names)
