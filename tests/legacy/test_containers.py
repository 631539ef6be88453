"""Zip and tar files as different writers made them, and the files of nodes in them."""

from __future__ import annotations

import hashlib
import io
import tarfile
import zipfile
from random import Random

import pytest

from support.legacy.containers import FORMATS, FORMS, Wrapping
from support.legacy.draft import Draft, dumped, folder
from support.legacy.graphs import Graph
from support.legacy.reading import difference, read
from support.legacy.versions import VERSIONS

FILES = {
    "path/a.txt": b"a",
    "path/deep/er/b": b"b" * 10_000,
    "path/empty": None,
    "path/deep/empty": None,
    "path/nothing": b"",
    "raw_input/aiida.in": b"input",
    "raw_input/deep/c": b"a",
}
TREE = {
    "a.txt": b"a",
    "deep": {"er": {"b": b"b" * 10_000}, "empty": {}, "c": b"a"},
    "empty": {},
    "nothing": b"",
    "aiida.in": b"input",
}


def with_files(files=None, version="0.9"):
    draft = Draft(version)
    draft.user()
    node = draft.node(files=FILES if files is None else files)
    draft.node()
    return draft, node


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("folders", [0, 0.5, 1])
@pytest.mark.parametrize("dotted", [False, True])
def test_every_container_gives_the_same(form, folders, dotted, opened):
    draft, node = with_files()
    order = Random(form)  # noqa: S311 - a choice, no secret
    wrapping = Wrapping(form, folders=folders, dotted=dotted, rooted=dotted, order=order)
    assert opened(draft, wrapping).tree(node) == TREE


@pytest.mark.parametrize("form", ["tar", "tar.gz"])
@pytest.mark.parametrize("kind", FORMATS)
def test_every_kind_of_tar_gives_the_same(form, kind, opened):
    draft, node = with_files({**FILES, "path/" + "long" * 20: b"x", "path/é": b"y"})
    found = opened(draft, Wrapping(form, format=kind)).tree(node)
    assert found == {**TREE, "long" * 20: b"x", "é": b"y"}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_a_shuffled_archive_holds_the_same(version, form, tmp_path):
    graph = Graph(version, "shuffled")
    graph.draft.save(tmp_path / "x.aiida", Wrapping(form))
    first = read(tmp_path / "x.aiida", tmp_path)
    assert difference(first, graph.expected) is None
    for seed in range(3):
        order = Random(seed)  # noqa: S311 - a choice, no secret
        graph.draft.save(tmp_path / f"{seed}.aiida", Wrapping(form, order=order))
        assert difference(read(tmp_path / f"{seed}.aiida", tmp_path), first) is None


@pytest.mark.parametrize("suffix", ["aiida", "zip", "tar.gz", "txt"])
def test_the_kind_is_known_by_the_content(suffix, tmp_path):
    draft, node = with_files()
    for form in ("zip", "tar.gz"):
        path = draft.save(tmp_path / f"{form}.{suffix}", Wrapping(form))
        assert read(path, tmp_path).tree(node) == TREE


def test_a_tar_may_begin_with_a_nameless_folder(tmp_path):
    draft, node = with_files()
    path = draft.save(tmp_path / "old.aiida", Wrapping("tar"))
    with tarfile.open(path) as old, tarfile.open(tmp_path / "x.aiida", "w:gz") as new:
        root = tarfile.TarInfo("")
        root.type = tarfile.DIRTYPE
        new.addfile(root)
        for member in old:
            new.addfile(member, old.extractfile(member))
    assert read(tmp_path / "x.aiida", tmp_path).tree(node) == TREE


def test_data_may_come_after_the_files_of_a_tar(opened, tmp_path):
    draft, node = with_files()
    path = draft.save(tmp_path / "old.aiida", Wrapping("tar"))
    with tarfile.open(path) as old, tarfile.open(tmp_path / "x.aiida", "w:gz") as new:
        for member in reversed(old.getmembers()):
            new.addfile(member, old.extractfile(member))
    assert new.name.endswith("x.aiida")
    assert read(tmp_path / "x.aiida", tmp_path).tree(node) == TREE


