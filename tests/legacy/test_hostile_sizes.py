"""Archives that unpack to far more than they are: refused with the figure, in bounded memory."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from support.legacy.draft import Draft, dumped, folder
from support.legacy.forging import bomb, multiplied, tarred, zipped
from support.legacy.outcomes import measured, outcome
from support.legacy.whole import with_all

MOST_MEMORY = 200_000_000
BLOCK = 1 << 20
SMALL = 20_000_000
"""A largest size of the cache, for archives that unpack to more."""


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="memory is read from /proc"
)


@pytest.fixture(scope="module")
def large(request):
    """Bytes of a large thing: more than a value of a `data.json` may have."""
    return max(request.config.getoption("--large") * 5 // 8, 40 * BLOCK)


def one_node(**fields):
    draft = Draft("0.10")
    draft.user()
    draft.node(**fields)
    return draft


MARK = b'"@@"'
BOMBS = {
    "a text": ('"', "x", '"'),
    "a text without an end": ('"', "x", ""),
    "escapes": ('"', "\\u0041", '"'),
    "blanks": ("", " ", '"x"'),
    "digits": ("", "9", ""),
    "nested lists": ("", "[", ""),
    "a list of numbers": ("[1", ",1", "]"),
    "a list of lists": ("[[]", ",[]", "]"),
    "a list of objects": ("[{}", ",{}", "]"),
    "a list of texts": ('["é"', ',"é"', "]"),
    "an object": ('{"a": 1', ', "a": 1', "}"),
}
"""What stands in the place of a value: a beginning, what is repeated, and an end."""


def marked(place):
    """Return an archive with a mark in a place of its `data.json`."""
    draft = one_node(**({"label": "@@"} if place == "label" else {}))
    if place == "attributes":
        draft.attributes["1"] = "@@"
    elif place == "link":
        draft.links.append("@@")
    elif place == "unknown":
        draft.parts["odd"] = "@@"
    return draft


CASES = [*(("attributes", kind) for kind in BOMBS), ("label", "a text"), ("link", "a text"),
         ("unknown", "a list of lists"), ("unknown", "digits"), ("link", "blanks")]  # fmt: skip


@pytest.fixture(scope="module")
def bombs(large, tmp_path_factory):
    """What opening an archive of each case gives."""
    folder = tmp_path_factory.mktemp("bombs")
    paths = [made(*case, large, folder / f"{number}.aiida") for number, case in enumerate(CASES)]
    assert max(path.stat().st_size for path in paths) < large / 100
    return dict(zip(CASES, measured(paths, folder), strict=True))


def made(place, kind, large, path):
    draft = marked(place)
    before, after = dumped(draft.data()).split(MARK)
    start, middle, end = (part.encode() for part in BOMBS[kind])
    blocks = [before, start, *[middle * (BLOCK // len(middle))] * (large // BLOCK), end, after]
    return bomb(path, blocks, {"metadata.json": dumped(draft.metadata)})


@pytest.mark.parametrize(("place", "kind"), CASES)
def test_a_huge_value(place, kind, bombs):
    said, told, memory = bombs[place, kind]
    if kind == "blanks":
        assert (said, told) == ("read", 1)
    else:
        assert (said, "data.json" in told) == ("UnsupportedStore", True)
    assert memory < MOST_MEMORY


@pytest.mark.parametrize("form", ["gz", "bz2", "xz"])
def test_a_compressed_tar_that_unpacks_to_too_much(form, large, tmp_path):
    members = parts(one_node())
    path = tarred(tmp_path / "x.aiida", members, f"w:{form}")
    more = [*members, ("nodes/ab/cd/ef/path/zeros", bytes(large))]
    other = tarred(tmp_path / "y.aiida", more, f"w:{form}")
    found = measured([path, other], tmp_path, SMALL)
    assert found[0][0] == "read"
    said, told, memory = found[1]
    assert (said, memory < MOST_MEMORY) == ("UnsupportedStore", True)
    assert "cache.max_bytes" in told


def parts(draft):
    """Return the two files that every archive has."""
    return [("metadata.json", dumped(draft.metadata)), ("data.json", dumped(draft.data()))]


def test_a_data_json_larger_than_the_cache_may_be(large, tmp_path):
    draft = one_node()
    blocks = [dumped(draft.data()), *[b" " * BLOCK] * (large // BLOCK)]
    path = bomb(tmp_path / "x.aiida", blocks, {"metadata.json": dumped(draft.metadata)})
    ((said, told, memory),) = measured([path], tmp_path, SMALL)
    assert (said, memory < MOST_MEMORY) == ("UnsupportedStore", True)
    assert "cache.max_bytes" in told or "compressed more than" in told


def test_a_dictionary_of_gigabytes(tmp_path):
    zeros = ("nodes/ab/cd/ef/path/zeros", bytes(170 * BLOCK))
    tar = tarred(tmp_path / "x.tar", [*parts(one_node()), zeros])
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": BLOCK}]
    content = bytearray(lzma.compress(tar.read_bytes(), lzma.FORMAT_XZ, filters=filters))
    end = 12 + 4 * (content[12] + 1)
    content[16] = 37  # 1.5 GiB: the size that the stream says it needs
    content[end - 4 : end] = struct.pack("<L", zlib.crc32(content[12 : end - 4]))
    path = tmp_path / "x.aiida"
    path.write_bytes(content)
    ((said, _, memory),) = measured([path], tmp_path)
    assert said in ("UnsupportedStore", "read")
    assert memory < MOST_MEMORY


def test_members_of_a_zip_that_share_their_bytes(tmp_path):
    draft = one_node()
    (row,) = draft.rows["Node"].values()
    name = f"{folder(row['uuid'])}/path/a"
    draft.members[name] = bytes(100_000)
    path = draft.save(tmp_path / "x.aiida")
    assert outcome(path, tmp_path) is not None
    multiplied(path, name, [f"{name}{number}" for number in range(20)])
    found = outcome(path, tmp_path)
    assert found is None or found.remarks()


def test_a_zip_of_many_members(tmp_path):
    names = [(f"nodes/ab/cd/ef/path/{number}", b"") for number in range(20_000)]
    path = zipped(tmp_path / "x.aiida", [*parts(one_node()), *names], zipfile.ZIP_STORED)
    ((said, told, memory),) = measured([path], tmp_path)
    assert (said, told, memory < MOST_MEMORY) == ("read", 1, True)


@pytest.mark.parametrize("version", ["0.5", "0.13"])
@pytest.mark.parametrize(
    "place", ["attributes", "extras", "computer", "group", "conversion", "row"]
)
def test_nesting_as_deep_as_python_takes(version, place, tmp_path):
    """Between what its parser and what its writer takes there may be a gap."""
    found = []
    for depth in [100, 500, *range(900, 1010, 5), 1500, 50_000]:
        draft = with_all(version)
        draft.members["data.json"] = deep(draft, place, depth)
        found.append(outcome(draft.save(tmp_path / "x.aiida"), tmp_path))
    assert found[0] is not None
    assert found[-1] is None


def deep(draft, place, depth):
    """Return a `data.json` with a value that is nested so deep."""
    if place in ("attributes", "extras"):
        getattr(draft, place)["12"] = {"a": "@@", "process_state": "finished"}
        draft.rows["Node"]["12"]["node_type"] = "process.x."
    elif place == "computer":
        next(iter(draft.rows["Computer"].values()))["metadata"] = "@@"
    elif place == "group":
        draft.rows["Group"]["3"]["extras"] = "@@"
    elif place == "conversion":
        draft.attributes["12"] = {"a": "@@"}
        draft.conversions["attributes"]["12"] = {"a": "@@", "b": "date"}
    else:
        draft.rows["Node"]["12"]["odd"] = "@@"
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    return dumped(draft.data()).replace(MARK, nested)
