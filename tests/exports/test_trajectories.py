from __future__ import annotations

import io
import json
import warnings

import ase.io
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CannotExport, NoSuchFile
from provender.exports.arrays import write_json
from provender.exports.structures import trajectories
from provender.exports.subject import Subject
from support.compare_golden import differences

TRAJECTORY = "data.core.array.trajectory.TrajectoryData."
CELLS = np.array([[[3, 0, 0], [0, 4, 0], [0.5, 0, 5]], [[4, 0, 0], [0, 4, 0], [0, 0, 4.0]]])
POSITIONS = np.arange(12.0).reshape(2, 2, 3) / 10


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def subject(attributes, **arrays):
    """A trajectory of two steps of two atoms; `...` takes an attribute or an array away."""
    arrays = {"positions": POSITIONS, "cells": CELLS, "steps": np.arange(2)} | arrays
    arrays = {name: np.array(array) for name, array in arrays.items() if array is not ...}
    files = {f"{name}.npy": saved(array) for name, array in arrays.items()}
    values = {f"array|{name}": list(array.shape) for name, array in arrays.items()}
    values |= {"symbols": ["Fe", "O"], "pbc": [True, True, True]} | attributes
    values = {name: value for name, value in values.items() if value is not ...}

    def read(path):
        if path not in files:
            raise NoSuchFile("No such file is present")
        return files[path]

    return Subject("0" * 8, TRAJECTORY, "", "", values, read)


def read(form, content):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ase.io.read(io.StringIO(content.decode()), format=form, index=":")


def test_recorded_json(answers):
    found = list(answers(TRAJECTORY, r"download\?download_format=json"))
    assert len(found) == 2
    for node, record in found:
        written = json.loads(write_json(node).content)
        expected = json.loads(record["text"])
        assert list(differences(expected, written, ("/comments",))) == [], record["id"]


def test_recorded_xsf_byte_by_byte(answers):
    found = list(answers(TRAJECTORY, r"download\?download_format=xsf"))
    assert len(found) == 2
    for node, record in found:
        assert trajectories.write_xsf(node).content.decode() == record["text"], record["id"]


def test_recorded_cif_holds_the_same_structures(answers):
    found = list(answers(TRAJECTORY, r"download\?download_format=cif"))
    assert len(found) == 1
    for node, record in found:
        expected = read("cif", record["text"].encode())
        written = read("cif", trajectories.write_cif(node).content)
        assert len(expected) == len(written) == 40
        for left, right in zip(expected, written, strict=True):
            assert left.get_chemical_symbols() == right.get_chemical_symbols()
            assert np.abs(left.cell - right.cell).max() < 1e-9
            assert np.abs(left.positions - right.positions).max() < 1e-9


def test_ase_reads_what_is_written():
    node = subject({})
    frames = read("xsf", trajectories.write_xsf(node).content)
    assert [frame.get_chemical_symbols() for frame in frames] == [["Fe", "O"]] * 2
    assert np.allclose([frame.positions for frame in frames], POSITIONS)
    assert np.allclose([frame.cell for frame in frames], CELLS)
    blocks = read("cif", trajectories.write_cif(node).content)
    assert [block.cell.volume for block in blocks] == pytest.approx([60, 64])
    for block, places, cell in zip(blocks, POSITIONS, CELLS, strict=True):
        expected = places @ np.linalg.inv(cell)
        assert np.allclose(block.get_scaled_positions(wrap=False), expected % 1, atol=1e-9)


def test_blocks_have_names_that_differ():
    lines = trajectories.write_cif(subject({})).content.decode().splitlines()
    assert [line for line in lines if line.startswith("data_")] == ["data_step_1", "data_step_2"]
    assert lines[0] == "# Written by Provender from node 00000000 of an AiiDA store."


def test_symbols_may_be_an_array():
    expected = trajectories.write_xsf(subject({})).content
    old = subject({"symbols": ...}, symbols=["Fe", "O"])
    assert trajectories.write_xsf(old).content == expected


@pytest.mark.parametrize("stored", [..., None])
def test_trajectories_are_periodic_where_nothing_is_said(stored):
    assert trajectories.read_trajectory(subject({"pbc": stored})).periodic == (True, True, True)
    assert trajectories.read_trajectory(subject({"pbc": [True, False, True]})).periodic[1] is False


def test_whole_numbers_and_other_floats():
    node = subject({}, positions=np.ones((2, 2, 3), dtype=">i4"), cells=CELLS.astype("f4"))
    assert np.allclose(read("xsf", trajectories.write_xsf(node).content)[0].positions, 1)


