"""Inputs, results and arrays, and what AiiDA and NumPy say of them."""

from __future__ import annotations

from support.desk.recorded import digest

WHOLE, FIRST, SECOND = "", "&slice=0:1", "&slice=::2"


def test_results_and_inputs_are_the_links_of_aiida(recorded):
    ours, theirs = {}, {}
    for uuid, process in recorded.processes:
        kind = "return" if "workflow" in process["node_type"] else "create"
        for name in ("results", "inputs"):
            rows = recorded.get(f"processes/{uuid}/{name}")
            ours[uuid, name] = sorted([row["label"], row["link_type"], row["uuid"]] for row in rows)
        theirs[uuid, "results"] = sorted(link for link in process["outputs"] if link[1] == kind)
        data = [link for link in process["inputs"] if link[1].startswith("input_")]
        theirs[uuid, "inputs"] = sorted(data)
    assert ours == theirs


def test_arrays_are_those_that_numpy_reads(recorded):
    ours, theirs = {}, {}
    for uuid, arrays in recorded.content["arrays"].items():
        rows = recorded.get(f"nodes/{uuid}/arrays")
        ours[uuid] = {row.pop("name"): row for row in rows}
        keys = ("dtype", "shape", "bytes")
        theirs[uuid] = {name: {key: array[key] for key in keys} for name, array in arrays.items()}
    assert ours == theirs


def test_values_and_slices_are_those_that_numpy_reads(recorded):
    ours, theirs = {}, {}
    for uuid, arrays in recorded.content["arrays"].items():
        for name, array in arrays.items():
            path = f"/api/v4/nodes/{uuid}/arrays/{name}?format=raw"
            found = [recorded.client.get(path + part) for part in (WHOLE, FIRST, SECOND)]
            assert [answer.status_code for answer in found] == [200, 200, 200]
            ours[uuid, name] = [digest(answer.data) for answer in found]
            theirs[uuid, name] = [array[key] for key in ("digest", "first", "second")]
    assert ours == theirs
