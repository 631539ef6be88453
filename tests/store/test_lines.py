"""Lines of files: as Python slices them, in bounded memory, and damage shows."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CorruptObject, LimitExceeded, QueryTimeout
from provender.store.files.decompression import Form
from provender.store.files.lines import (
    ENDING,
    Most,
    count_lines,
    last_lines,
    slice_lines,
    split,
)
from provender.store.files.reaching import Work, reach
from provender.store.files.streams import Piece
from provender.store.places import Places

MOST = Most(10_000, 1 << 20)
BOUNDS = st.none() | st.integers(-12, 12)


@pytest.fixture(scope="module")
def work():
    return Work(Places(), 30.0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("lines")


def written(folder, content, form=Form.PLAIN):
    stored = zlib.compress(content, 1) if form is Form.ZLIB else content
    path = folder / "file"
    path.write_bytes(stored)
    return Piece(path, 0, len(stored), len(content), form, zlib.crc32(content))


def opened(folder, content, form=Form.PLAIN):
    return written(folder, content, form).open()


def lines_of(content):
    lines = content.split(b"\n")
    return lines if lines[-1] else lines[:-1]


@given(content=st.text("ab\n\r", max_size=40).map(str.encode), start=BOUNDS, stop=BOUNDS)
def test_a_slice_is_that_of_python(folder, work, content, start, stop):
    with opened(folder, content) as stream:
        found = slice_lines(stream, start, stop, MOST, work)
    assert found.lines == lines_of(content)[start:stop]
    assert not found.is_cut


@given(content=st.text("ab\n", max_size=40).map(str.encode), start=BOUNDS, stop=BOUNDS)
def test_a_slice_is_cut_where_it_has_too_many_lines(folder, work, content, start, stop):
    with opened(folder, content) as stream:
        found = slice_lines(stream, start, stop, Most(3, 1000), work)
    every = lines_of(content)[start:stop]
    assert found.lines == every[:3]
    assert found.is_cut == (len(every) > 3)


@given(content=st.text("ab\n", max_size=40).map(str.encode))
def test_lines_are_counted_and_split(folder, work, content):
    with opened(folder, content) as stream:
        assert count_lines(stream, work) == len(lines_of(content)) == len(split(content))


LONG = b"".join(b"line %d\n" % number for number in range(400_000)) + b"the last one"
NUMBER = 400_001


@pytest.fixture(scope="module", params=[Form.PLAIN, Form.ZLIB], ids=["plain", "compressed"])
def long(request, tmp_path_factory):
    """A function that opens a file of several megabytes."""
    assert len(LONG) > 4 * ENDING
    return written(tmp_path_factory.mktemp("long"), LONG, request.param).open


SLICES = (
    *((0, 3), (None, 2), (200_000, 200_004), (-3, None), (-5, -2), (-300_000, -299_998)),
    *((399_999, None), (NUMBER, None), (5, 5), (-NUMBER - 5, 2), (0, -400_000), (10**20, None)),
)


@pytest.mark.parametrize(("start", "stop"), SLICES)
def test_slices_of_a_long_file(long, work, start, stop):
    with long() as stream:
        assert slice_lines(stream, start, stop, MOST, work).lines == split(LONG)[start:stop]


def test_a_long_file_is_not_held(long, work):
    tracemalloc.start()
    with long() as stream:
        assert count_lines(stream, work) == NUMBER
    with long() as stream:
        slice_lines(stream, 390_000, 390_010, MOST, work)
    with long() as stream:
        last_lines(stream, Most(50, 1 << 16), work)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 << 20


def test_the_last_lines(long, work):
    with long() as stream:
        assert last_lines(stream, Most(50, 1 << 16), work) == split(LONG)[-50:]
    with long() as stream:
        few = last_lines(stream, Most(50, 100), work)
    assert few == split(LONG)[-len(few) :]
    assert sum(len(line) + 1 for line in few) <= 101


def test_of_one_long_line_the_end_is_shown(folder, work):
    with opened(folder, b"begin" + b"x" * 1000 + b"end") as stream:
        assert last_lines(stream, Most(50, 10), work) == [b"x" * 7 + b"end"]
    with opened(folder, b"") as stream:
        assert last_lines(stream, Most(50, 10), work) == []
        assert slice_lines(stream, 0, None, MOST, work).lines == []


def test_lines_of_too_many_bytes_are_refused(folder, work):
    content = b"x" * 5000 + b"\n" + b"y" * 5000
    for start, stop in ((0, None), (-2, None), (-1, 5)):
        with opened(folder, content) as stream, pytest.raises(LimitExceeded):
            slice_lines(stream, start, stop, Most(10, 4000), work)


def test_damage_shows(tmp_path, work):
    path = tmp_path / "file"
    path.write_bytes(zlib.compress(LONG)[:10_000])
    piece = Piece(path, 0, 10_000, len(LONG), Form.ZLIB)
    for ask in (
        lambda stream: count_lines(stream, work),
        lambda stream: last_lines(stream, MOST, work),
        lambda stream: slice_lines(stream, -3, None, MOST, work),
    ):
        with piece.open() as stream, pytest.raises(CorruptObject):
            ask(stream)


def test_what_takes_too_long_ends(tmp_path):
    impatient = Work(Places(), 0.0)
    content = bytes(20 << 20)
    with opened(tmp_path, content, Form.ZLIB) as stream, pytest.raises(QueryTimeout):
        reach(stream, len(content) - 1, impatient)
    with opened(tmp_path, content) as stream, pytest.raises(QueryTimeout):
        count_lines(stream, impatient)
