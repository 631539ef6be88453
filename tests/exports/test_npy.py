from __future__ import annotations

import io
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CannotExport
from provender.exports.npy import Array, read_array


def saved(array, **options):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


TYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "U5", "S5"]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("layout", ["C", "F"])
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "shape", [(), (1,), (0,), (3,), (2, 3), (2, 0, 3), (2, 3, 4), (1, 1, 1, 2)]
)
def test_arrays_of_every_type_shape_and_order(order, layout, kind, shape):
    values = np.arange(np.prod(shape, dtype=int)).reshape(shape)
    array = np.asarray(values.astype(np.dtype(kind).newbyteorder(order)), order=layout)
    found = read_array(saved(array))
    expected = array.astype(str).tolist() if kind == "S5" else array.tolist()
    assert found.shape == shape
    assert found.nested() == expected


def test_complex_numbers_are_pairs():
    array = np.array([[1 + 2j, 3 - 4j]])
    assert read_array(saved(array)).nested() == [[[1.0, 2.0], [3.0, -4.0]]]
    assert read_array(saved(array.astype("c8"))).nested() == [[[1.0, 2.0], [3.0, -4.0]]]


def test_values_that_are_no_numbers():
    found = read_array(saved(np.array([np.nan, np.inf, -np.inf]))).values
    assert found[0] != found[0]
    assert found[1:] == [np.inf, -np.inf]


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_versions(version):
    assert read_array(saved(np.array([1, 2]), version=version)).values == [1, 2]


@pytest.mark.parametrize(
    "array",
    [
        np.array([{}], dtype=object),
        np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
        np.array(["2026-11-20"], dtype="datetime64[D]"),
        np.array([1], dtype=np.longdouble),
    ],
)
def test_types_that_are_never_unpacked(array):
    with pytest.raises(CannotExport, match="type"):
        read_array(saved(array, allow_pickle=True))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense" * 10,
        b"\x93NUMPY\x09\x00" + b"\x00" * 100,
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + b"\x00" * 100,
        b"\x93NUMPY\x01\x00\x10\x00" + b"[" * 16,
        b"\x93NUMPY\x01\x00\x02\x00[]",
        b"\x93NUMPY\x01\x00\x40\x00" + b"{'descr': '<f8', 'shape': (-1,)}".ljust(64),
        b"\x93NUMPY\x01\x00\x40\x00" + b"{'descr': '<f8', 'shape': 5}".ljust(64),
    ],
)
def test_damaged_files(content):
    with pytest.raises(CannotExport):
        read_array(content)


def stored(body=b"", **header):
    """Return a file whose header says this, whatever it holds."""
    text = repr({"descr": "<f8", "fortran_order": False, "shape": (), **header}).encode()
    return b"\x93NUMPY\x02\x00" + len(text).to_bytes(4, "little") + text + body


HOSTILE = {
    "strings without length": stored(descr="|S0", shape=(10**12,)),
    "unicode without length": stored(descr="<U0", shape=(10**6, 10**6)),
    "a string without a width": stored(descr="S", shape=(10**12,)),
    "more values than bytes": stored(bytes(80), shape=(10**12,)),
    "a product of many lengths": stored(bytes(80), shape=(10**18,) * 60),
    "in Fortran's order": stored(bytes(80), fortran_order=True, shape=(10**6, 10**6)),
    "a negative length": stored(shape=(-1, -8)),
    "a length that is a fraction": stored(shape=(1e9,)),
    "a width of 9,000 digits": stored(descr="|S" + "9" * 9000, shape=(1,)),
    "a wide string": stored(descr="|S999999999", shape=(2,)),
    "an odd type": stored(descr="<f3", shape=(0,)),
    "an object": stored(b"cos\nsystem\n", descr="|O", shape=(1,)),
    "a structure": stored(descr=[("a", "<f8")], shape=(1,)),
    "a list as a key": b"\x93NUMPY\x01\x00\x08\x00{[]: 1} ",
    "a header of a gigabyte": b"\x93NUMPY\x02\x00" + (1 << 30).to_bytes(4, "little") + b" " * 99,
    "a header that is deep": b"\x93NUMPY\x01\x00\x00\x20" + b"-" * 8192,
    "a header that calls": b"\x93NUMPY\x01\x00\x0a\x00exit(1)   ",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_is_refused_before_anything_is_made(name):
    tracemalloc.start()
    try:
        with pytest.raises(CannotExport):
            read_array(HOSTILE[name])
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert taken < 10 << 20


def test_a_few_strings_without_length():
    assert read_array(stored(descr="|S0", shape=(3,))).nested() == ["", "", ""]


def test_an_array_of_many_axes_of_length_one_is_not_nested():
    shape = (100_000, *[1] * 60)
    content = stored(bytes(100_000), descr="|i1", shape=shape)
    with pytest.raises(CannotExport, match="too many short axes"):
        read_array(content).nested()
    few = stored(bytes(8), descr="|i1", shape=(2, 1, 4, 1, 1))
    assert np.shape(read_array(few).nested()) == (2, 1, 4, 1, 1)


def test_a_cut_off_file():
    with pytest.raises(CannotExport, match="cut short"):
        read_array(saved(np.arange(10))[:-1])


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(content):
    for start in (b"", b"\x93NUMPY\x01\x00"):
        try:
            found = read_array(start + content)
        except CannotExport:
            continue
        assert isinstance(found, Array)