@pytest.mark.parametrize(
    ("files", "tree"),
    [
        ({}, {}),
        ({"path": None}, {}),
        ({"raw_input": None, "path": None}, {}),
        ({"path/a": None}, {"a": {}}),
        ({"raw_input/a": b"1"}, {"a": b"1"}),
        ({"path/.gitignore": b"1", "raw_input/b": b"2"}, {".gitignore": b"1", "b": b"2"}),
        ({"path/a/b": b"1", "raw_input/a/c": b"2"}, {"a": {"b": b"1", "c": b"2"}}),
        ({"path/a": None, "raw_input/a/c": b"2"}, {"a": {"c": b"2"}}),
        ({"source_file": b"x", "path/a": b"1"}, {"a": b"1"}),
        ({"other/a": b"x", "paths/a": b"x", "PATH/a": b"x"}, {}),
        ({"path/path/a": b"1"}, {"path": {"a": b"1"}}),
        ({"path/raw_input/a": b"1"}, {"raw_input": {"a": b"1"}}),
    ],
)
def test_the_tree_of_a_node(files, tree, opened):
    draft, node = with_files(files)
    found = opened(draft)
    assert found.tree(node) == tree
    is_empty = found.node(node)["repository_metadata"] == {}
    assert is_empty == (tree == {})


@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_of_two_files_of_one_name_that_of_raw_input_is_served(form, opened):
    for names in (("path", "raw_input"), ("raw_input", "path")):
        draft, node = with_files({f"{name}/q": name.encode() for name in names})
        found = opened(draft, Wrapping(form))
        assert found.tree(node) == {"q": b"raw_input"}
        assert found.remarks()


@pytest.mark.parametrize("form", ["zip", "tar.gz"])
def test_a_file_goes_before_a_folder_of_its_name(form, opened):
    for file, inner in (("path", "raw_input"), ("raw_input", "path")):
        draft, node = with_files({f"{inner}/q/deep": b"lost", f"{file}/q": b"file"})
        found = opened(draft, Wrapping(form))
        assert found.tree(node) == {"q": b"file"}
        assert found.remarks()


def test_equal_files_are_one_object(opened):
    draft, node = with_files({"path/a": b"same", "path/b": b"same", "raw_input/c": b"same"})
    found = opened(draft)
    key = hashlib.sha256(b"same").hexdigest()
    assert found.files == {key: b"same"}
    assert found.node(node)["repository_metadata"]["o"] == {name: {"k": key} for name in "abc"}


def test_what_is_of_no_node_is_ignored(opened):
    draft, node = with_files()
    draft.members |= {
        "nodes/ab/cd/ef01-nobody/path/a": b"x",
        "nodes/.DS_Store": b"x",
        "nodes/ab/.DS_Store": b"x",
        ".DS_Store": b"x",
        "__MACOSX/._data.json": b"x",
        f"__MACOSX/{folder(node.uuid)}/path/._a.txt": b"x",
        "README": b"x",
        "other/metadata.json": b"{}",
        "data.json.bak": b"{}",
    }
    found = opened(draft)
    assert found.tree(node) == TREE
    assert len(found.rows("node")) == 2


def test_a_source_file_is_counted(opened):
    draft, node = with_files({"source_file": b"x", "path/a": b"1"})
    assert any(node.uuid[4:] in example for _, example in opened(draft).remarks().values())


def test_json_may_be_written_as_utf_8_or_with_a_mark_of_order(tmp_path):
    draft, _ = with_files()
    draft.rows["Node"]["1"]["label"] = "é \U0001f600"
    text = dumped(draft.data()).decode()
    plain = (
        text.encode().decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16")
    )
    for content in (text.encode(), plain.encode(), b" \n\t" + plain.encode() + b"\r\n"):
        path = tmp_path / f"{len(content)}.aiida"
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("metadata.json", dumped(draft.metadata))
            file.writestr("data.json", content)
        assert read(path, tmp_path).rows("node")[0]["label"] == "é \U0001f600"


def test_many_files(opened):
    files = {f"path/{number // 100}/{number}": str(number).encode() for number in range(3000)}
    draft, node = with_files(files)
    found = opened(draft, Wrapping("tar.gz", folders=0))
    tree = found.tree(node)
    assert sum(map(len, tree.values())) == 3000
    assert tree["29"]["2999"] == b"2999"


def test_a_zip_with_data_before_and_after_it(tmp_path):
    draft, node = with_files()
    content = draft.save(tmp_path / "old.aiida").read_bytes()
    file = io.BytesIO(content)
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"a comment at the end"
    path = tmp_path / "x.aiida"
    path.write_bytes(file.getvalue())
    assert read(path, tmp_path).tree(node) == TREE


def test_nothing_is_written_beside_the_archive(tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    draft, node = with_files()
    path = draft.save(inside / "x.aiida", Wrapping("tar.gz"))
    before = path.read_bytes()
    assert read(path, tmp_path).tree(node) == TREE
    assert [*inside.iterdir()] == [path]
    assert path.read_bytes() == before
