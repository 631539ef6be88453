"""Any part of a zip file, made without the others."""

from __future__ import annotations

import io
import random
import zipfile
import zlib
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CorruptObject
from provender.exports.zips.members import WHOLE, Member
from provender.exports.zips.stream import Zip

SIZES = [0, 1, 5, 70_000, WHOLE, WHOLE + 1, 3 * WHOLE, 0, 2 * WHOLE, 7]
DIRECTORY = 700
"""More bytes than the directory of the members has, with the end."""


class Kept(dict):
    """Checksums that are kept, and how often they were asked for."""

    def find(self, keys):
        return {key: self[key] for key in keys if key in self}

    def note(self, key, crc):
        self[key] = crc

    def flush(self):
        pass


class Stored(io.BytesIO):
    """A source that counts what is read, and whose middle can be reached."""

    read_bytes = 0

    def read(self, size=-1):
        found = super().read(size)
        Stored.read_bytes += len(found)
        return found

    def approach(self, target, most):
        del most
        return self.seek(target)


@pytest.fixture(scope="module")
def members():
    chance = random.Random(5)  # noqa: S311 - not for secrets
    contents = [chance.randbytes(size) for size in SIZES]
    return [
        Member(f"{number}.bin", len(content), partial(Stored, content), f"k{number}")
        for number, content in enumerate(contents)
    ]


@pytest.fixture(scope="module")
def whole(members):
    return b"".join(Zip(members).blocks())


@pytest.fixture(scope="module")
def known(members):
    found = Kept()
    for _ in Zip(members, found).blocks():
        pass
    return found


def test_a_part_is_what_the_whole_has_there(members, whole, known):
    @given(st.data())
    def check(data):
        near_end = data.draw(st.booleans())
        first = max(0, len(whole) - DIRECTORY) if near_end else 0
        start = data.draw(st.integers(first, len(whole)))
        stop = data.draw(st.integers(start, len(whole)))
        checksums = Kept(known) if data.draw(st.booleans()) else Kept()
        part = b"".join(Zip(members, checksums).blocks(start, stop))
        assert part == whole[start:stop]

    assert len(known) == len(SIZES)
    check()


def test_parts_that_follow_each_other_are_the_whole(members, whole):
    assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None
    step, checksums = 1_234_567, Kept()
    parts = [
        b"".join(Zip(members, checksums).blocks(start, min(start + step, len(whole))))
        for start in range(0, len(whole), step)
    ]
    assert b"".join(parts) == whole


def test_an_empty_zip_has_parts():
    assert b"".join(Zip([]).blocks(2, 6)) == b"\5\6\0\0"
    assert Zip([]).length == 22


def test_the_end_reads_only_what_has_no_checksum(members, whole, known):
    start, size = len(whole) - DIRECTORY, members[6].size
    Stored.read_bytes = 0
    assert b"".join(Zip(members, Kept(known)).blocks(start)) == whole[start:]
    assert Stored.read_bytes <= WHOLE  # of the last members, which the window touches
    fewer = Kept(known)
    del fewer[members[6].key]
    Stored.read_bytes = 0
    assert b"".join(Zip(members, fewer).blocks(start)) == whole[start:]
    assert size <= Stored.read_bytes <= size + WHOLE
    assert fewer == known


def test_the_middle_of_a_member_reads_only_what_is_asked_for(members, whole):
    place = whole.index(b"6.bin") + 1_000_000
    Stored.read_bytes = 0
    checksums = Kept()
    assert (
        b"".join(Zip(members, checksums).blocks(place, place + 100)) == whole[place : place + 100]
    )
    assert Stored.read_bytes == 100
    assert not checksums


def test_a_member_that_is_read_on_the_way_to_its_checksum_pauses(members, whole):
    place = whole.index(b"6.bin") + 5
    start = place + members[6].size - 10
    blocks = list(Zip(members).blocks(start, start + 20))
    assert b"".join(blocks) == whole[start : start + 20]
    assert blocks.count(b"") >= members[6].size // (1 << 18) - 1


def test_a_checksum_that_a_member_knows_is_not_looked_up():
    content = bytes(WHOLE + 1)
    known = Member("a", len(content), partial(Stored, content), crc=zlib.crc32(content))
    whole = b"".join(Zip([known]).blocks())
    Stored.read_bytes = 0
    assert b"".join(Zip([known]).blocks(len(whole) - 60)) == whole[-60:]
    assert Stored.read_bytes == 0


def test_a_source_without_positions_is_read_on_the_way():
    content = random.Random(1).randbytes(WHOLE + 9)  # noqa: S311 - not for secrets
    member = Member("a", len(content), partial(io.BytesIO, content))
    whole = b"".join(Zip([member]).blocks())
    assert b"".join(Zip([member]).blocks(900_000, 900_010)) == whole[900_000:900_010]


@pytest.mark.parametrize("place", [40, WHOLE // 2, WHOLE + 20])
def test_a_source_that_is_too_short_ends_any_part(place):
    short = [
        Member("a", WHOLE + 30, partial(kind, bytes(place - 31))) for kind in (io.BytesIO, Stored)
    ]
    for member in short:
        with pytest.raises(CorruptObject, match="does not have the"):
            list(Zip([member]).blocks(place, place + 10))


def test_a_part_of_a_zip_beyond_4_gb():
    size = (1 << 32) + 5
    content = b"x" * 100

    class Hole(Stored):
        """Very many bytes, of which only the middle is ever asked for."""

        def approach(self, target, most):
            del most
            assert target > 1 << 30
            return target

    members = [
        Member("a", size, partial(Hole, content), "a"),
        Member("b", 3, partial(Stored, b"end"), "b"),
    ]
    file = Zip(members, Kept(a=5, b=zlib.crc32(b"end")))
    tail = b"".join(file.blocks(file.length - 300))
    assert b"end" in tail
    assert tail.count(b"PK\1\2") == 2
    assert b"".join(file.blocks(1 << 31, (1 << 31) + 60)) == b"x" * 60
