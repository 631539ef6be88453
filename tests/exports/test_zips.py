"""Zip files that are written while they are sent, unpacked by others."""

from __future__ import annotations

import io
import itertools
import os
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provender.errors import CorruptObject
from provender.exports.zips.members import WHOLE, Member
from provender.exports.zips.stream import blocks, length
from provender.safenames import LONGEST, Names, safe
from support.unpackers import NEEDED, SEVEN_ZIP, UNZIP, need

LARGE = WHOLE + 1


def member(name, content):
    return Member(name, len(content), partial(io.BytesIO, content))


class Repeated:
    """A source of very many bytes that takes no memory."""

    def __init__(self, size):
        self.left = size

    def read(self, size):
        taken = min(size, self.left)
        self.left -= taken
        return b"x" * taken

    def close(self):
        pass


def repeated(name, size):
    return Member(name, size, partial(Repeated, size))


def written(*members):
    whole = b"".join(blocks(members))
    assert len(whole) == length(members)
    return whole


def unpacked(whole):
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


CONTENTS = {
    "empty.txt": b"",
    "folder/small.txt": b"words",
    "folder/größe 東.bin": bytes(range(256)) * 300,
    "whole": b"w" * WHOLE,
    "large": b"l" * LARGE,
    "zip in zip": b"".join(blocks([member("x", b"PK\7\x08" * LARGE)])),
}


@pytest.fixture(scope="module")
def whole():
    return written(*(member(name, content) for name, content in CONTENTS.items()))


def test_python_reads_what_was_written(whole):
    assert unpacked(whole) == CONTENTS


PROGRAMS = {
    "Python": [sys.executable, "-m", "zipfile", "-e", "FILE", "."],
    "unzip": [UNZIP, "-qq", "FILE"],
    "libarchive": ["bsdtar", "-xf", "FILE"],
    "libarchive, going forward": ["bsdtar", "-xf", "-"],
    "7-Zip": [SEVEN_ZIP, "x", "-bso0", "FILE"],
    "Java": ["jar", "-xf", "FILE"],
}
TRIED = [
    name for name, (program, *_) in PROGRAMS.items() if program in NEEDED or shutil.which(program)
]


@pytest.mark.parametrize("name", TRIED)
def test_other_programs_unpack_it(name, whole, tmp_path):
    need(PROGRAMS[name][0])
    file, folder = tmp_path / "a.zip", tmp_path / "out"
    file.write_bytes(whole)
    folder.mkdir()
    command = [str(file) if item == "FILE" else item for item in PROGRAMS[name]]
    with file.open("rb") as stream:
        subprocess.run(
            command, cwd=folder, stdin=stream, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}
        )
    found = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert found == CONTENTS


def test_bytes_depend_on_the_members_alone(whole):
    again = written(*(member(name, content) for name, content in CONTENTS.items()))
    assert again == whole
    times = {item.date_time for item in zipfile.ZipFile(io.BytesIO(whole)).infolist()}
    assert times == {(1980, 1, 1, 0, 0, 0)}


def test_no_members_are_an_empty_zip():
    assert unpacked(written()) == {}


def test_a_file_of_numpy():
    array = np.arange(12.0).reshape(3, 4)
    stream = io.BytesIO()
    np.save(stream, array)
    found = np.load(io.BytesIO(written(member("a.npy", stream.getvalue()))))
    np.testing.assert_array_equal(found["a"], array)


def test_more_members_than_a_plain_zip_takes():
    whole = written(*(member(f"{number}", b"") for number in range(70_000)))
    with zipfile.ZipFile(io.BytesIO(whole)) as file:
        assert len(file.namelist()) == 70_000


def test_members_beyond_4_gb_are_written_in_constant_memory(tmp_path):
    """The content is read once more by Python; other programs were tried by hand."""
    members = [repeated("a", (1 << 32) + 5), repeated("b", 7)]
    path = tmp_path / "a.zip"
    tracemalloc.start()
    with path.open("wb") as file:
        for block in blocks(members):
            if block.count(b"x") == len(block):
                file.seek(len(block), io.SEEK_CUR)  # a hole on the disk
            else:
                file.write(block)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size == length(members)
    assert most < 1_000_000
    with zipfile.ZipFile(path) as file:
        found = [(item.filename, item.file_size) for item in file.infolist()]
        assert file.read("b") == b"x" * 7
    assert found == [("a", (1 << 32) + 5), ("b", 7)]


