"""Stored arrays over HTTP: what there is, slices, formats, on each backend and form of storing."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from support import badrows, filestore

TRAJECTORY = "5122ef3a-5d01-4016-a2e3-3e48b5c29c18"
NO_ARRAYS = "3dd2fab8-566b-4256-807a-5967aefac298"
RECORDED = Path(__file__).parents[1] / "data" / "desk"
LARGE = filestore.NODE


def get(served, path, **options):
    return served.get(f"/api/v4/nodes/{path}", **options)


def ok(served, path, **options):
    answer = get(served, path, **options)
    assert answer.status == 200, answer.body
    return answer


def loaded(answer):
    return np.load(io.BytesIO(answer.body), allow_pickle=False)


def stored(array, **options):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


def digest(content):
    return hashlib.sha256(content).hexdigest()[:16]


# What AiiDA says of every array of the shared stores


@pytest.fixture(params=["lab", "materials"])
def recorded(request):
    """A store, and what AiiDA says of its arrays."""
    arrays = json.loads((RECORDED / f"{request.param}.json").read_text())["arrays"]
    assert arrays
    name = "archive" if request.param == "lab" else "materials"
    return request.getfixturevalue(f"on_{name}"), arrays


def test_arrays_are_those_of_aiida(recorded):
    served, nodes = recorded
    assert nodes
    for uuid, arrays in nodes.items():
        expected = [
            {"name": name, **{key: known[key] for key in ("dtype", "shape", "bytes")}}
            for name, known in arrays.items()
        ]
        assert ok(served, f"{uuid}/arrays").data["arrays"] == expected


def test_values_are_those_of_aiida(recorded):
    served, nodes = recorded
    assert nodes
    for uuid, arrays in nodes.items():
        assert arrays
        for name, known in arrays.items():
            path = f"{uuid}/arrays/{name}"
            for written, part in (("...", "digest"), (":1", "first"), ("::2", "second")):
                raw = ok(served, f"{path}?slice={written}&format=raw")
                assert digest(raw.body) == known[part]
                array = loaded(ok(served, f"{path}?slice={written}"))
                assert digest(array.tobytes()) == known[part]


# The routes


def test_the_lists_of_each_backend_are_equal(on_each):
    answer = ok(on_each, f"{TRAJECTORY}/arrays")
    assert answer.data["arrays"] == [
        {"name": "cells", "dtype": "<f8", "shape": [5, 3, 3], "bytes": 360},
        {"name": "positions", "dtype": "<f8", "shape": [5, 2, 3], "bytes": 240},
        {"name": "steps", "dtype": "<i8", "shape": [5], "bytes": 40},
        {"name": "times", "dtype": "<f8", "shape": [5], "bytes": 40},
        {"name": "velocities", "dtype": "<f8", "shape": [5, 2, 3], "bytes": 240},
    ]
    assert answer.total == 5
    etag = answer.headers["etag"]
    again = get(on_each, f"{TRAJECTORY}/arrays", headers={"If-None-Match": etag})
    assert (again.status, again.body) == (304, b"")


def test_a_node_without_arrays_has_none(on_each):
    assert ok(on_each, f"{NO_ARRAYS}/arrays").data["arrays"] == []
    assert get(on_each, f"{NO_ARRAYS}/arrays/default").json["hint"] == "It has no arrays."
    npz = ok(on_each, f"{NO_ARRAYS}/arrays.npz")
    assert list(loaded(npz)) == []


def test_attributes_come_with_the_shapes(on_each):
    attrs = ok(on_each, f"{TRAJECTORY}/arrays.attrs").data["attrs"]
    assert attrs["arrays"] == ok(on_each, f"{TRAJECTORY}/arrays").data["arrays"]
    whole = ok(on_each, f"{TRAJECTORY}/contents/attributes").data["attributes"]
    assert attrs["attributes"] == whole


def test_a_slice_in_every_format(on_each):
    path = f"{TRAJECTORY}/arrays/positions"
    whole = loaded(ok(on_each, path))
    part = whole[1:4, :, 0]
    asked = f"{path}?slice=1:4,:,0"
    npy = ok(on_each, asked)
    np.testing.assert_array_equal(loaded(npy), part)
    assert npy.headers["x-array-shape"] == "3,2"
    assert npy.headers["x-array-dtype"] == "<f8"
    assert npy.headers["content-disposition"] == 'attachment; filename="positions.npy"'
    npz = loaded(ok(on_each, f"{asked}&format=npz"))
    np.testing.assert_array_equal(npz["positions"], part)
    answer = ok(on_each, f"{asked}&format=json")
    assert answer.data == {"positions": part.tolist()}
    assert answer.total == 1
    raw = ok(on_each, f"{asked}&format=raw")
    assert raw.body == part.tobytes()
    assert raw.headers["content-length"] == str(part.nbytes)
    lines = ok(on_each, f"{asked}&format=csv")
    assert lines.headers["content-type"] == "text/csv; charset=utf-8"
    rows = [list(map(float, row)) for row in csv.reader(io.StringIO(lines.body.decode()))]
    assert rows == part.tolist()


def test_the_whole_array_is_its_file(on_each):
    answer = ok(on_each, f"{TRAJECTORY}/arrays/positions")
    file = ok(on_each, f'{TRAJECTORY}/repo/contents?filename="positions.npy"')
    assert answer.body == file.body
    assert answer.headers["etag"] == file.headers["etag"]
    part = get(on_each, f"{TRAJECTORY}/arrays/positions", headers={"Range": "bytes=0-5"})
    assert (part.status, part.body) == (206, b"\x93NUMPY")


def test_npz_holds_all_arrays_or_those_that_are_named(on_each):
    whole = ok(on_each, f"{TRAJECTORY}/arrays.npz")
    found = loaded(whole)
    assert sorted(found) == ["cells", "positions", "steps", "times", "velocities"]
    for name in found:
        expected = loaded(ok(on_each, f"{TRAJECTORY}/arrays/{name}"))
        np.testing.assert_array_equal(found[name], expected)
    assert whole.headers["content-disposition"] == f'attachment; filename="{TRAJECTORY}.npz"'
    some = loaded(ok(on_each, f"{TRAJECTORY}/arrays.npz?names=times,cells"))
    assert list(some) == ["times", "cells"]
    etag = whole.headers["etag"]
    again = get(on_each, f"{TRAJECTORY}/arrays.npz", headers={"If-None-Match": etag})
    assert again.status == 304


@pytest.mark.parametrize("form", ["npy", "npz", "json", "csv", "raw"])
def test_conditions_and_head(form, on_each):
    path = f"{TRAJECTORY}/arrays/positions?slice=0:2&format={form}"
    answer = ok(on_each, path)
    etag = answer.headers["etag"]
    assert get(on_each, path, headers={"If-None-Match": etag}).status == 304
    assert get(on_each, path, headers={"If-Match": '"x"'}).status == 412
    head = get(on_each, path, method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.body))
    other = ok(on_each, f"{TRAJECTORY}/arrays/positions?slice=0:3&format={form}")
    assert other.headers["etag"] != etag


WRONG = {
    "arrays/position": (404, "Did you mean `positions`? It has: cells, positions"),
    "arrays/positions?slice=a": (400, "0:10,:,2"),
    "arrays/positions?slice=9": (400, "count from 0"),
    "arrays/positions?slice=0,0,0,0": (400, "[5, 2, 3]"),
    "arrays/positions?slice=::0": (400, "0:10,:,2"),
    "arrays/positions?slice=": (400, ""),
    "arrays/positions?slice=0:1&slice=0:2": (400, ""),
    "arrays/positions?format=xml": (400, "npy, npz, json, csv, raw"),
    "arrays/positions?fmt=json": (400, "Did you mean `format`?"),
    "arrays/positions?label=%22a%22": (400, "slice, format"),
    "arrays?slice=0": (400, "profile"),
    "arrays.attrs?names=a": (400, "profile"),
    "arrays.npz?names=cellz": (404, "Did you mean `cells`?"),
    "arrays.npz?format=npy": (400, "names"),
}


@pytest.mark.parametrize("path", WRONG)
def test_what_is_wrong_is_told_with_what_would_be_right(path, on_each):
    answer = get(on_each, f"{TRAJECTORY}/{path}")
    status, hint = WRONG[path]
    assert answer.status == status
    assert hint in answer.json.get("hint", "")


@pytest.mark.parametrize("path", ["arrays", "arrays/a", "arrays.npz", "arrays.attrs"])
def test_an_unknown_node_is_a_404(path, on_each):
    assert get(on_each, f"ffffffff-aaaa/{path}").json["code"] == "no-such-entity"


# Arrays of every kind, in each form of storing


def arrays():
    """Return arrays by name."""
    grid = np.arange(200 * 150 * 10, dtype="<f8").reshape(200, 150, 10) / 7
    odd = np.array([[np.nan, 1.5, np.inf], [-np.inf, 0.1, 2.0]])
    return {
        "grid": grid,
        "fortran": np.asfortranarray(grid),
        "big_endian": grid[:20].astype(">f8"),
        "complex": (grid[:3, :2] + 1j).astype("<c16"),
        "flags": grid[:5, :5, 0] > 3,
        "texts": np.array(["é", "", 'a,"b"\n']),
        "odd": odd,
        "none": np.zeros((3, 0, 2)),
        "single": np.array(7, dtype="<u8"),
    }


HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }\n"
REFUSED = {
    "objects": stored(np.array([{}], dtype=object), allow_pickle=True),
    "structure": stored(np.zeros(2, dtype=[("a", "i4"), ("b", "f8")])),
    "too_large": b"\x93NUMPY\x01\x00" + len(HEADER).to_bytes(2, "little") + HEADER.encode(),
    "no_array": b"not an array",
    "empty": b"",
}


@pytest.fixture(scope="module", params=filestore.FORMS)
def on_form(request, tmp_path_factory, unpacked, serve):
    """A node with arrays of many kinds in a form of storing."""
    folder = tmp_path_factory.mktemp(request.param)
    files = {f"{name}.npy": [stored(array)] for name, array in arrays().items()}
    files |= {f"{name}.npy": [content] for name, content in REFUSED.items()}
    yield serve(filestore.make(request.param, folder, unpacked, files), name=request.param)
    shutil.rmtree(folder)


SLICES = ["...", "::-1", "0:2", "...,0", "1", "-1,...,::-2"]


@pytest.mark.parametrize("name", arrays())
def test_slices_of_every_kind_in_every_form(name, on_form):
    array = arrays()[name]
    for written in SLICES:
        try:
            expected = array[eval(f"np.index_exp[{written}]")]  # noqa: S307 - written above
        except IndexError:
            assert get(on_form, f"{LARGE}/arrays/{name}?slice={written}").status == 400
            continue
        path = f"{LARGE}/arrays/{name}?slice={written}"
        found = loaded(ok(on_form, path))
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == array.dtype
        raw = ok(on_form, f"{path}&format=raw")
        assert raw.body == np.ascontiguousarray(expected, array.dtype).tobytes()
        npz = loaded(ok(on_form, f"{path}&format=npz"))
        np.testing.assert_array_equal(npz[name], expected)
        answer = ok(on_form, f"{path}&format=json")
        if array.dtype.kind != "c" and name != "odd":
            assert answer.data[name] == expected.tolist()


def test_values_without_a_json_form_are_null_with_a_note(on_form):
    answer = ok(on_form, f"{LARGE}/arrays/odd?format=json")
    assert answer.data == {"odd": [[None, 1.5, None], [None, 0.1, 2.0]]}
    (note,) = answer.json["notes"]
    assert (note["code"], note["field"]) == ("no-finite-number", "odd")
    assert "null stands for 3 values of the array `odd`" in note["message"]
    assert json.loads(answer.headers["x-provender-notes"]) == [note]
    text = ok(on_form, f"{LARGE}/arrays/odd?format=csv").body
    assert text == b"nan,1.5,inf\r\n-inf,0.1,2.0\r\n"


def test_how_values_are_written(on_form):
    complexes = ok(on_form, f"{LARGE}/arrays/complex?slice=0,0,:2&format=json")
    assert complexes.data == {"complex": [[0.0, 1.0], [1 / 7, 1.0]]}
    lines = ok(on_form, f"{LARGE}/arrays/complex?slice=0,0,:2&format=csv").body
    assert lines == b"0.0+1.0j,0.14285714285714285+1.0j\r\n"
    assert ok(on_form, f"{LARGE}/arrays/texts?format=csv").body.decode() == ('é,,"a,""b""\n"\r\n')
    flags = ok(on_form, f"{LARGE}/arrays/flags?slice=0,:2&format=csv").body
    assert flags == b"false,false\r\n"
    assert ok(on_form, f"{LARGE}/arrays/single?format=json").data == {"single": 7}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_array_is_refused_with_a_reason(name, on_form):
    reasons = {
        "objects": "pickled",
        "structure": "structure",
        "too_large": "cut short",
        "no_array": "NumPy's format",
        "empty": "NumPy's format",
    }
    for form in ("npy", "npz", "json", "csv", "raw"):
        answer = get(on_form, f"{LARGE}/arrays/{name}?format={form}")
        assert (answer.status, answer.json["code"]) == (400, "cannot-export")
        assert reasons[name] in answer.json["message"]
    answer = get(on_form, f"{LARGE}/arrays.npz?names=grid,{name}")
    assert (answer.status, answer.json["code"]) == (400, "cannot-export")
    assert "names=" in answer.json["hint"]


def test_what_cannot_be_read_does_not_hide_the_others(on_form):
    answer = ok(on_form, f"{LARGE}/arrays")
    found = {record["name"]: record for record in answer.data["arrays"]}
    assert sorted(found) == sorted([*arrays(), *REFUSED])
    for name, array in arrays().items():
        expected = {"dtype": array.dtype.str, "shape": list(array.shape), "bytes": array.nbytes}
        assert found[name] == {"name": name, **expected}
    assert {note["field"] for note in answer.json["notes"]} == set(REFUSED)
    for name in REFUSED:
        assert found[name] == {"name": name, "dtype": None, "shape": None, "bytes": None}
    some = loaded(ok(on_form, f"{LARGE}/arrays.npz?names=grid,fortran"))
    np.testing.assert_array_equal(some["grid"], some["fortran"])


def test_a_large_answer_is_a_stream(on_form):
    grid = arrays()["grid"]
    for name in ("grid", "fortran"):
        path = f"{LARGE}/arrays/{name}?slice=::-1"
        answer = ok(on_form, path)
        np.testing.assert_array_equal(loaded(answer), grid[::-1])
        assert answer.headers["content-length"] == str(len(answer.body))
        assert ok(on_form, f"{path}&format=json").data[name] == grid[::-1].tolist()
        text = ok(on_form, f"{path}&format=csv").body.decode()
        assert text.count("\r\n") == 200 * 150
        etag = answer.headers["etag"]
        assert get(on_form, path, headers={"If-None-Match": etag}).status == 304
        assert get(on_form, path, headers={"If-Match": '"x"'}).status == 412
        head = get(on_form, path, method="HEAD")
        assert (head.body, head.headers["content-length"]) == (b"", str(len(answer.body)))


def test_work_on_a_compressed_file_has_a_bound(tmp_path, unpacked, serve):
    array = np.asfortranarray(np.zeros((4000, 2000)))
    files = {"large.npy": [stored(array)]}
    store = filestore.make("compressed", tmp_path, unpacked, files)
    limits = provender_limits(array_work_bytes=array.nbytes * 3)
    served = serve(store, name="bounded", limits=limits)
    answer = get(served, f"{LARGE}/arrays/large?format=raw")
    assert (answer.status, answer.json["code"]) == (400, "limit-exceeded")
    assert "limits.array_work_bytes" in answer.json["message"]
    assert "format=npy" in answer.json["hint"]
    assert loaded(ok(served, f"{LARGE}/arrays/large?slice=1:")).shape == (3999, 2000)


def provender_limits(**bounds):
    from provender.settings import Limits

    return Limits(**bounds)


# Damage


def test_attributes_without_files_and_names_of_any_kind(tmp_path, on_archive, open_place):
    from conftest import DATA

    attributes = json.dumps({"array|gone": [3], 'array|é " x': [1], "array|a/../b": [1]})
    changes = [
        f"UPDATE db_dbnode SET attributes = '{attributes}' WHERE uuid = '{TRAJECTORY}'",
        f"UPDATE db_dbnode SET repository_metadata = '[1]' WHERE uuid = '{NO_ARRAYS}'",
    ]
    path = badrows.archive(tmp_path, DATA / "lab.aiida", changes)
    client = open_place(type("Place", (), {"store": str(path), "repository": None}))
    answer = client.get(f"/api/v4/nodes/{TRAJECTORY}/arrays")
    assert answer.status_code == 200
    names = [record["name"] for record in answer.json["data"]["arrays"]]
    assert {"gone", 'é " x', "a/../b", "positions"} <= set(names)
    missing = client.get(f"/api/v4/nodes/{TRAJECTORY}/arrays/gone")
    assert (missing.status_code, missing.json["code"]) == (404, "no-such-file")
    assert client.get(f"/api/v4/nodes/{NO_ARRAYS}/arrays").json["data"]["arrays"] == []


@pytest.mark.parametrize("form", ["loose", "stored", "deflated"])
def test_a_damaged_file_is_an_error_that_names_it(form, tmp_path, unpacked, serve):
    content = stored(np.arange(100))
    store = filestore.make(form, tmp_path, unpacked, {"a.npy": [content]})
    served = serve(store, name=f"damaged {form}")
    key = hashlib.sha256(content).hexdigest()
    path = store if form != "loose" else store / "container" / "loose" / key[:2] / key[2:]
    whole = path.read_bytes()
    place = whole.index(b"NUMPY") if form != "deflated" else whole.index(key.encode()) + 100
    path.write_bytes(whole[:place] + b"XXXXXXXX" + whole[place + 8 :])
    for asked in ("a", "a?slice=0&format=json"):
        answer = get(served, f"{LARGE}/arrays/{asked}")
        assert (answer.status, answer.json["code"]) == (500, "corrupt-object")
        assert "`a.npy`" in answer.json["message"]
