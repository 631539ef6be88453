"""Slices of stored arrays in every format, compared with NumPy."""

from __future__ import annotations

import csv
import io
import json
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from provender.errors import BadValue, CannotExport
from provender.exports.arrayfiles import formats, slices


class Counting:
    """A file in memory that counts the bytes that are read, and where."""

    def __init__(self, content, offset=0):
        self._content = content
        self._offset = offset
        self.size = len(content)
        self.read = 0
        self.calls = 0

    def approach(self, target, most):
        self._position = target
        return target

    def detour(self, target):
        return 0

    def readinto(self, buffer):
        data = self._content[self._position : self._position + len(buffer)]
        buffer[: len(data)] = data
        self._position += len(data)
        self.read += len(data)
        self.calls += 1
        return len(data)


def stored(array, **options):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, **options)
    return stream.getvalue()


def opened(array, **options):
    return formats.open_array(Counting(stored(array, **options)))


def picked(array, text):
    return opened(array).pick(slices.parse(text))


def numpy_index(text):
    return eval(f"np.index_exp[{text}]")  # noqa: S307 - the text is that of the test


TYPES = [
    *("?", "i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "u1", "<u2", ">u4", "<u8", ">u8"),
    *("<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "<c8", ">c8", "<c16", ">c16"),
    *("<U5", ">U3", "S3", "S1", "<U1"),
]


def jsonable(array):
    """Return the nested lists that JSON has for an array."""
    if array.dtype.kind == "c":
        array = np.stack([array.real, array.imag], axis=-1)
    if array.dtype.kind == "f":
        listed = np.where(np.isfinite(array), array.astype("f8"), None).astype(object)
        return listed.tolist()
    if array.dtype.kind == "S":
        array = array.astype(str)
    return array.tolist()


@st.composite
def requests(draw):
    """Return an array of any type and order, and a slice of it."""
    kind = np.dtype(draw(st.sampled_from(TYPES)))
    shape = draw(arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=6))
    number = int(np.prod(shape))
    if kind.kind in "US":
        flat = np.array([f"é{n}"[-3:] if kind.kind == "U" else str(n)[:3] for n in range(number)])
    else:
        flat = np.arange(number) - (3 if kind.kind in "fci" else 0)
        flat = flat * (1 + 2j) if kind.kind == "c" else flat
    array = flat.astype(kind).reshape(shape)
    if kind.kind in "fc" and number and draw(st.booleans()):
        array.flat[draw(st.integers(0, number - 1))] = draw(st.sampled_from([np.nan, np.inf]))
    array = np.asarray(array, order=draw(st.sampled_from("CF")))
    parts = []
    for length in shape[: draw(st.integers(0, len(shape)))]:
        bound = st.one_of(st.just(""), st.integers(-8, 8).map(str))
        step = st.sampled_from(["", ":", ":1", ":2", ":-1", ":-3", ":5"])
        span = st.tuples(bound, bound, step).map(lambda part: f"{part[0]}:{part[1]}{part[2]}")
        index = st.integers(-length, length - 1).map(str) if length else st.nothing()
        parts.append(draw(st.one_of(span, index)))
    if draw(st.booleans()) or not parts:
        parts.insert(draw(st.integers(0, len(parts))), "...")
    return array, ",".join(parts)


@given(requests())
def test_every_slice_of_every_type_is_that_of_numpy(request):
    array, text = request
    try:
        expected = np.asarray(array[numpy_index(text)], array.dtype)
    except IndexError:
        with pytest.raises(BadValue):
            picked(array, text)
        return
    found = picked(array, text)
    assert found.shape == expected.shape
    content = b"".join(found.npy())
    loaded = np.load(io.BytesIO(content), allow_pickle=False)
    assert loaded.dtype == expected.dtype
    np.testing.assert_array_equal(loaded, expected)
    assert len(content) == found.size + len(found.npy_head())
    raw = np.frombuffer(b"".join(found.raw()), array.dtype).reshape(expected.shape)
    np.testing.assert_array_equal(raw, expected)
    written = found.json()
    assert json.loads(b"".join(written.blocks())) == jsonable(expected)
    infinite = 0 if array.dtype.kind not in "fc" else _infinite(expected)
    assert written.nulls == infinite
    lines = list(csv.reader(io.StringIO(b"".join(found.csv()).decode())))
    width = expected.shape[-1] if expected.shape else 1
    texts = np.asarray(lines, dtype=object).reshape(-1, width) if expected.size else []
    assert len(texts) == (expected.size // width if expected.size else 0)
    if array.dtype.kind in "fc" and expected.size:
        values = np.vectorize(complex)(texts.astype(str)).reshape(expected.shape)
        np.testing.assert_array_equal(values, expected.astype(complex))


def _infinite(array):
    parts = [array.real, array.imag] if array.dtype.kind == "c" else [array]
    return sum(int((~np.isfinite(part)).sum()) for part in parts)


SHAPES = [(300, 5000), (5000, 300), (100, 100, 150), (1_500_000,), (2,) * 16, (70_000, 3, 7)]
TEXTS = ["...", "::-1", "1:-1", "...,1", "...,::2", "...,::-3", "::7", "-1"]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("kind", ["i1", "<c16", "<U5"])
def test_large_arrays_are_read_in_parts(shape, order, kind):
    values = np.arange(np.prod(shape)).reshape(shape) % 251
    array = np.asarray(values.astype(kind), order=order)
    content = stored(array)
    for text in TEXTS:
        expected = np.asarray(array[numpy_index(text)], array.dtype)
        found = formats.open_array(Counting(content)).pick(slices.parse(text))
        loaded = np.load(io.BytesIO(b"".join(found.npy())), allow_pickle=False)
        assert np.array_equal(loaded, expected), text
        raw = np.frombuffer(b"".join(found.raw()), array.dtype).reshape(expected.shape)
        assert np.array_equal(raw, expected), text


@pytest.mark.parametrize("shape", [(10_000, 3), (3, 10_000), (5, 2000, 3), (9000,), (2,) * 14])
def test_long_texts_are_the_same_as_short_ones(shape):
    array = np.arange(np.prod(shape), dtype="<f8").reshape(shape) / 7
    array.flat[1000] = np.nan
    found = opened(array).pick()
    written = found.json()
    assert json.loads(b"".join(written.blocks())) == jsonable(array)
    assert written.nulls == 1
    text = b"".join(found.csv()).decode()
    lines = [[float(number) for number in line.split(",")] for line in text.splitlines()]
    np.testing.assert_array_equal(np.array(lines), array.reshape(-1, shape[-1]))


@pytest.mark.parametrize("text", ["0:10", "500:510,...", "-10:", "7", "3:13,:,:"])
def test_a_slice_of_the_leading_axis_reads_only_its_bytes(text):
    array = np.arange(1000 * 100 * 3, dtype="<f8").reshape(1000, 100, 3)
    source = Counting(stored(array))
    found = formats.open_array(source).pick(slices.parse(text))
    assert source.read <= 12 + 128
    source.read = 0
    content = b"".join(found.raw())
    assert source.read == len(content) == array[numpy_index(text)].nbytes


def test_a_slice_of_the_leading_axis_reads_no_more_than_its_rows():
    array = np.arange(1000 * 100 * 3, dtype="<f8").reshape(1000, 100, 3)
    source = Counting(stored(array))
    found = formats.open_array(source).pick(slices.parse("0:10,:,2"))
    source.read = 0
    assert len(b"".join(found.raw())) == 10 * 100 * 8
    assert source.read <= 10 * 100 * 3 * 8


def test_large_gaps_are_jumped_over():
    array = np.zeros((100, 10_000), dtype="<f8")
    source = Counting(stored(array))
    found = formats.open_array(source).pick(slices.parse(":,5"))
    source.read = 0
    assert len(b"".join(found.raw())) == source.read == 800


class Endless:
    """A file of a gigabyte of zeros behind a header, which takes no memory."""

    def __init__(self, shape, dtype, order):
        stream = io.BytesIO()
        header = {"descr": dtype, "fortran_order": order == "F", "shape": shape}
        np.lib.format.write_array_header_1_0(stream, header)
        self._head = stream.getvalue()
        self.size = len(self._head) + int(np.prod(shape)) * np.dtype(dtype).itemsize

    def approach(self, target, most):
        self._position = target
        return target

    def detour(self, target):
        return 0

    def readinto(self, buffer):
        count = min(len(buffer), self.size - self._position)
        head = self._head[self._position : self._position + count]
        buffer[: len(head)] = head
        self._position += count
        return count


def taken(blocks, most):
    """Return the memory that the first blocks take, and the number of their bytes."""
    tracemalloc.start()
    number = 0
    try:
        for block in blocks:
            number += len(block)
            if number >= most:
                break
        return tracemalloc.get_traced_memory()[1], number
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("text", ["...", "::-1", ":,::2", ":,3", "::-1,::-1", "5:,:"])
def test_a_slice_of_a_gigabyte_takes_little_memory(order, text):
    source = Endless((12_500, 10_000), "<f8", order)
    found = formats.open_array(source).pick(slices.parse(text))
    wanted = min(found.size, 9 << 20)
    for blocks in (found.raw(), found.npy()):
        memory, number = taken(blocks, wanted)
        assert number >= wanted
        assert memory < 14 << 20
    for blocks in (found.json().blocks(), found.csv()):
        memory, number = taken(blocks, 100_000)
        assert number >= 100_000 or found.size < 1_000_000
        assert memory < 14 << 20


def test_a_long_string_is_sent_in_parts_but_not_written_as_text():
    source = Endless((2,), "|S200000000", "C")
    found = formats.open_array(source).pick()
    memory, number = taken(found.raw(), 9 << 20)
    assert number >= 9 << 20
    assert memory < 4 << 20
    with pytest.raises(CannotExport, match="200000000 bytes"):
        found.json()
    with pytest.raises(CannotExport, match="200000000 bytes"):
        found.csv()


@pytest.mark.parametrize("shape", [(10_000,), (100, 100)])
def test_few_long_strings_are_text_at_once(shape):
    source = Endless(shape, "|S60000", "C")
    found = formats.open_array(source).pick()
    for blocks in (found.json().blocks(), found.csv()):
        memory, _ = taken(blocks, 1000)
        assert memory < 4 << 20


@pytest.mark.parametrize(
    "array",
    [
        np.array(["2026-11-26", "NaT"], dtype="<M8[D]"),
        np.array([1, 2], dtype="<m8[25s]"),
        np.array([1, 2], dtype=np.longdouble),
        np.array([1, 2j], dtype=np.clongdouble),
        np.array([b"abc", b"d"], dtype="V5"),
    ],
)
def test_types_without_a_text_are_sent_as_they_are(array):
    found = opened(array).pick(slices.parse("::-1"))
    loaded = np.load(io.BytesIO(b"".join(found.npy())), allow_pickle=False)
    assert loaded.dtype == array.dtype
    assert loaded.tobytes() == b"".join(found.raw()) == array[::-1].tobytes()
    with pytest.raises(CannotExport, match="type"):
        found.json()
    with pytest.raises(CannotExport, match="type"):
        found.csv()


def test_objects_and_structures_are_refused_with_a_reason():
    with pytest.raises(CannotExport, match="pickled"):
        opened(np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(CannotExport, match="structure"):
        opened(np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]))


@pytest.mark.parametrize("shape", [(10**18,), (3,), (10**12, 10**6)])
def test_a_shape_that_the_file_cannot_hold_is_refused_before_it_is_read(shape):
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    content = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + bytes(16)
    tracemalloc.start()
    try:
        with pytest.raises(CannotExport, match="cut short"):
            formats.open_array(Counting(content))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        *("", ",", "a", "1:2:3:4", "1.5", ":,", "None", "[1]", "--1", "1 2 x", "...,...", "0x1"),
        *("1e3", "9" * 30, "::0", "\x00"),
    ],
)
def test_what_is_no_slice_is_refused(text):
    with pytest.raises(BadValue, match="slice"):
        slices.parse(text)


@pytest.mark.parametrize("text", ["5", "-6", ":,3", "0,0,0", ":,:,..., :"])
def test_a_slice_that_the_array_does_not_have_is_refused(text):
    with pytest.raises(BadValue, match="slice"):
        picked(np.zeros((5, 3)), text)


@pytest.mark.parametrize(("text", "shape"), [(" 1 : 3 , ... ", (2, 3)), ("+1", (3,))])
def test_blanks_and_signs_are_allowed(text, shape):
    assert picked(np.zeros((5, 3)), text).shape == shape


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(content):
    for start in (b"", b"\x93NUMPY\x01\x00"):
        try:
            found = formats.open_array(Counting(start + content))
        except CannotExport:
            continue
        assert found.header.size <= len(content)


@given(st.text(max_size=20))
def test_no_text_raises_anything_else(text):
    try:
        found = slices.parse(text)
    except BadValue:
        return
    assert found.parts