def test_small_members_are_sent_in_large_blocks():
    sizes = [len(block) for block in blocks([member(str(i), b"x") for i in range(5000)])]
    assert len(sizes) < 15


class Failing(io.BytesIO):
    """A source that fails in its middle."""

    def read(self, size=-1):
        if self.tell() >= 70_000:
            raise CorruptObject("damaged")
        return super().read(min(size, 70_000))


@pytest.mark.parametrize("size", [80_000, LARGE])
def test_a_source_that_fails_ends_the_zip_and_is_closed(size):
    source = Failing(bytes(size))
    sent = io.BytesIO()
    zipped = blocks([member("a", b"b"), Member("f", size, lambda: source)])
    with pytest.raises(CorruptObject, match="damaged"):
        sent.writelines(zipped)
    assert source.closed
    assert not zipfile.is_zipfile(sent)


@pytest.mark.parametrize("size", [3, 5, LARGE - 1, LARGE + 1])
def test_a_source_of_another_size_is_an_error(size):
    content = bytes(4 if size < 9 else LARGE)
    with pytest.raises(CorruptObject, match=f"`a` does not have the {size} bytes"):
        list(blocks([Member("a", size, lambda: io.BytesIO(content))]))


def test_giving_up_closes_the_source_in_use():
    source = io.BytesIO(bytes(LARGE))
    sent = blocks([Member("a", LARGE, lambda: source)])
    assert next(sent)
    sent.close()
    assert source.closed


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", "a.txt"),
        ("größe 東.txt", "größe 東.txt"),
        (".hidden", ".hidden"),
        ("", "_"),
        (".", "_"),
        ("..", "__"),
        ("a.", "a_"),
        ("a. .", "a___"),
        ("a ", "a_"),
        ("C:", "C_"),
        ("a\\b", "a_b"),
        ("a\nb\x00\x7f", "a_b__"),
        ("a\u202eb", "a_b"),
        ("a\ud800", "a_"),
        ("nul", "_nul"),
        ("Com1.txt", "_Com1.txt"),
        ("null", "null"),
        ("a" * 300 + ".txt", "a" * (LONGEST - 4) + ".txt"),
        ("é" * 300, "é" * (LONGEST // 2)),
    ],
)
def test_a_name_is_made_safe(name, expected):
    assert safe(name) == expected


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["/etc/passwd", "../x", "C:/x"], ["_/etc/passwd", "__/x", "C_/x"]),
        (["a.txt", "A.TXT", "a.txt"], ["a.txt", "A~2.TXT", "a~3.txt"]),
        (["a~2.txt", "a.txt", "A.txt"], ["a~2.txt", "a.txt", "A~3.txt"]),
        (["a/x", "A/x", "a/y", "A/x"], ["a/x", "A~2/x", "a/y", "A~2/x~2"]),
        (["a", "a/x"], ["a", "a~2/x"]),
        (["a:", "a?"], ["a_", "a_~2"]),
        ([".a", ".A"], [".a", ".A~2"]),
        (["straße", "STRASSE"], ["straße", "STRASSE~2"]),
        (["e\u0301", "é"], ["e\u0301", "é~2"]),
    ],
)
def test_names_that_some_system_takes_for_the_same_get_numbers(paths, expected):
    names = Names()
    assert [names.file(path) for path in paths] == expected


def test_very_many_names_that_are_alike_take_no_time():
    names = Names()
    variants = (
        "".join(letters) for letters in itertools.product(*(("a", "A"),) * 16)
    )  # a search from the start for each would take minutes
    found = [names.file(name) for name in variants]
    assert len({name.casefold() for name in found}) == 2**16


@given(st.lists(st.text(alphabet="aA./\\:~2 é\x00", max_size=8), max_size=12))
def test_no_two_names_are_alike_and_none_leads_elsewhere(paths):
    names = Names()
    found = [names.file(path) for path in paths]
    assert len({name.casefold() for name in found}) == len(paths)
    for name in found:
        for part in name.split("/"):
            assert part.strip(". ") or part == part.rstrip(". ")
            assert part == part.rstrip(". ")
            assert not set(part) & set("\x00:\\")
