from __future__ import annotations

import io
import json

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CannotExport, NoSuchFile
from provender.exports import arrays
from provender.exports.subject import Subject
from support.compare_golden import differences

ARRAY = "data.core.array.ArrayData."
KINDS = {
    ARRAY: 1,
    "data.core.array.kpoints.KpointsData.": 4,
    "data.core.array.xy.XyData.": 2,
    "data.core.array.trajectory.TrajectoryData.": 2,
}


def saved(array):
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def subject(names, files):
    def read(path):
        if path not in files:
            raise NoSuchFile("No such file is present")
        return files[path]

    attributes = {f"array|{name}": None for name in names}
    return Subject("0" * 8, ARRAY, "", "", attributes, read)


def written(node):
    export = arrays.write_json(node)
    assert export.filename is None
    return json.loads(export.content)


@pytest.mark.parametrize("kind", KINDS)
def test_recorded_json(kind, answers):
    found = list(answers(kind, r"download\?download_format=json"))
    assert len(found) == KINDS[kind]
    for node, record in found:
        expected = json.loads(record["text"])
        assert list(differences(expected, written(node), ("/comments",))) == [], record["id"]


def test_the_comment_is_our_own(subject_of):
    node = subject_of("lab", "dbae98dc")
    assert (
        written(node)["comments"]
        == f"Written by Provender from node {node.uuid} of an AiiDA store."
    )


def test_arrays_of_many_kinds(subject_of):
    found = written(subject_of("materials", "ca95b5ef"))
    assert found.pop("comments")
    assert found.pop("original_uuid").startswith("ca95b5ef")
    assert set(found) == {
        *("matrix", "complex", "flags", "words", "float32", "fortran", "empty", "dirty"),
    }
    assert np.shape(found["matrix"]) == (24, 24)
    assert np.shape(found["complex"]) == (2, 2)
    assert np.shape(found["fortran"]) == (2, 3)
    assert found["empty"] == []
    assert None in found["dirty"]
    assert all(isinstance(word, str) for word in found["words"])
    assert all(isinstance(flag, bool) for flag in found["flags"])


def test_a_mesh_has_no_arrays(subject_of):
    assert set(written(subject_of("materials", "1117de5c"))) == {"original_uuid", "comments"}


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        ([[1.5, np.nan], [np.inf, -np.inf]], [[1.5, None], [None, None]]),
        ([1 + 2j, complex(np.nan, 0)], [[1.0, 2.0], [None, 0.0]]),
        (["é", ""], ["é", ""]),
        ([2**64 - 1], [2**64 - 1]),
        (3.0, 3.0),
        (np.zeros((2, 0, 3)), [[], []]),
    ],
)
def test_values(array, expected):
    assert written(subject(["x"], {"x.npy": saved(np.array(array))}))["x"] == expected


def test_names_that_the_file_needs_itself():
    found = written(subject(["comments"], {"comments.npy": saved(np.array([1]))}))
    assert found["comments"].startswith("Written by Provender")


def header(shape, kind="<f8"):
    text = repr({"descr": kind, "fortran_order": False, "shape": shape}).encode()
    return b"\x93NUMPY\x02\x00" + len(text).to_bytes(4, "little") + text


@pytest.mark.parametrize(
    ("names", "files"),
    [
        (["x"], {}),
        (["x", "y"], {"x.npy": saved(np.array([1]))}),
        (["x"], {"x.npy": b""}),
        (["x"], {"x.npy": b"nonsense"}),
        (["x"], {"x.npy": saved(np.arange(9))[:-1]}),
        (["x"], {"x.npy": header((1,) * 65) + bytes(8)}),
        (["x"], {"x.npy": header((10**9, 0))}),
        (["x"], {"x.npy": header((1, 10**6 + 1, 0, 3))}),
        (["\ud800"], {"\ud800.npy": saved(np.array([1]))}),
        (["../../etc/passwd"], {}),
    ],
)
def test_arrays_that_cannot_be_read(names, files):
    with pytest.raises(CannotExport) as caught:
        arrays.write_json(subject(names, files))
    assert ".npy" not in caught.value.message
    assert "class" not in caught.value.message
    orjson.dumps(caught.value.message)


@given(st.dictionaries(st.text(max_size=5), st.binary(max_size=300), max_size=3))
def test_no_files_raise_anything_else(files):
    node = subject(files, {f"{name}.npy": content for name, content in files.items()})
    with pytest.raises(CannotExport) if files else written_anyway():
        arrays.write_json(node)


class written_anyway:  # noqa: N801 - it stands where a function call would
    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False
