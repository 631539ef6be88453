from __future__ import annotations

import io
import random
import zipfile

import pytest

from provender.store.files import zipindex
from provender.store.files.zipindex import Member, NotAZipError


@pytest.mark.parametrize("name", ["lab.aiida", "materials.aiida", "edge/migrated_main_0001.aiida"])
def test_the_directory_is_that_of_the_standard_library(name, data):
    path = data / name
    with zipfile.ZipFile(path) as zipped, path.open("rb") as file:
        expected = [
            (i.filename, i.header_offset, i.compress_size, i.file_size, i.compress_type, i.CRC)
            for i in zipped.infolist()
        ]
        found = list(zipindex.members(file))
    assert [(m.name, m.offset, m.length, m.size, m.method, m.crc) for m in found] == expected


@pytest.mark.parametrize("prefix", [b"", b"#!/bin/sh\n"])
@pytest.mark.parametrize("comment", [b"", b"a comment"])
def test_comments_and_what_stands_before_the_archive(prefix, comment, tmp_path):
    path = tmp_path / "x.zip"
    with path.open("wb") as file:
        file.write(prefix)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.comment = comment
            zipped.writestr("naïve", b"abc" * 1000)
            zipped.writestr("b", b"xyz")
    with path.open("rb") as file:
        found = {member.name: member for member in zipindex.members(file)}
    with zipindex.piece(path, found["naïve"]).open() as stream:
        assert stream.read() == b"abc" * 1000
    with zipindex.piece(path, found["b"]).open() as stream:
        assert stream.read() == b"xyz"


def test_zip64(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        for number in range(70_000):  # more than 16 bits count
            zipped.writestr(f"{number}", b"")
        with zipped.open("large", "w", force_zip64=True) as member:
            member.write(b"content")
    with path.open("rb") as file:
        found = list(zipindex.members(file))
    assert len(found) == 70_001
    with zipindex.piece(path, found[-1]).open() as stream:
        assert stream.read() == b"content"


LARGEST = zipindex.IN_EXTRA
LARGE = tuple(number << 32 for number in (5, 6, 7))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ((LARGEST, LARGEST, LARGEST), LARGE),
        ((1, LARGEST, 3), (1, LARGE[0], 3)),
        ((1, 2, 3), (1, 2, 3)),
    ],
)
def test_sizes_beyond_32_bits_come_from_the_extra_field(written, expected):
    body = b"".join(number.to_bytes(8, "little") for number in LARGE)
    extra = b"\x99\x99\x01\x00x" + b"\x01\x00\x18\x00" + body
    size, length, offset = written
    entry = zipindex.ENTRY.pack(
        *(zipindex.ENTRY_SIGNATURE, *[0] * 9),
        *(length, size, 1, len(extra), *[0] * 4, offset),
    )
    entry += b"x" + extra
    end = zipindex.END.pack(zipindex.END_SIGNATURE, 0, 0, 1, 1, len(entry), 0, 0)
    (member,) = zipindex.members(io.BytesIO(entry + end))
    assert (member.size, member.length, member.offset) == expected


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06", b"nothing", b"PK\x05\x06" + b"\xff" * 18])
def test_what_has_no_directory(content):
    with pytest.raises(NotAZipError):
        list(zipindex.members(io.BytesIO(content)))


def test_random_damage_is_never_anything_but_a_clear_error(data, fuzz_count):
    chance, refused = random.Random(1), 0  # noqa: S311 - not for secrets
    whole = (data / "edge" / "stored_members.aiida").read_bytes()
    for _ in range(fuzz_count):
        content = bytearray(
            whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole
        )
        for _ in range(chance.randrange(1, 20)):
            if content:
                content[chance.randrange(max(0, len(content) - 1500), len(content))] = (
                    chance.randrange(256)
                )
        try:
            list(zipindex.members(io.BytesIO(content)))
        except NotAZipError:
            refused += 1
    assert 0 < refused < fuzz_count


def test_members_that_cannot_be_read(data, tmp_path):
    path = tmp_path / "x.zip"
    path.write_bytes(b"x" * 100)
    for member in (
        Member("a", 0, 1, 1, 0, 0, True),
        Member("a", 0, 1, 1, 99, 0, False),
        Member("a", 0, 1, 1, 0, 0, False),
        Member("a", 95, 1, 1, 0, 0, False),
    ):
        with pytest.raises(NotAZipError):
            zipindex.piece(path, member)
