from __future__ import annotations

import bz2
import io
import lzma
import random
import zlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CorruptObject
from provender.store.files.decompression import (
    LARGEST_DICTIONARY,
    DecompressionError,
    Form,
    can_read,
    decompressor,
)
from provender.store.files.streams import Piece, batches

CONTENT = bytes(range(256)) * 600


def raw_deflate(content):
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(content) + compressor.flush()


def zipped_lzma(content, told=1 << 16):
    """Return LZMA as `zipfile` writes it: version, length of the properties, properties, stream.

    `told` is the size of the dictionary that the properties tell.
    """
    chain = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}]
    stream = lzma.compress(content, lzma.FORMAT_RAW, filters=chain)
    return b"\x09\x14\x05\x00\x5d" + told.to_bytes(4, "little") + stream


FORMS = {
    "plain": (Form.PLAIN, lambda content: content),
    "zlib": (Form.ZLIB, zlib.compress),
    "deflate": (Form.DEFLATE, raw_deflate),
    "bzip2": (Form.BZIP2, bz2.compress),
    "LZMA": (Form.LZMA, zipped_lzma),
}
COMPRESSED = [name for name in FORMS if name != "plain"]


@pytest.fixture(params=FORMS)
def piece(request, tmp_path):
    kind, compress = FORMS[request.param]
    stored = compress(CONTENT)
    path = tmp_path / "pack"
    path.write_bytes(b"before" + stored + b"behind")
    return Piece(path, 6, len(stored), len(CONTENT), kind, zlib.crc32(CONTENT))


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
    form=st.sampled_from(sorted(FORMS)),
    steps=st.lists(st.tuples(st.integers(-180_000, 180_000), st.integers(0, 2), st.integers(0, 9))),
)
def test_positions(tmp_path_factory, form, steps):
    kind, compress = FORMS[form]
    stored = compress(CONTENT)
    path = tmp_path_factory.mktemp("positions") / "pack"
    path.write_bytes(stored)
    with Piece(path, 0, len(stored), len(CONTENT), kind).open() as stream:
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
    kind, compress = FORMS[form]
    content = b"a" * size
    path = tmp_path / "object"
    path.write_bytes(compress(content))
    checksum = zlib.crc32(content)
    piece = Piece(path, 0, path.stat().st_size, size, kind, checksum)
    with piece.open() as stream:
        found = b"".join(iter(lambda: stream.read(step), b""))
    assert found == content


def test_an_empty_object(tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(zlib.compress(b""))
    with Piece(path, 0, path.stat().st_size, 0, Form.ZLIB, 0).open() as stream:
        assert stream.read() == b""
    with Piece(path, 0, 0, 0, Form.PLAIN, 0).open() as stream:
        assert stream.read() == b""


def damaged_read(piece, **changes):
    with replace(piece, **changes).open() as stream, pytest.raises(CorruptObject) as caught:
        stream.readall()
    return caught.value.message


def test_a_wrong_checksum_is_found(piece):
    assert "checksum" in damaged_read(piece, crc=1)


def test_after_a_jump_the_checksum_says_nothing(piece):
    with replace(piece, crc=1, form=Form.PLAIN, size=piece.length).open() as stream:
        stream.seek(5)
        assert stream.read()
        stream.seek(0)
        with pytest.raises(CorruptObject):
            stream.read()


def test_a_cut_off_object_is_found(piece):
    cut = piece.path.read_bytes()[: piece.length // 2]
    piece.path.write_bytes(cut)
    assert "is cut short" in damaged_read(piece)


@pytest.mark.parametrize("name", COMPRESSED)
def test_what_cannot_be_decompressed(name, tmp_path):
    kind, compress = FORMS[name]
    path = tmp_path / "pack"
    stored = compress(CONTENT)
    path.write_bytes(b"\xff" * len(stored))
    piece = Piece(path, 0, len(stored), len(CONTENT), kind)
    expected = "is cut short" if name == "LZMA" else "cannot be decompressed"
    assert expected in damaged_read(piece)  # the properties of LZMA would be that long
    path.write_bytes(stored)
    longer = Piece(path, 0, len(stored), len(CONTENT) + 1, kind)
    assert "shorter" in damaged_read(longer)
    path.write_bytes(stored + b"behind")
    assert "shorter" in damaged_read(replace(longer, length=len(stored) + 6))


@pytest.mark.parametrize("name", COMPRESSED)
def test_random_damage_is_a_clear_error_or_other_bytes(name, tmp_path, fuzz_count):
    chance = random.Random(1)  # noqa: S311 - not for secrets
    kind, compress = FORMS[name]
    content = CONTENT[:5000]
    path, stored = tmp_path / "pack", compress(content)
    piece = Piece(path, 0, len(stored), len(content), kind, zlib.crc32(content))
    failures = 0
    for _ in range(fuzz_count):
        damaged = bytearray(stored)
        for _ in range(chance.randrange(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        path.write_bytes(damaged)
        try:
            with piece.open() as stream:
                assert stream.readall() == content
        except CorruptObject:
            failures += 1
    assert failures > fuzz_count // 2


def test_lzma_takes_no_more_memory_than_the_content_needs(tmp_path):
    path, content, told = tmp_path / "pack", b"abc" * 1000, 0xFFFFFFFF
    path.write_bytes(zipped_lzma(content, told))
    piece = Piece(path, 0, path.stat().st_size, len(content), Form.LZMA, zlib.crc32(content))
    with piece.open() as stream:
        assert stream.readall() == content
    for size, is_refused in ((LARGEST_DICTIONARY, False), (LARGEST_DICTIONARY + 1, True)):
        with replace(piece, size=size, crc=None).open() as stream:
            if is_refused:
                with pytest.raises(CorruptObject) as caught:
                    stream.read(1)
                assert "bytes of memory" in caught.value.reason
            else:
                assert stream.read(3) == b"abc"


def test_lzma_without_a_mark_of_its_end(tmp_path):
    content = b"some text of some length" * 100
    alone = lzma.compress(content, lzma.FORMAT_ALONE)
    path = tmp_path / "pack"
    path.write_bytes(b"\x09\x14\x05\x00" + alone[:5] + alone[13:-6])
    piece = Piece(path, 0, path.stat().st_size, len(content) - 40, Form.LZMA)
    with piece.open() as stream:
        assert stream.readall() == content[:-40]


def test_zstandard_is_read_where_python_reads_it():
    if can_read(Form.ZSTANDARD):
        import compression.zstd

        stored = compression.zstd.compress(CONTENT)
        made = decompressor(Form.ZSTANDARD, len(CONTENT))
        assert made.decompress(stored, len(CONTENT)) == CONTENT
    else:
        with pytest.raises(DecompressionError, match=r"3\.14"):
            decompressor(Form.ZSTANDARD, 1)


def test_batches_fit_into_a_statement():
    keys = [str(number) for number in range(2000)]
    found = list(batches(keys))
    assert [len(batch) for batch in found] == [900, 900, 200]
    assert [key for batch in found for key in batch] == keys
