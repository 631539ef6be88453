from __future__ import annotations

import io
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CorruptObject
from provender.store.files.streams import RAW_DEFLATE, ZLIB_WRAPPED, Piece, batches

CONTENT = bytes(range(256)) * 2000


def raw_deflate(content):
    compressor = zlib.compressobj(wbits=RAW_DEFLATE)
    return compressor.compress(content) + compressor.flush()


FORMS = {
    "plain": (None, lambda content: content),
    "zlib": (ZLIB_WRAPPED, zlib.compress),
    "deflate": (RAW_DEFLATE, raw_deflate),
}


@pytest.fixture(params=FORMS)
def piece(request, tmp_path):
    window, compress = FORMS[request.param]
    stored = compress(CONTENT)
    path = tmp_path / "pack"
    path.write_bytes(b"before" + stored + b"behind")
    return Piece(path, 6, len(stored), len(CONTENT), window, zlib.crc32(CONTENT))


def test_a_stream_gives_the_content(piece):
    with piece.open() as stream:
        assert stream.readable()
        assert stream.seekable()
        assert stream.size == len(CONTENT)
        assert stream.read(10) == CONTENT[:10]
        assert stream.tell() == 10
        assert stream.read() == CONTENT[10:]
        assert stream.read() == b""
        assert stream.read(5) == b""


def test_a_stream_can_be_read_in_a_buffer(piece):
    with io.BufferedReader(piece.open(), 1000) as stream:
        assert stream.read() == CONTENT


@given(
    steps=st.lists(st.tuples(st.integers(-600_000, 600_000), st.integers(0, 2), st.integers(0, 9)))
)
def test_positions(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("positions")
    for window, compress in FORMS.values():
        stored = compress(CONTENT)
        path = folder / "pack"
        path.write_bytes(stored)
        with Piece(path, 0, len(stored), len(CONTENT), window).open() as stream:
            position = 0
            for offset, whence, length in steps:
                start = (0, position, len(CONTENT))[whence]
                position = max(0, min(len(CONTENT), start + offset))
                assert stream.seek(offset, whence) == position
                assert stream.read(length) == CONTENT[position : position + length]
                position = min(len(CONTENT), position + length)
                assert stream.tell() == position
            assert stream.seek(0, io.SEEK_CUR) == position


@pytest.mark.parametrize("size", [1, 21, 22, 23, 258, 259, 1000])
@pytest.mark.parametrize("step", [1, 3, 10, 21])
@pytest.mark.parametrize("form", FORMS)
def test_small_steps(form, step, size, tmp_path):
    window, compress = FORMS[form]
    content = b"a" * size
    path = tmp_path / "object"
    path.write_bytes(compress(content))
    checksum = zlib.crc32(content)
    piece = Piece(path, 0, path.stat().st_size, size, window, checksum)
    with piece.open() as stream:
        found = b"".join(iter(lambda: stream.read(step), b""))
    assert found == content


def test_an_empty_object(tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(zlib.compress(b""))
    with Piece(path, 0, path.stat().st_size, 0, ZLIB_WRAPPED, 0).open() as stream:
        assert stream.read() == b""
    with Piece(path, 0, 0, 0, None, 0).open() as stream:
        assert stream.read() == b""


def damaged_read(piece, **changes):
    with replace(piece, **changes).open() as stream, pytest.raises(CorruptObject) as caught:
        stream.readall()
    return caught.value.message


def test_a_wrong_checksum_is_found(piece):
    assert "checksum" in damaged_read(piece, crc=1)


def test_after_a_jump_the_checksum_says_nothing(piece):
    with replace(piece, crc=1, window=None, size=piece.length).open() as stream:
        stream.seek(5)
        assert stream.read()
        stream.seek(0)
        with pytest.raises(CorruptObject):
            stream.read()


def test_a_cut_off_object_is_found(piece):
    cut = piece.path.read_bytes()[: piece.length // 2]
    piece.path.write_bytes(cut)
    assert "is cut short" in damaged_read(piece)


@pytest.mark.parametrize("name", ["zlib", "deflate"])
def test_what_cannot_be_inflated(name, tmp_path):
    window, compress = FORMS[name]
    path = tmp_path / "pack"
    stored = compress(CONTENT)
    path.write_bytes(b"\xff" * len(stored))
    assert "cannot be inflated" in damaged_read(Piece(path, 0, len(stored), len(CONTENT), window))
    path.write_bytes(stored)
    longer = Piece(path, 0, len(stored), len(CONTENT) + 1, window)
    assert "shorter" in damaged_read(longer)
    path.write_bytes(stored + b"behind")
    assert "shorter" in damaged_read(replace(longer, length=len(stored) + 6))


def test_batches_fit_into_a_statement():
    keys = [str(number) for number in range(2000)]
    found = list(batches(keys))
    assert [len(batch) for batch in found] == [900, 900, 200]
    assert [key for batch in found for key in batch] == keys
