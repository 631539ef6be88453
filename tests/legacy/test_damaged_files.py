"""Archives that were cut, changed or put together otherwise: nothing wrong is ever served."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from random import Random

import pytest

from support.legacy.containers import FORMS, ZIPS, Wrapping
from support.legacy.draft import Draft
from support.legacy.outcomes import outcome
from support.legacy.reading import read

FILES = {"path/a.txt": b"the content of a" * 10, "path/deep/b": b"b" * 3000}
TREE = {"a.txt": b"the content of a" * 10, "deep": {"b": b"b" * 3000}}


def plain():
    """Return an archive with two files, and its node."""
    draft = Draft("0.9")
    draft.user()
    return draft, draft.node(files=FILES)


@pytest.mark.parametrize("form", FORMS)
def test_an_archive_that_was_cut(form, tmp_path):
    draft, _ = plain()
    whole = draft.save(tmp_path / "whole.aiida", Wrapping(form)).read_bytes()
    end = len(whole.rstrip(b"\x00")) if form == "tar" else len(whole)
    lengths = [end * part // 12 for part in range(1, 12)] + [end - 1, end - 2, end - 8]
    found = []
    for length in lengths:
        path = tmp_path / f"{length}.aiida"
        path.write_bytes(whole[:length])
        found.append(outcome(path, tmp_path))
    assert found == [None] * 14


@pytest.mark.parametrize("form", [form for form in FORMS if form != "tar"])
def test_an_archive_with_a_changed_byte_serves_nothing_wrong(form, fuzz_count, tmp_path):
    """The parts of a plain tar have no checksum: it is left out."""
    draft, node = plain()
    whole = draft.save(tmp_path / "whole.aiida", Wrapping(form)).read_bytes()
    right = read(tmp_path / "whole.aiida", tmp_path)
    random = Random(form)  # noqa: S311 - a choice, no secret
    refusals = 0
    for number in range(max(5, fuzz_count // 5)):
        path = tmp_path / f"{number}.aiida"
        path.write_bytes(changed(whole, random))
        found = outcome(path, tmp_path)
        refusals += found is None
        if found is not None and found.rows("node"):
            assert set(found.files.values()) <= set(right.files.values())
            assert found.node(node)["label"] == "node 1"
            has_names_without_checksum = form in ZIPS
            assert found.tree(node) == TREE or found.remarks() or has_names_without_checksum
    assert refusals > 0


def changed(content, random):
    """Return bytes of which one is another."""
    place, bits = random.randrange(len(content)), random.randrange(1, 256)
    return content[:place] + bytes([content[place] ^ bits]) + content[place + 1 :]


@pytest.mark.parametrize("damage", ["checksum", "length", "content", "cut"])
def test_a_wrong_end_of_a_gzip_is_noticed(damage, tmp_path):
    draft, _ = plain()
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=0) as zipped_tar:
        zipped_tar.write(draft.save(tmp_path / "x.tar", Wrapping("tar")).read_bytes())
    content = bytearray(file.getvalue())
    if damage == "checksum":
        content[-8] ^= 1
    elif damage == "length":
        content[-4] ^= 1
    elif damage == "content":
        content[content.index(b"the content of a")] ^= 1
    else:
        del content[-6:]
    path = tmp_path / "x.aiida"
    path.write_bytes(content)
    assert outcome(path, tmp_path) is None


@pytest.mark.parametrize("form", ["tar.gz", "tar.bz2", "tar.xz"])
def test_a_compressed_tar_in_two_parts_is_one(form, tmp_path):
    draft, node = plain()
    tar = draft.save(tmp_path / "x.tar", Wrapping("tar")).read_bytes()
    pack = {"tar.gz": gzip.compress, "tar.bz2": bz2.compress, "tar.xz": lzma.compress}[form]
    path = tmp_path / "x.aiida"
    path.write_bytes(pack(tar[:2000]) + pack(tar[2000:]))
    found = outcome(path, tmp_path)
    assert found.tree(node) == TREE


NO_ARCHIVES = [
    *(b"", b"\x1f\x8b", b"BZh9", b"\xfd7zXZ\x00", b"PK\x05\x06" + bytes(18), bytes(10240), b"{}"),
    *(b"\x1f\x8b\x08" + bytes(20), Random(0).randbytes(5000)),  # noqa: S311 - no secret
]


@pytest.mark.parametrize("content", NO_ARCHIVES, ids=range(len(NO_ARCHIVES)))
def test_what_is_no_archive_is_refused(content, tmp_path):
    path = tmp_path / "x.aiida"
    path.write_bytes(content)
    assert outcome(path, tmp_path) is None