def test_cells_without_volume_can_be_xsf_but_not_cif():
    node = subject({}, cells=np.zeros((2, 3, 3)))
    assert trajectories.write_xsf(node).content.startswith(b"ANIMSTEPS 2\n")
    with pytest.raises(CannotExport, match="no volume"):
        trajectories.write_cif(node)


def test_a_trajectory_without_cells_is_json_only():
    node = subject({}, cells=...)
    assert "positions" in json.loads(write_json(node).content)
    for write in (trajectories.write_xsf, trajectories.write_cif):
        with pytest.raises(CannotExport, match="it has no cells"):
            write(node)


def test_a_trajectory_without_steps_is_empty():
    node = subject({}, positions=np.zeros((0, 2, 3)), cells=np.zeros((0, 3, 3)))
    assert trajectories.write_xsf(node).content == b"ANIMSTEPS 0\nCRYSTAL\n"
    (line,) = trajectories.write_cif(node).content.decode().splitlines()
    assert line.startswith("# Written by Provender")


def test_a_trajectory_without_atoms_is_its_cells():
    node = subject({"symbols": []}, positions=np.zeros((2, 0, 3)))
    written = trajectories.write_xsf(node).content.decode()
    assert written.count("\n0 1\n") == written.count("PRIMVEC") == 2
    blocks = trajectories.write_cif(node).content.decode()
    assert blocks.count("_cell_length_a") == 2
    assert "_atom_site" not in blocks


@pytest.mark.parametrize(
    ("attributes", "files"),
    [
        ({"pbc": [True, True]}, {}),
        ({"pbc": [1, 1, 1]}, {}),
        ({"pbc": "all"}, {}),
        ({"symbols": ...}, {}),
        ({"symbols": []}, {}),
        ({"symbols": "FeO"}, {}),
        ({"symbols": ["Fe"]}, {}),
        ({"symbols": ["Fe", "O", "O"]}, {}),
        ({"symbols": ["Fe1", "O"]}, {}),
        ({"symbols": [["Fe"], "O"]}, {}),
        ({"symbols": ...}, {"symbols": np.arange(2)}),
        ({}, {"positions": ...}),
        ({"array|cells": [2, 3, 3]}, {"cells": ...}),
        ({}, {"positions": np.zeros((0, 2, 3))}),
        ({}, {"positions": np.zeros((0, 1, 3)), "cells": np.zeros((0, 3, 3))}),
        ({}, {"positions": np.zeros((2, 0, 3))}),
        ({}, {"positions": np.zeros(())}),
        ({}, {"positions": np.zeros((2, 6))}),
        ({}, {"positions": np.full((2, 2, 3), np.nan)}),
        ({}, {"positions": np.full((2, 2, 3), "a")}),
        ({}, {"positions": np.full((2, 2, 3), 1j)}),
        ({}, {"positions": np.full((2, 2, 3), 1e200)}),
        ({}, {"cells": CELLS[:1]}),
        ({}, {"cells": np.full((2, 3, 3), np.inf)}),
    ],
)
def test_odd_nodes_are_refused(attributes, files):
    for write in (trajectories.write_xsf, trajectories.write_cif):
        with pytest.raises(CannotExport) as caught:
            write(subject(attributes, **files))
        assert ".npy" not in caught.value.message
        assert "class" not in caught.value.message


def test_other_nodes_are_refused(archives):
    others = [node for node in archives["lab"].values() if node.node_type != TRAJECTORY]
    assert others
    for node in others:
        for write in (trajectories.write_xsf, trajectories.write_cif):
            with pytest.raises(CannotExport):
                write(node)


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.sampled_from(["Fe", "X"]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=5,
)
NUMBERS = st.floats() | st.sampled_from([1e50, 1e-50])


@given(
    st.fixed_dictionaries({}, optional={"symbols": VALUES, "pbc": VALUES, "array|cells": VALUES}),
    st.lists(NUMBERS, min_size=12, max_size=12),
    st.lists(NUMBERS, min_size=18, max_size=18),
)
def test_no_node_raises_anything_else(attributes, positions, cells):
    node = subject(
        attributes,
        positions=np.reshape(positions, (2, 2, 3)),
        cells=np.reshape(cells, (2, 3, 3)),
    )
    for write in (write_json, trajectories.write_xsf, trajectories.write_cif):
        try:
            write(node)
        except CannotExport:
            continue
