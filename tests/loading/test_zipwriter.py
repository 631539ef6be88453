"""Zip files of any contents, as others read them; new files that are there whole or not at all."""

from __future__ import annotations

import random
import subprocess
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from provender.errors import ConfigurationError, CorruptObject, StoreError
from provender.loading.archives.newfile import placed, unnamed
from provender.loading.archives.zipwriter import ZipWriter
from support.unpackers import UNZIP, need

MEGABYTE = 1 << 20
NOISE = random.Random(7).randbytes(3 * MEGABYTE)  # noqa: S311 - no secret


def written(path, members, before=0):
    """Write members, each a list of blocks by its name; return the length that was told."""
    with placed(path) as file, unnamed(path) as directory:
        file.seek(before)
        writer = ZipWriter(file, directory)
        for name, blocks in members.items():
            writer.add(name, sum(map(len, blocks)), lambda blocks=blocks: iter(blocks))
        return writer.finish()


def read(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {item.filename: (archive.read(item), item) for item in archive.infolist()}


BLOCKS = some.lists(
    some.one_of(
        some.binary(max_size=300),
        some.integers(1, 70_000).map(lambda size: b"ab" * size),
        some.integers(1, MEGABYTE).map(lambda size: NOISE[:size]),
    ),
    max_size=4,
)


@given(some.dictionaries(some.text("abcé/", min_size=1, max_size=9), BLOCKS, max_size=6))
def test_other_programs_read_what_was_written(tmp_path_factory, members):
    path = tmp_path_factory.mktemp("zip") / "x.zip"
    told = written(path, members)
    assert told == path.stat().st_size
    found = read(path)
    assert list(found) == list(members)
    for name, (content, item) in found.items():
        assert content == b"".join(members[name])
        assert item.compress_size <= item.file_size


@pytest.mark.parametrize(
    ("blocks", "method"),
    [
        ([], zipfile.ZIP_STORED),
        ([b"x" * 1000], zipfile.ZIP_DEFLATED),
        ([b"x"], zipfile.ZIP_STORED),
        ([NOISE[:1000]], zipfile.ZIP_STORED),
        ([b"x" * 1000, NOISE], zipfile.ZIP_STORED),  # the first block promised more
        ([b"x" * 9000, NOISE[:100]], zipfile.ZIP_DEFLATED),
        ([NOISE[:1000], b"x" * 9000], zipfile.ZIP_STORED),
    ],
)
def test_what_would_not_be_shorter_is_stored(tmp_path, blocks, method):
    written(tmp_path / "x.zip", {"a": blocks, "b": [b"behind it"]})
    found = read(tmp_path / "x.zip")
    assert (found["a"][0], found["a"][1].compress_type) == (b"".join(blocks), method)
    assert found["b"][0] == b"behind it"


def test_what_is_deflated_already_is_taken_over(tmp_path):
    content = b"many words, many words, many words"
    packing = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packing.compress(content) + packing.flush()
    path = tmp_path / "x.zip"
    with placed(path) as file, unnamed(path) as directory:
        writer = ZipWriter(file, directory)
        writer.announce("a", len(content), zlib.crc32(content), len(packed)).write(packed)
        writer.announce("empty", 0, 0, 2).write(b"\x03\x00")
        writer.finish()
    found = read(path)
    assert (found["a"][0], found["empty"][0]) == (content, b"")
    assert found["a"][1].compress_size == len(packed)


def test_a_place_behind_four_gigabytes(tmp_path):
    path = tmp_path / "x.zip"
    written(path, {"a": [b"far away" * 9]}, before=5 << 30)  # a hole, which takes no room
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[0].header_offset == 5 << 30
        assert archive.read("a") == b"far away" * 9


@pytest.mark.parametrize("count", [65_534, 65_535, 70_000])
def test_more_members_than_sixteen_bits_count(tmp_path, count):
    path = tmp_path / "x.zip"
    written(path, {f"repo/{number}": [b"%d" % number] for number in range(count)})
    with zipfile.ZipFile(path) as archive:
        assert len(archive.namelist()) == count
        assert archive.read(f"repo/{count - 1}") == b"%d" % (count - 1)
    need(UNZIP)
    assert subprocess.run([UNZIP, "-tqq", path], check=False).returncode == 0


@pytest.mark.parametrize("size", [0, 4, 6, 2 * MEGABYTE])
def test_a_content_of_another_size_is_an_error(tmp_path, size):
    path = tmp_path / "x.zip"
    with pytest.raises(CorruptObject, match="`a` does not have the"):  # noqa: SIM117 - as it reads
        with placed(path) as file, unnamed(path) as directory:
            ZipWriter(file, directory).add("a", size, lambda: (b"12345",))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, ZeroDivisionError, StoreError("no")])
def test_a_file_that_is_not_finished_leaves_nothing(tmp_path, error):
    with pytest.raises(error if isinstance(error, type) else StoreError):  # noqa: PT012, SIM117
        with placed(tmp_path / "new") as file:
            file.write(b"half")
            assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
            raise error
    assert list(tmp_path.iterdir()) == []


def test_a_file_gets_its_name_when_it_is_whole(tmp_path):
    with placed(tmp_path / "new") as file:
        file.write(b"all of it")
        assert not (tmp_path / "new").exists()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [
        ("new", b"all of it")
    ]
    (tmp_path / "other").touch()
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "file").write_text("mine")
    for path in (tmp_path, tmp_path / "link", tmp_path / "file"):
        with pytest.raises(ConfigurationError, match=f"{path} exists"), placed(path):
            pass
    with pytest.raises(ConfigurationError, match="There is no folder"):  # noqa: SIM117
        with placed(tmp_path / "no" / "new"):
            pass
    with pytest.raises(ConfigurationError, match="exists"):  # noqa: PT012, SIM117
        with placed(tmp_path / "new") as file:
            file.write(b"mine")
            (tmp_path / "new").write_text("of another")
    assert (tmp_path / "new").read_text() == "of another"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link", "new"]


def test_a_folder_that_takes_no_files():
    with pytest.raises(StoreError, match="/proc/new cannot be written"):  # noqa: SIM117
        with placed(Path("/proc/new")):
            pass
