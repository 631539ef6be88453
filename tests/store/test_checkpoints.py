"""Beginning to read inside a compressed content."""

from __future__ import annotations

import bz2
import random
import zlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provender.errors import CorruptObject
from provender.store.files.checkpoints import MOST_OF_ONE, SPACING, Checkpoints, spacing
from provender.store.files.decompression import Form
from provender.store.files.streams import Piece
from store.test_streams import FORMS

CONTENT = bytes(range(256)) * 4096 * 24  # 24 MiB: two checkpoints
SIZE = len(CONTENT)
COPIED = ("zlib", "deflate")


@pytest.fixture(scope="module")
def pieces(tmp_path_factory):
    """The same content in each form of compression."""
    folder, made = tmp_path_factory.mktemp("pieces"), {}
    for name in COPIED:
        form, compress = FORMS[name]
        stored = compress(CONTENT)
        (folder / name).write_bytes(b"before" + stored + b"behind")
        made[name] = Piece(folder / name, 6, len(stored), SIZE, form, zlib.crc32(CONTENT))
    return made


@pytest.mark.parametrize("name", COPIED)
def test_the_second_reader_begins_near_the_end(name, pieces):
    checkpoints = Checkpoints()
    with pieces[name].open(checkpoints) as first:
        assert first.distance(SIZE - 6) == SIZE - 6
        first.seek(SIZE - 6)
        assert first.read() == CONTENT[-6:]
    with pieces[name].open(checkpoints) as second:
        assert second.distance(SIZE - 6) < 2 * SPACING
        assert second.distance(SPACING // 2) == SPACING // 2
        assert second.seek(SIZE - 6) == SIZE - 6
        assert second.read() == CONTENT[-6:]
    assert checkpoints.count == 2


def test_other_forms_begin_at_the_start(tmp_path):
    content = random.Random(1).randbytes(SPACING + 10)  # noqa: S311 - not for secrets
    stored, path = bz2.compress(content, 1), tmp_path / "pack"
    path.write_bytes(stored)
    checkpoints = Checkpoints()
    piece = Piece(path, 0, len(stored), len(content), Form.BZIP2, zlib.crc32(content))
    for _ in range(2):
        with piece.open(checkpoints) as stream:
            assert stream.distance(SPACING + 5) == SPACING + 5
            stream.seek(SPACING + 5)
            assert stream.read() == content[-5:]
    assert checkpoints.count == 0


def test_a_reader_goes_no_further_than_it_may(pieces):
    with pieces["zlib"].open(Checkpoints()) as stream:
        reached = [stream.approach(20 << 20, 8 << 20) for _ in range(4)]
        assert reached == [8 << 20, 16 << 20, 20 << 20, 20 << 20]
        assert stream.read(3) == CONTENT[20 << 20 :][:3]
        assert stream.approach(5, 8 << 20) == 5


@settings(deadline=None, max_examples=20)
@given(st.lists(st.integers(0, SIZE), min_size=1, max_size=8))
def test_positions_are_those_of_the_content(pieces, positions):
    checkpoints, found = Checkpoints(), []
    for position in positions:
        with pieces["deflate"].open(checkpoints) as stream:
            stream.seek(position)
            found.append((stream.tell(), stream.read(9)))
    assert found == [(position, CONTENT[position : position + 9]) for position in positions]


def test_the_checksum_holds_beyond_a_checkpoint(pieces):
    checkpoints = Checkpoints()
    wrong = replace(pieces["zlib"], crc=1)
    for _ in range(2):
        with wrong.open(checkpoints) as stream, pytest.raises(CorruptObject):
            stream.seek(SIZE)


def test_a_file_in_the_place_of_another_has_its_own(pieces, tmp_path):
    checkpoints = Checkpoints()
    path = tmp_path / "pack"
    path.write_bytes(pieces["zlib"].path.read_bytes())
    piece = replace(pieces["zlib"], path=path)
    with piece.open(checkpoints) as stream:
        stream.seek(SIZE)
    other = CONTENT[1:] + b"x"
    stored = zlib.compress(other)
    new = tmp_path / "new"
    new.write_bytes(b"before" + stored)
    new.rename(path)
    with Piece(path, 6, len(stored), SIZE, Form.ZLIB).open(checkpoints) as stream:
        assert stream.distance(SIZE) == SIZE
        stream.seek(SIZE - 3)
        assert stream.read() == other[-3:]


def test_the_least_recently_used_are_forgotten(pieces, tmp_path):
    checkpoints = Checkpoints(most=5)
    paths = [tmp_path / str(number) for number in range(4)]
    for path in paths:
        path.write_bytes(pieces["zlib"].path.read_bytes())
        with replace(pieces["zlib"], path=path).open(checkpoints) as stream:
            stream.seek(SIZE)
    assert checkpoints.count <= 5
    distances = []
    for path in paths:
        with replace(pieces["zlib"], path=path).open(checkpoints) as stream:
            distances.append(stream.distance(SIZE))
    assert distances[0] == SIZE
    assert distances[-1] < 2 * SPACING


def test_a_long_content_has_few():
    assert spacing(1) == SPACING
    assert (1 << 42) // spacing(1 << 42) <= MOST_OF_ONE
